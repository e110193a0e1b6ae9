// Two processes at once, and processes that are killed, on PostgreSQL.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { migrateKillSuite } from "../suites/migrate-kill-suite.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "./requests.ts";

let server: ScratchPostgres;
let count = 0;

before(async () => {
  server = await startScratchPostgres();
});
after(() => server.stop());

migrateKillSuite({
  name: "PostgreSQL",
  create: async () => {
    const name = `kill_${++count}`;
    const maker = openPostgres({ url: server.socketUrl() });
    await maker.run(write(`CREATE DATABASE ${name}`));
    await maker.close();
    return server.socketUrl(name);
  },
  alone: ["CREATE UNIQUE INDEX CONCURRENTLY lines_x ON lines (x)", "ALTER TYPE mood ADD VALUE 'glad'"],
  assertWhole: async (engine) => {
    const indexes = await engine.execute(
      "SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'lines'::regclass",
    );
    assert.deepEqual(
      new Set(indexes.all()),
      new Set([
        { name: "lines_pkey", valid: true },
        { name: "lines_x", valid: true },
      ]),
    );
    const moods = await engine.execute("SELECT enum_range(NULL::mood)::text AS moods");
    assert.equal(moods.scalar(), "{sad,glad}");
  },
});
