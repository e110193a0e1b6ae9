// What queries promise on every database, on PostgreSQL.
import { jsonSuite } from "../suites/json-suite.ts";
import { pagingSuite } from "../suites/paging-suite.ts";
import { preparedSuite } from "../suites/prepared-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

pagingSuite({ name: "PostgreSQL", open });
jsonSuite({ name: "PostgreSQL", open });
preparedSuite({ name: "PostgreSQL", open });
