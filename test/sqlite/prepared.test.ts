// What prepared queries promise on every database, on SQLite by both libraries.
import { preparedSuite } from "../suites/prepared-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const { name, open } of sqliteEngines().filter((each) => each.name.endsWith("in memory"))) preparedSuite({ name, open: () => open() });
