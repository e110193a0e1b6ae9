import { sessionBatchSuite } from "../suites/session-batch-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) sessionBatchSuite(engine);
