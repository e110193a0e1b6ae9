// What values promise on every database, on PostgreSQL.
import { valuesSuite } from "../suites/values-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

valuesSuite({ name: "PostgreSQL", open, keepsMinusZero: true });
