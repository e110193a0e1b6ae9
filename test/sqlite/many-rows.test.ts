import { manyRowsSuite } from "../suites/many-rows-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) manyRowsSuite(engine);
