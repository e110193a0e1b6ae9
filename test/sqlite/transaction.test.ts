import { transactionSuite } from "../suites/transaction-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) transactionSuite(engine);
