// What the verbs that page and pick promise on every database, on SQLite by both libraries.
import { pagingSuite } from "../suites/paging-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const { name, open } of sqliteEngines().filter((each) => each.name.endsWith("in memory"))) pagingSuite({ name, open: () => open() });
