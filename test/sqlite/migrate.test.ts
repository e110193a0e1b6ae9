// What migrations promise on every database, on SQLite.
import { createEngine } from "../../src/entry/index.ts";
import { migrateSuite } from "../suites/migrate-suite.ts";

migrateSuite({ name: "SQLite", open: () => createEngine("sqlite::memory:") });
