// What results by columns promise on every database, on PostgreSQL, and what only a server has.
import assert from "node:assert/strict";
import { test } from "node:test";
import { date, int, Model, sql, text, timestamp } from "../../src/entry/index.ts";
import { columnsSuite } from "../suites/columns-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const scratch = scratchEngines();
const { open } = scratch;

columnsSuite({ name: "PostgreSQL", open });

class Moment extends Model("column_moments", { id: int().primaryKey(), at: timestamp().nullable(), day: date().nullable() }) {}

test("microseconds, infinities and days before our era stay what they are", async () => {
  await using engine = await open();
  await engine.createAll([Moment]);
  // Tables of our own keep milliseconds; those that were there before may keep more.
  await engine.execute(sql`ALTER TABLE ${Moment} ALTER at TYPE timestamptz`);
  await engine.execute(sql`INSERT INTO ${Moment} VALUES (1, '2026-02-03 04:05:06.789012+00', '0044-03-15 BC'), (2, 'infinity', 'infinity'),
    (3, '-infinity', '-infinity'), (4, '4713-01-01 00:00:00+00 BC', '5874897-12-31')`);
  // A statement's first answer comes as text, later ones in binary.
  const first = (await engine.query(Moment).orderBy("id").toColumns()).columns;
  const { columns } = await engine.query(Moment).orderBy("id").toColumns();
  assert.deepEqual([columns.at.values, columns.day.values], [first.at.values, first.day.values]);
  assert.equal(columns.at.values[0], 1_770_091_506_789_012n);
  assert.deepEqual([columns.at.values[1], columns.at.values[2]], [2n ** 63n - 1n, -(2n ** 63n)]);
  assert.deepEqual(columns.at.toArray().slice(1, 3), [Infinity, -Infinity]);
  assert.deepEqual(columns.day.toArray(), ["0044-03-15 BC", "infinity", "-infinity", "5874897-12-31"]);
  const rows = await engine.query(Moment).orderBy("id").all();
  assert.deepEqual(
    columns.at.toArray(),
    rows.map(({ at }) => at),
  );
  assert.deepEqual(
    columns.day.toArray(),
    rows.map(({ day }) => day),
  );
});

test("SQL without a type has the server's, and types without a form of their own are texts", async () => {
  await using engine = await open();
  await engine.createAll([Moment]);
  await engine.execute("CREATE TYPE mood AS ENUM ('calm', 'wild')");
  await engine.execute("CREATE TYPE pair AS (a int, b text)");
  await engine.execute(sql`INSERT INTO ${Moment} VALUES (1, NULL, NULL), (2, NULL, NULL)`);
  const texts = {
    mood: sql`'calm'::mood`,
    pair: sql`ROW(1, 'x')::pair`,
    ip: sql`'10.0.0.1/8'::inet`,
    span: sql`'1 day 02:03:04'::interval`,
    range: sql`int4range(1, 5)`,
  };
  const query = engine
    .query(Moment)
    .orderBy("id")
    .select(() => ({
      ...texts,
      small: sql`2::int2`,
      single: sql`1.5::float4`,
      exact: sql`1234.5::numeric(10,3)`,
      free: sql`1234.5::numeric`,
      local: sql`'2026-02-03 04:05:06.789012'::timestamp`,
      list: sql`'{1,NULL,3}'::int8[]`,
      no: sql`NULL::uuid`,
    }));
  const { columns } = await query.toColumns();
  assert.deepEqual(Object.fromEntries(Object.entries(columns).map(([name, { format }]) => [name, format])), {
    mood: { kind: "text" },
    pair: { kind: "text" },
    ip: { kind: "text" },
    span: { kind: "text" },
    range: { kind: "text" },
    small: { kind: "int", bits: 16 },
    single: { kind: "float", bits: 32 },
    exact: { kind: "decimal", precision: 10, scale: 3 },
    free: { kind: "text" },
    local: { kind: "timestamp", zone: null },
    list: { kind: "list", items: { kind: "bigint" } },
    no: { kind: "uuid" },
  });
  const first = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.at(1)]));
  assert.equal(first["mood"], "calm");
  assert.match(String(first["pair"]), /x/);
  assert.match(String(first["span"]), /02:03:04|hours/);
  assert.deepEqual([first["small"], first["single"], first["exact"], first["free"]], [2, 1.5, "1234.500", "1234.5"]);
  assert.equal(first["local"], "2026-02-03 04:05:06.789012");
  assert.deepEqual(first["list"], [1n, null, 3n]);
  assert.equal(first["no"], null);
  const raw = (await engine.execute("SELECT 1::int8 AS n, '2026-02-03'::date AS d, 2::int2 AS s")).toColumns().columns;
  assert.deepEqual(
    [raw["n"]!.format, raw["n"]!.at(0), raw["d"]!.format, raw["s"]!.at(0)],
    [{ kind: "int", bits: 64 }, 1, { kind: "date" }, 2],
  );
});

test("rows that come in many packets are all there", async () => {
  await using engine = await open();
  const rows = (
    await engine.execute(
      "SELECT n::int4 AS n, CASE WHEN n % 3 = 0 THEN NULL ELSE repeat('ä', n % 90) END AS t FROM generate_series(1, 30000) n",
    )
  ).all();
  await engine.createAll([Word]);
  await engine.copyFrom(
    Word,
    rows.map(({ n, t }) => ({ id: n as number, word: t as string | null })),
  );
  const { columns, rowCount } = await engine.query(Word).orderBy("id").toColumns();
  assert.equal(rowCount, 30_000);
  assert.deepEqual(
    columns.word.toArray(),
    rows.map(({ t }) => t),
  );
  assert.deepEqual(
    columns.id.toArray(),
    rows.map(({ n }) => n),
  );
});

class Word extends Model("column_words", { id: int().primaryKey(), word: text().nullable() }) {}
