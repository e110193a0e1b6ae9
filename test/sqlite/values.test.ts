import { valuesSuite } from "../suites/values-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) valuesSuite({ ...engine, keepsMinusZero: false });
