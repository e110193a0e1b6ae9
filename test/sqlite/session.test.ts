import { sessionSuite } from "../suites/session-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) sessionSuite(engine);
