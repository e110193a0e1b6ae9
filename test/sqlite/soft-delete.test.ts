import { softDeleteSuite } from "../suites/soft-delete-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) softDeleteSuite(engine);
