// What loading relations promises on every database, on SQLite by both libraries.
import { loadingJoinedSuite } from "../suites/loading-joined-suite.ts";
import { loadingSuite } from "../suites/loading-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const { name, open } of sqliteEngines().filter((each) => each.name.endsWith("in memory"))) {
  loadingSuite({ name, open: () => open() });
  loadingJoinedSuite({ name, open: () => open() });
}
