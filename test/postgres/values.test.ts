// What values promise on every database, on PostgreSQL.
import { after, before } from "node:test";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { valuesSuite } from "../suites/values-suite.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "./requests.ts";

let server: ScratchPostgres;
let count = 0;

before(async () => {
  server = await startScratchPostgres();
});
after(() => server.stop());

/** An engine on an empty database of its own. */
const open = async (): Promise<Engine> => {
  const name = `values_${++count}`;
  const maker = openPostgres({ url: server.socketUrl() });
  await maker.run(write(`CREATE DATABASE ${name}`));
  await maker.close();
  return createEngine(server.socketUrl(name));
};

valuesSuite({ name: "PostgreSQL", open, keepsMinusZero: true });
