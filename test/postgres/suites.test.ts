// What sessions and transactions promise on every database, on PostgreSQL.
import { after, before } from "node:test";
import { createEngine, type Engine, type EngineOptions } from "../../src/entry/index.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { askingAtOnceSuite } from "../suites/asking-at-once-suite.ts";
import { compositeKeysSuite } from "../suites/composite-keys-suite.ts";
import { insertFromSuite } from "../suites/insert-from-suite.ts";
import { manyMembersSuite } from "../suites/many-members-suite.ts";
import { manyRowsSuite } from "../suites/many-rows-suite.ts";
import { sessionSuite } from "../suites/session-suite.ts";
import { softDeleteSuite } from "../suites/soft-delete-suite.ts";
import { transactionSuite } from "../suites/transaction-suite.ts";
import { unitOfWorkRandomSuite } from "../suites/unit-of-work-random-suite.ts";
import { unitOfWorkSuite } from "../suites/unit-of-work-suite.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "./requests.ts";

let server: ScratchPostgres;
let count = 0;

before(async () => {
  server = await startScratchPostgres({ settings: { deadlock_timeout: "20ms" } });
});
after(() => server.stop());

/** An engine on an empty database of its own. */
const open = async (options: EngineOptions = {}): Promise<Engine> => {
  const name = `suite_${++count}`;
  const maker = openPostgres({ url: server.socketUrl() });
  await maker.run(write(`CREATE DATABASE ${name}`));
  await maker.close();
  return createEngine(server.socketUrl(name), options);
};

sessionSuite({ name: "PostgreSQL", open });
unitOfWorkSuite({ name: "PostgreSQL", open });
askingAtOnceSuite({ name: "PostgreSQL", open });
unitOfWorkRandomSuite({ name: "PostgreSQL", open, graphs: 20, runs: 10 });
softDeleteSuite({ name: "PostgreSQL", open });
compositeKeysSuite({ name: "PostgreSQL", open });
manyMembersSuite({ name: "PostgreSQL", open });
insertFromSuite({ name: "PostgreSQL", open });
manyRowsSuite({ name: "PostgreSQL", open });
transactionSuite({ name: "PostgreSQL", open, readsBesideWriter: true });
