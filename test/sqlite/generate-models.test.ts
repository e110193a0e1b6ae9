/** Models from live SQLite databases. */
import { createEngine } from "../../src/entry/index.ts";
import { generateModelsSuite } from "../suites/generate-models-suite.ts";

generateModelsSuite({ name: "SQLite", open: () => createEngine("sqlite::memory:") });
