// What loading relations promises on every database, on PostgreSQL.
import { loadingSuite } from "../suites/loading-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

loadingSuite({ name: "PostgreSQL", open });
