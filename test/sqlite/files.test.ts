import { filesSuite } from "../suites/files-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) filesSuite(engine);
