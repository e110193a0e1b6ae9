// What migrations promise on every database, on PostgreSQL.
import { migrateGeneratedSuite } from "../suites/migrate-generated-suite.ts";
import { migrateModelsSuite } from "../suites/migrate-models-suite.ts";
import { migrateSuite } from "../suites/migrate-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

migrateSuite({ name: "PostgreSQL", open });
migrateModelsSuite({ name: "PostgreSQL", open });
migrateGeneratedSuite({ name: "PostgreSQL", open });
