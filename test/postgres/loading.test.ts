// What loading relations promises on every database, on PostgreSQL.
import { loadingJoinedSuite } from "../suites/loading-joined-suite.ts";
import { loadingSuite } from "../suites/loading-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

loadingSuite({ name: "PostgreSQL", open });
loadingJoinedSuite({ name: "PostgreSQL", open });
