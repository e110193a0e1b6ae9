import { openEngine } from "../support/make-database.ts";
import { lookupRandomSuite } from "../suites/lookup-random-suite.ts";

lookupRandomSuite({ name: "SQLite", open: () => openEngine(), foldsAll: true });
