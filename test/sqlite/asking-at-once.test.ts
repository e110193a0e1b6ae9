import { askingAtOnceSuite } from "../suites/asking-at-once-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) askingAtOnceSuite(engine);
