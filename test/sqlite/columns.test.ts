// What results by columns promise on every database, on SQLite by both libraries, and what is so on SQLite only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, float, int, Model, sql, text, UnreadableValue } from "../../src/entry/index.ts";
import { columnsSuite } from "../suites/columns-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const { name, open } of sqliteEngines().filter((each) => each.name.endsWith("in memory"))) columnsSuite({ name, open: () => open() });

class Loose extends Model("loose_rows", {
  id: int().primaryKey(),
  n: int().nullable(),
  label: text().nullable(),
  real: float().nullable(),
}) {}

test("a value that a column's type does not hold is refused, with the name of the column", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll([Loose]);
  await engine.execute(sql`INSERT INTO ${Loose} (id, n) VALUES (1, 3000000000)`);
  assert.deepEqual(
    (await engine.query(Loose).all()).map(({ n }) => n),
    [3_000_000_000],
  );
  await assert.rejects(engine.query(Loose).toColumns(), (error: Error) => {
    assert.ok(error instanceof UnreadableValue);
    assert.match(error.message, /A row of loose_rows has a value that does not fit: 'n' holds an integer of 32 bits/);
    return true;
  });
});

test("columns of raw SQL take their types from all values: whole numbers, fractions, texts, bytes", async () => {
  await using engine = await createEngine("sqlite::memory:");
  const formatOf = async (values: string) =>
    (await engine.execute(`SELECT column1 AS v FROM (VALUES ${values})`)).toColumns().columns["v"]!;
  assert.deepEqual((await formatOf("(1), (NULL), (2)")).format, { kind: "int", bits: 64 });
  assert.deepEqual((await formatOf("(1), (0.5)")).toArray(), [1, 0.5]);
  assert.deepEqual((await formatOf("('a'), (NULL)")).toArray(), ["a", null]);
  assert.deepEqual((await formatOf("(x'00ff')")).toArray(), [new Uint8Array([0, 255])]);
  assert.deepEqual((await formatOf("(NULL)")).format, { kind: "text" });
  await assert.rejects(formatOf("('a'), (1)"), /'v' holds a string and an integer/);
  const exact = await engine.execute("SELECT 9007199254740993 AS v", [], { bigints: true });
  assert.deepEqual(exact.toColumns().columns["v"]!.toArray(), [9_007_199_254_740_993n]);
});

test("batches of SQL without a type keep the type of the first", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll([Loose]);
  await engine.execute(sql`INSERT INTO ${Loose} (id, n) VALUES (1, 1), (2, 2), (3, NULL)`);
  const query = engine
    .query(Loose)
    .orderBy("id")
    .select((row) => ({ v: sql<unknown>`CASE ${row.n} WHEN 1 THEN 1 ELSE 'two' END` }));
  await assert.rejects(async () => {
    for await (const { columns } of query.toColumnBatches({ batchSize: 1 })) assert.equal(columns.v.at(0), 1);
  }, UnreadableValue);
});
