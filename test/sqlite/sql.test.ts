import { expressionRandomSuite } from "../suites/expression-random-suite.ts";
import { lateralSuite } from "../suites/lateral-suite.ts";
import { sqlSuite } from "../suites/sql-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

const engines = sqliteEngines().filter(({ name }) => name.endsWith("in memory"));
for (const engine of engines) {
  sqlSuite(engine);
  lateralSuite(engine);
}
expressionRandomSuite(engines[0]!);
