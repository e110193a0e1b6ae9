// What structures have no words for, and migrations nevertheless notice when somebody changes it.
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import { applyMigrations, findDrift } from "../../src/entry/migrate.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

let server: ScratchPostgres;
let engine: Engine;
const first = `-- up
CREATE TABLE things (id int PRIMARY KEY, at int);
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION touched();
CREATE POLICY own ON things USING (id > 0);
CREATE RULE quiet AS ON DELETE TO things WHERE OLD.id < 0 DO INSTEAD NOTHING;
CREATE DOMAIN small AS int CHECK (VALUE < 10);
CREATE SEQUENCE numbers;
CREATE TYPE pair AS (a int, b text);
CREATE TYPE spans AS RANGE (subtype = int);
CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TABLE parts (id int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
`;
before(async () => {
  server = await startScratchPostgres();
  engine = await createEngine(server.socketUrl());
  const folder = await mkdtemp(join(tmpdir(), "petrel-drift-"));
  await writeFile(join(folder, "one.sql"), first);
  await applyMigrations(engine, { folder });
});
after(async () => {
  await engine.close();
  await server.stop();
});

const changed = async (): Promise<readonly string[]> =>
  (await findDrift(engine)).unmanagedChanges.map(({ change, object }) => `${change} ${object.kind} ${object.name}`);

test("nothing has changed while nobody changed anything", async () => {
  assert.deepEqual(await changed(), []);
  assert.ok((await findDrift(engine)).unmanaged.length >= 10);
});

const cases: readonly (readonly [change: string, statements: readonly string[], undo: readonly string[]])[] = [
  [
    "changed function touched()",
    ["CREATE OR REPLACE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"],
    ["CREATE OR REPLACE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"],
  ],
  ["changed trigger touch", ["ALTER TABLE things DISABLE TRIGGER touch"], ["ALTER TABLE things ENABLE TRIGGER touch"]],
  ["changed policy own", ["ALTER POLICY own ON things USING (id > 1)"], ["ALTER POLICY own ON things USING (id > 0)"]],
  [
    "changed rule quiet",
    ["CREATE OR REPLACE RULE quiet AS ON DELETE TO things WHERE OLD.id < -1 DO INSTEAD NOTHING"],
    ["CREATE OR REPLACE RULE quiet AS ON DELETE TO things WHERE OLD.id < 0 DO INSTEAD NOTHING"],
  ],
  ["changed domain small", ["ALTER DOMAIN small SET DEFAULT 1"], ["ALTER DOMAIN small DROP DEFAULT"]],
  ["changed sequence numbers", ["ALTER SEQUENCE numbers INCREMENT 2"], ["ALTER SEQUENCE numbers INCREMENT 1"]],
  ["changed type pair", ["ALTER TYPE pair ADD ATTRIBUTE c int"], ["ALTER TYPE pair DROP ATTRIBUTE c"]],
  [
    "changed partition parts_1",
    ["ALTER TABLE parts DETACH PARTITION parts_1", "ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (0) TO (20)"],
    ["ALTER TABLE parts DETACH PARTITION parts_1", "ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (0) TO (10)"],
  ],
  ["added sequence more", ["CREATE SEQUENCE more"], ["DROP SEQUENCE more"]],
  ["dropped type spans", ["DROP TYPE spans"], ["CREATE TYPE spans AS RANGE (subtype = int)"]],
];
for (const [change, statements, undo] of cases) {
  test(change, async () => {
    for (const text of statements) await engine.execute(text);
    const found = await changed();
    assert.ok(found.includes(change), found.join("; "));
    for (const text of undo) await engine.execute(text);
    assert.deepEqual(await changed(), []);
  });
}

test("a history of before, without definitions, has none to compare with", async () => {
  const [{ structure }] = (await engine.execute<{ structure: string }>("SELECT structure FROM petrel_migrations")).all() as [
    { structure: string },
  ];
  const { unmanaged: _, ...older } = JSON.parse(structure) as Record<string, unknown>;
  await engine.execute("UPDATE petrel_migrations SET structure = $1", [JSON.stringify(older)]);
  await engine.execute("CREATE SEQUENCE another");
  assert.deepEqual(await changed(), []);
});
