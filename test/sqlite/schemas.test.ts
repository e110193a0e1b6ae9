/** Tables in attached files. */
import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigurationError, createEngine, int, isPetrelError, Model, outside } from "../../src/entry/index.ts";
import { compare, introspect } from "../../src/entry/migrate.ts";
import { schemasSuite } from "../suites/schemas-suite.ts";

const performance = { queryCache: {} };
schemasSuite("SQLite in memory", () =>
  createEngine("sqlite::memory:", { attach: { billing: ":memory:", 'b "i".z': ":memory:" }, performance }),
);

for (const driver of ["node:sqlite", "better-sqlite3"] as const) {
  schemasSuite(`SQLite in files by ${driver}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "petrel-schemas-"));
    const attach = { billing: join(folder, "billing's.db"), 'b "i".z': join(folder, "odd.db") };
    return createEngine(`sqlite:${join(folder, "main.db")}`, { attach, performance, driver });
  });
}

class Thing extends Model("things", { id: int().primaryKey() }, { schema: "other" }) {}

test("a file that was not attached is named", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await assert.rejects(
    engine.createAll([Thing]),
    (error: unknown) => isPetrelError(error) && /other/.test(error.message) && /attach/.test(error.message),
  );
  await assert.rejects(engine.query(Thing).count(), (error: unknown) => isPetrelError(error) && /other\.things/.test(error.message));
});

test("what cannot be attached is refused when the engine is made", async () => {
  const refused = (attach: object, message: RegExp, url = "sqlite::memory:") =>
    assert.rejects(
      createEngine(url, { attach: attach as never }),
      (error: unknown) => error instanceof ConfigurationError && message.test(error.message),
    );
  await refused({ main: "a.db" }, /'main', which SQLite does not take/);
  await refused({ "": "a.db" }, /does not take/);
  await refused({ other: 1 }, /no path for 'other'/);
  await refused({ other: ":memory:" }, /where each connection would have its own/, `sqlite:${join(tmpdir(), "never-made.db")}`);
  await refused([], /attach/);
});

test("readers see attached files, and a transaction spans them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "petrel-schemas-"));
  class Own extends Model("things", { id: int().primaryKey() }) {}
  await using engine = await createEngine(`sqlite:${join(folder, "main.db")}`, { attach: { other: join(folder, "other.db") } });
  await engine.createAll([Own, Thing]);
  const failed = engine.transaction(async (session) => {
    await session.insert(Own, {});
    await session.insert(Thing, {});
    // Beside the transaction's connection, another one reads.
    assert.equal(await outside(() => engine.query(Thing).count()), 0);
    throw new Error("undo");
  });
  await assert.rejects(failed, /undo/);
  assert.deepEqual([await engine.query(Own).count(), await engine.query(Thing).count()], [0, 0]);
  assert.deepEqual((await engine.execute("PRAGMA other.journal_mode")).all(), [{ journal_mode: "wal" }]);
});

test("structure is compared within the one file", async () => {
  await using engine = await createEngine("sqlite::memory:", { attach: { other: ":memory:" } });
  await engine.createAll([Thing]);
  await assert.rejects(
    compare(engine, [Thing]),
    (error: unknown) => error instanceof ConfigurationError && /Thing.*'other'/.test(error.message),
  );
  assert.deepEqual((await introspect(engine)).tables, []);
});

test("an index that a plan lacks is one of the table's own file", async () => {
  await using engine = await createEngine("sqlite::memory:", { attach: { other: ":memory:" } });
  class Named extends Model("named", { id: int().primaryKey(), n: int() }, { schema: "other" }) {}
  await engine.createAll([Named, Thing]);
  const { nodes, hints } = await engine.query(Named).filter({ n: 1 }).explain({ format: "json" });
  assert.deepEqual([nodes[0]!.schema, nodes[0]!.table], ["other", "named"]);
  assert.deepEqual(
    hints.map(({ sql }) => sql),
    ['CREATE INDEX "other"."named_n_index" ON "named" ("n")'],
  );
  await engine.execute(hints[0]!.sql!);
  assert.deepEqual((await engine.query(Named).filter({ n: 1 }).explain({ format: "json" })).hints, []);
  const aliased = await engine.explain('SELECT * FROM "other"."things" AS "t" WHERE "t"."id" + 1 = 2');
  assert.deepEqual([aliased.nodes[0]!.schema, aliased.nodes[0]!.table], ["other", "things"]);
});
