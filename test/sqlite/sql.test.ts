import { sqlSuite } from "../suites/sql-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines().filter(({ name }) => name.endsWith("in memory"))) sqlSuite(engine);
