// What migrations promise on every database, on SQLite.
import { createEngine } from "../../src/entry/index.ts";
import { migrateGeneratedSuite } from "../suites/migrate-generated-suite.ts";
import { migrateModelsSuite } from "../suites/migrate-models-suite.ts";
import { migrateSuite } from "../suites/migrate-suite.ts";

const engine = { name: "SQLite", open: () => createEngine("sqlite::memory:") };
migrateSuite(engine);
migrateModelsSuite(engine);
migrateGeneratedSuite(engine);
