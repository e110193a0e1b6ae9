import { insertFromSuite } from "../suites/insert-from-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) insertFromSuite(engine);
