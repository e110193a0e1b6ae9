// What JSON promises on every database, on SQLite by both libraries.
import { jsonSuite } from "../suites/json-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const { name, open } of sqliteEngines().filter((each) => each.name.endsWith("in memory"))) jsonSuite({ name, open: () => open() });
