// What migration files promise on every database, on PostgreSQL.
import { migrateRunSuite } from "../suites/migrate-run-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

migrateRunSuite({ name: "PostgreSQL", open });
