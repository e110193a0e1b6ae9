import { createEngine } from "../../src/entry/index.ts";
import { unitOfWorkRandomSuite } from "../suites/unit-of-work-random-suite.ts";

unitOfWorkRandomSuite({ name: "SQLite", open: () => createEngine("sqlite::memory:"), graphs: 60, runs: 80 });
