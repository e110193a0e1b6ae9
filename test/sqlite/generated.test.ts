import { generatedSuite } from "../suites/generated-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) generatedSuite(engine);
