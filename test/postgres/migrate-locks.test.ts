// Migrations among others who use the same PostgreSQL: locks, indexes built beside the traffic, and what they leave when they fail.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { createEngine, LockNotAvailable, MigrationError, type Engine } from "../../src/entry/index.ts";
import {
  applyMigrations,
  lintMigrations,
  migrationHistory,
  migrationStatus,
  planMigrations,
  rollbackMigrations,
} from "../../src/entry/migrate.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "./requests.ts";

let server: ScratchPostgres;
let count = 0;
const folders: string[] = [];

before(async () => {
  server = await startScratchPostgres();
});
after(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

const open = async (): Promise<{ readonly engine: Engine; readonly url: string }> => {
  const name = `migrate_locks_${++count}`;
  const maker = openPostgres({ url: server.socketUrl() });
  await maker.run(write(`CREATE DATABASE ${name}`));
  await maker.close();
  const url = server.socketUrl(name);
  return { engine: await createEngine(url), url };
};

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "petrel-locks-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const indexes = async (engine: Engine): Promise<unknown> =>
  (
    await engine.execute("SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'a'::regclass")
  ).all();

test("an index that could not be built beside the traffic is cleared away, and built when the rows are mended", async () => {
  const { engine } = await open();
  await using _ = engine;
  await engine.execute("CREATE TABLE a (x integer)");
  await engine.execute("INSERT INTO a VALUES (1), (1)");
  const folder = folderWith({ "one.sql": "CREATE UNIQUE INDEX CONCURRENTLY a_x ON a (x); ALTER TABLE a ADD COLUMN y integer;" });
  await assert.rejects(applyMigrations(engine, { folder }), (error: unknown) => {
    assert.ok(error instanceof MigrationError);
    assert.match(error.message, /'one' failed at step 1 of 2: .*Nothing of it was kept/);
    assert.equal(error.sqlState, "23505");
    return true;
  });
  assert.deepEqual(await indexes(engine), [], "the invalid index is gone");
  await engine.execute("DELETE FROM a");
  assert.deepEqual((await applyMigrations(engine, { folder })).done, ["one"]);
  assert.deepEqual(await indexes(engine), [{ name: "a_x", valid: true }]);
});

test("an invalid index that a killed process left is dropped and built again; an enum value and a dropped index that nobody was told of are known", async () => {
  const { engine } = await open();
  await using _ = engine;
  const folder = folderWith({
    "one.sql":
      "-- up\nCREATE TABLE a (x integer); INSERT INTO a VALUES (1), (2); CREATE TYPE mood AS ENUM ('sad'); CREATE INDEX old ON a (x);\n-- down: irreversible\n",
  });
  await applyMigrations(engine, { folder });
  const follow = async (name: string, text: string): Promise<void> => {
    const last = (await migrationHistory(engine)).at(-1)!;
    writeFileSync(join(folder, `${name}.sql`), `-- parents: ${last.name}@${last.id.slice(0, 12)}\n${text};\n`);
    await applyMigrations(engine, { folder });
    // What a kill leaves between the statement and the note that it is done.
    await engine.execute("UPDATE petrel_migrations SET state = 'applying', step = 0, started = 1 WHERE name = $1", [name]);
  };
  await follow("two", "CREATE UNIQUE INDEX CONCURRENTLY a_x ON a (x)");
  await engine.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_x'::regclass");
  assert.deepEqual((await applyMigrations(engine, { folder })).done, ["two"]);
  await follow("three", "ALTER TYPE mood ADD VALUE 'glad'");
  assert.deepEqual((await applyMigrations(engine, { folder })).done, ["three"]);
  await follow("four", "DROP INDEX CONCURRENTLY old");
  assert.deepEqual((await applyMigrations(engine, { folder })).done, ["four"]);
  assert.deepEqual(await indexes(engine), [{ name: "a_x", valid: true }]);
  assert.equal((await engine.execute("SELECT enum_range(NULL::mood)::text AS moods")).scalar(), "{sad,glad}");
});

test("a table's lock is not waited for behind everybody's back: the statement gives up, and is tried again", async () => {
  const { engine, url } = await open();
  await using _ = engine;
  await engine.execute("CREATE TABLE a (x integer)");
  const folder = folderWith({ "one.sql": "-- up\nALTER TABLE a ADD COLUMN y integer;\n-- down\nALTER TABLE a DROP COLUMN y;\n" });
  await using other = await createEngine(url);
  const transaction = await other.session().begin();
  await transaction.executeRaw("SELECT * FROM a");
  await assert.rejects(applyMigrations(engine, { folder, lockTimeout: "50ms", lockRetries: 0 }), (error: unknown) => {
    assert.ok(error instanceof MigrationError && error.cause instanceof LockNotAvailable, String(error));
    return true;
  });
  const attempts: number[] = [];
  const applied = applyMigrations(engine, {
    folder,
    lockTimeout: "50ms",
    onStep: ({ attempt }) => {
      attempts.push(attempt);
      if (attempt === 2) void transaction.rollback();
    },
  });
  assert.deepEqual((await applied).done, ["one"]);
  assert.ok(attempts.length >= 2, attempts.join());
});

test("who migrates at the same time is named when waiting takes too long", async () => {
  const { engine, url } = await open();
  await using _ = engine;
  await using other = await createEngine(`${url}&application_name=first`.replace(/^([^?]*)&/, "$1?"));
  const folder = folderWith({ "one.sql": "SELECT pg_sleep(1.5);" });
  const first = applyMigrations(other, { folder });
  const second = (async () => {
    while ((await engine.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).rowCount === 0);
    return applyMigrations(engine, { folder, waitForOthers: "100ms" });
  })();
  await assert.rejects(second, (error: unknown) => {
    assert.ok(error instanceof MigrationError);
    assert.equal(error.code, "E1717");
    assert.match(error.message, /did not finish within 100 ms. It is the server's process \d+ \('first'\)/);
    return true;
  });
  assert.deepEqual((await first).done, ["one"]);
  assert.deepEqual((await migrationStatus(engine, { folder })).pending, []);
});

test("plans say lock by lock what happens, and lint says what is better", async () => {
  const { engine } = await open();
  await using _ = engine;
  await engine.execute("CREATE TABLE a (id integer PRIMARY KEY, x text)");
  await engine.execute("INSERT INTO a SELECT n, 'x' FROM generate_series(1, 100) n");
  await engine.execute("ANALYZE a");
  const folder = folderWith({
    "one.sql": `-- up
CREATE INDEX a_x ON a (x);
CREATE INDEX CONCURRENTLY a_x2 ON a (x);
ALTER TABLE a ADD CONSTRAINT fits CHECK (x <> ''), ALTER COLUMN x SET NOT NULL;
ALTER TABLE a ADD CONSTRAINT later CHECK (x <> 'y') NOT VALID;
ALTER TABLE a VALIDATE CONSTRAINT later;
ALTER TABLE a ALTER COLUMN x TYPE varchar(20) USING x::varchar(20);
ALTER TABLE a ADD COLUMN made timestamptz NOT NULL DEFAULT clock_timestamp();
`,
  });
  const plan = await planMigrations(engine, { folder });
  assert.deepEqual(
    plan.migrations[0]!.steps.map(({ lock, transactional, rewrites, scans }) => [lock, transactional, rewrites, scans]),
    [
      ["SHARE", true, false, true],
      ["SHARE UPDATE EXCLUSIVE", false, false, true],
      ["ACCESS EXCLUSIVE", true, false, true],
      ["ACCESS EXCLUSIVE", true, false, false],
      ["SHARE UPDATE EXCLUSIVE", true, false, true],
      ["ACCESS EXCLUSIVE", true, true, false],
      ["ACCESS EXCLUSIVE", true, true, false],
    ],
  );
  const findings = await lintMigrations(engine, { folder, policy: { maxLock: "SHARE UPDATE EXCLUSIVE", forbid: ["type-rewrites-table"] } });
  assert.deepEqual(
    findings.map(({ step, rule, severity, rows }) => `${step} ${rule} ${severity} ${rows}`),
    [
      "1 index-without-concurrently warning 100",
      "1 lock-too-strong error 100",
      "3 check-checked-at-once warning 100",
      "3 not-null-scans-table warning 100",
      "3 lock-too-strong error 100",
      "4 lock-too-strong error 100",
      "6 type-rewrites-table error 100",
      "6 lock-too-strong error 100",
      "7 column-rewrites-table warning 100",
      "7 lock-too-strong error 100",
    ],
  );
  const tried = await applyMigrations(engine, { folder, dryRun: true });
  assert.deepEqual([tried.untried.length, tried.done], [6, []], "what cannot be taken back, and what follows it, is not tried");
  assert.deepEqual((await applyMigrations(engine, { folder })).done, ["one"]);
  await assert.rejects(rollbackMigrations(engine, { folder }), { code: "E1716" });
});

test("a run whose lock went with another connection, as behind a pooler of transactions, does nothing more", async () => {
  const { engine } = await open();
  await using _ = engine;
  const alone = "-- petrel: no-transaction";
  const folder = folderWith({
    "one.sql": `-- up\nCREATE TABLE a (x integer);\n${alone}\nSELECT pg_advisory_unlock_all();\n${alone}\nCREATE TABLE b (x integer);\n`,
  });
  await assert.rejects(applyMigrations(engine, { folder }), (error: unknown) => {
    assert.ok(error instanceof MigrationError);
    assert.equal(error.code, "E1717");
    assert.match(error.message, /not held by this connection any more, so nothing more was done\. .* migrate through a direct connection/);
    return true;
  });
  const tables = async (): Promise<unknown> =>
    (await engine.execute("SELECT to_regclass('a')::text AS a, to_regclass('b')::text AS b")).all();
  assert.deepEqual(await tables(), [{ a: "a", b: null }]);
  assert.deepEqual(
    (await migrationStatus(engine, { folder })).unfinished.map(({ name }) => name),
    ["one"],
  );
});
