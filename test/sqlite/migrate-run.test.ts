// What migration files promise on every database, on SQLite.
import { createEngine } from "../../src/entry/index.ts";
import { migrateRunSuite } from "../suites/migrate-run-suite.ts";

migrateRunSuite({ name: "SQLite", open: () => createEngine("sqlite::memory:") });
