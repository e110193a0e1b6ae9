// Large structures on PostgreSQL, there and back.
import { after, before } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { createEngine } from "../../src/entry/index.ts";
import { corpusSuite } from "../suites/corpus-suite.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "./requests.ts";

let server: ScratchPostgres;
let count = 0;

before(async () => {
  server = await startScratchPostgres();
});
after(() => server.stop());

corpusSuite({
  name: "PostgreSQL",
  dialect: "postgres",
  open: async () => {
    const name = `corpus_${++count}`;
    const maker = openPostgres({ url: server.socketUrl() });
    await maker.run(write(`CREATE DATABASE ${name}`));
    await maker.close();
    return createEngine(server.socketUrl(name));
  },
  remarks: [
    "The table 'without_key' has no primary key, so it has no model.",
    "'serials': its column n is counted up by the database.",
    "'serials': its column big is counted up by the database.",
  ],
});
