import { compositeKeysSuite } from "../suites/composite-keys-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) compositeKeysSuite(engine);
