import assert from "node:assert/strict";
import { test } from "node:test";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import type { Query } from "../../src/entry/index.ts";
import { Sample } from "../support/models.ts";
import { queryOn, shortened } from "../support/query-texts.ts";

const day = new Date("2026-01-02T03:04:05.678Z");
const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";

/** What each lookup asks of a column of each kind: the lookup, and the WHERE clause on SQLite and on PostgreSQL. */
const lookups: readonly (readonly [given: object, sqlite: string, postgres: string])[] = [
  // equality and NULL
  [{ whole: 1 }, `"whole" = ?`, `"whole" = $1`],
  [{ whole__exact: 1 }, `"whole" = ?`, `"whole" = $1`],
  [{ whole: null }, `"whole" IS NULL`, `"whole" IS NULL`],
  [{ whole__exact: null }, `"whole" IS NULL`, `"whole" IS NULL`],
  [{ whole__ne: 1 }, `"whole" <> ?`, `"whole" <> $1`],
  [{ whole__ne: null }, `"whole" IS NOT NULL`, `"whole" IS NOT NULL`],
  [{ whole__isNull: true }, `"whole" IS NULL`, `"whole" IS NULL`],
  [{ whole__isNull: false }, `"whole" IS NOT NULL`, `"whole" IS NOT NULL`],
  // order
  [{ whole__gt: 1 }, `"whole" > ?`, `"whole" > $1`],
  [{ whole__gte: 1 }, `"whole" >= ?`, `"whole" >= $1`],
  [{ whole__lt: 1 }, `"whole" < ?`, `"whole" < $1`],
  [{ whole__lte: 1 }, `"whole" <= ?`, `"whole" <= $1`],
  [{ whole__range: [1, 2] }, `"whole" BETWEEN ? AND ?`, `"whole" BETWEEN $1 AND $2`],
  // lists are one parameter, however long
  [{ whole__in: [1, 2] }, `"whole" IN (SELECT "value" FROM json_each(?))`, `"whole" = ANY($1::int[])`],
  [{ whole__in: [] }, `"whole" IN (SELECT "value" FROM json_each(?))`, `"whole" = ANY($1::int[])`],
  [{ whole__notIn: [1] }, `"whole" NOT IN (SELECT "value" FROM json_each(?))`, `"whole" <> ALL($1::int[])`],
  // other numbers
  [{ small__gte: 1 }, `"small" >= ?`, `"small" >= $1`],
  [{ large: 5n }, `"large" = ?`, `"large" = $1`],
  [{ large__in: [5n] }, `"large" IN (SELECT "value" FROM json_each(?))`, `"large" = ANY($1::bigint[])`],
  [{ large__range: [1n, 2n] }, `"large" BETWEEN ? AND ?`, `"large" BETWEEN $1 AND $2`],
  [{ real: 1.5 }, `"real" = ?`, `"real" = $1`],
  [{ real__in: [1.5] }, `"real" IN (SELECT "value" FROM json_each(?))`, `"real" = ANY($1::float8[])`],
  [{ price: "1.5" }, `"price" = ?`, `"price" = $1`],
  [{ price__gt: "1.5" }, `CAST("price" AS REAL) > CAST(? AS REAL)`, `"price" > $1`],
  [{ price__in: ["1.5"] }, `"price" IN (SELECT "value" FROM json_each(?))`, `"price" = ANY($1::numeric[])`],
  [{ price__range: ["1", "2"] }, `CAST("price" AS REAL) BETWEEN CAST(? AS REAL) AND CAST(? AS REAL)`, `"price" BETWEEN $1 AND $2`],
  // text
  [{ label: "a" }, `"label" = ?`, `"label" = $1`],
  [{ label__gt: "a" }, `"label" > ?`, `"label" > $1`],
  [{ label__in: ["a"] }, `"label" IN (SELECT "value" FROM json_each(?))`, `"label" = ANY($1::text[])`],
  [{ label__iexact: "a" }, `"label" = ? COLLATE NOCASE`, `lower("label") = lower($1)`],
  [{ label__iexact: "é" }, `petrel_lower("label") = petrel_lower(?)`, `lower("label") = lower($1)`],
  [{ label__like: "a%" }, `"label" GLOB ?`, `"label" LIKE $1`],
  [{ label__ilike: "a%" }, String.raw`"label" LIKE ? ESCAPE '\'`, `"label" ILIKE $1`],
  [{ label__ilike: "é%" }, String.raw`petrel_lower("label") LIKE petrel_lower(?) ESCAPE '\'`, `"label" ILIKE $1`],
  [{ label__contains: "a" }, `instr("label", ?) > 0`, `"label" LIKE $1`],
  [{ label__icontains: "a" }, String.raw`"label" LIKE ? ESCAPE '\'`, `"label" ILIKE $1`],
  [{ label__icontains: "é" }, String.raw`petrel_lower("label") LIKE petrel_lower(?) ESCAPE '\'`, `"label" ILIKE $1`],
  [{ label__startsWith: "a" }, `"label" GLOB ?`, `"label" LIKE $1`],
  [{ label__istartsWith: "a" }, String.raw`"label" LIKE ? ESCAPE '\'`, `"label" ILIKE $1`],
  [{ label__endsWith: "a" }, `"label" GLOB ?`, `"label" LIKE $1`],
  [{ label__iendsWith: "a" }, String.raw`"label" LIKE ? ESCAPE '\'`, `"label" ILIKE $1`],
  [{ label__regex: "^a" }, `"label" REGEXP ?`, `"label" ~ $1`],
  [{ label__regex: /^a/ }, `"label" REGEXP ?`, `"label" ~ $1`],
  [{ label__regex: /^a/i }, `regexp_i(?, "label")`, `"label" ~* $1`],
  [{ label__iregex: "^a" }, `regexp_i(?, "label")`, `"label" ~* $1`],
  // true and false, UUIDs, bytes
  [{ flag: true }, `"flag" = ?`, `"flag" = $1`],
  [{ flag__ne: true }, `"flag" <> ?`, `"flag" <> $1`],
  [{ flag: null }, `"flag" IS NULL`, `"flag" IS NULL`],
  [{ key: uuid }, `"key" = ?`, `"key" = $1`],
  [{ key__ne: uuid }, `"key" <> ?`, `"key" <> $1`],
  [{ key__in: [uuid] }, `"key" IN (SELECT "value" FROM json_each(?))`, `"key" = ANY($1::uuid[])`],
  [{ raw: Uint8Array.of(1) }, `"raw" = ?`, `"raw" = $1`],
  [{ raw__isNull: true }, `"raw" IS NULL`, `"raw" IS NULL`],
  // dates and times
  [{ at: day }, `"at" = ?`, `"at" = $1`],
  [{ at__gt: day }, `"at" > ?`, `"at" > $1`],
  [{ at__in: [day] }, `"at" IN (SELECT "value" FROM json_each(?))`, `"at" = ANY($1::timestamptz[])`],
  [{ at__range: [day, day] }, `"at" BETWEEN ? AND ?`, `"at" BETWEEN $1 AND $2`],
  [{ at__year: 2026 }, `CAST(strftime('%Y', "at") AS INTEGER) = ?`, `extract(year FROM "at" AT TIME ZONE 'UTC')::int = $1`],
  [{ at__month: 1 }, `CAST(strftime('%m', "at") AS INTEGER) = ?`, `extract(month FROM "at" AT TIME ZONE 'UTC')::int = $1`],
  [{ at__day: 2 }, `CAST(strftime('%d', "at") AS INTEGER) = ?`, `extract(day FROM "at" AT TIME ZONE 'UTC')::int = $1`],
  [{ at__weekDay: 6 }, `CAST(strftime('%w', "at") AS INTEGER) + 1 = ?`, `extract(dow FROM "at" AT TIME ZONE 'UTC')::int + 1 = $1`],
  [{ at__hour: 3 }, `CAST(strftime('%H', "at") AS INTEGER) = ?`, `extract(hour FROM "at" AT TIME ZONE 'UTC')::int = $1`],
  [{ at__date: "2026-01-02" }, `date("at") = ?`, `("at" AT TIME ZONE 'UTC')::date = $1`],
  [{ day: "2026-01-02" }, `"day" = ?`, `"day" = $1`],
  [{ day__gte: "2026-01-02" }, `"day" >= ?`, `"day" >= $1`],
  [{ day__in: ["2026-01-02"] }, `"day" IN (SELECT "value" FROM json_each(?))`, `"day" = ANY($1::date[])`],
  [{ day__year: 2026 }, `CAST(strftime('%Y', "day") AS INTEGER) = ?`, `extract(year FROM "day"::timestamp)::int = $1`],
  [{ hour: "03:04:05" }, `"hour" = ?`, `"hour" = $1`],
  [{ hour__lt: "03:04:05" }, `"hour" < ?`, `"hour" < $1`],
  // arrays
  [{ words: ["a"] }, `"words" = ?`, `"words" = $1`],
  [{ words__ne: ["a"] }, `"words" <> ?`, `"words" <> $1`],
  [
    { words__contains: ["a"] },
    `CASE WHEN "samples"."words" IS NOT NULL THEN NOT EXISTS (SELECT 1 FROM json_each(?) AS "wanted" WHERE NOT EXISTS (SELECT 1 FROM json_each("samples"."words") AS "held" WHERE "held"."value" = "wanted"."value")) END`,
    `"words" @> $1::text[]`,
  ],
  [
    { words__overlaps: ["a"] },
    `CASE WHEN "samples"."words" IS NOT NULL THEN EXISTS (SELECT 1 FROM json_each(?) AS "wanted" WHERE EXISTS (SELECT 1 FROM json_each("samples"."words") AS "held" WHERE "held"."value" = "wanted"."value")) END`,
    `"words" && $1::text[]`,
  ],
  // documents: the type of the value says how the path is read
  [{ data: null }, `coalesce(json_type("data", ?), 'null') = 'null'`, `coalesce(jsonb_typeof("data"), 'null') = 'null'`],
  [{ data__isNull: true }, `coalesce(json_type("data", ?), 'null') = 'null'`, `coalesce(jsonb_typeof("data"), 'null') = 'null'`],
  [{ data: { a: 1 } }, `petrel_json("data") = petrel_json(?)`, `"data" = $1::jsonb`],
  [{ data__ne: { a: 1 } }, `petrel_json("data") <> petrel_json(?)`, `"data" <> $1::jsonb`],
  [
    { data: "x" },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END = ?`,
    `CASE WHEN jsonb_typeof("data") = 'string' THEN "data" #>> $1::text[] END = $2`,
  ],
  [
    { data__a: 1 },
    `CASE WHEN json_type("data", ?) IN ('integer', 'real') THEN CAST("data" ->> ? AS REAL) END = ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'number' THEN ("data" #>> $1::text[])::numeric END = $2`,
  ],
  [
    { data__a: "x" },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END = ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END = $2`,
  ],
  [
    { data__a: true },
    `CASE json_type("data", ?) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END = ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'boolean' THEN ("data" #>> $1::text[])::boolean END = $2`,
  ],
  [{ data__a: [1] }, `petrel_json("data" -> ?) = petrel_json(?)`, `"data" #> $1::text[] = $2::jsonb`],
  [{ data__a: null }, `coalesce(json_type("data", ?), 'null') = 'null'`, `coalesce(jsonb_typeof("data" #> $1::text[]), 'null') = 'null'`],
  [
    { data__a__ne: null },
    `coalesce(json_type("data", ?), 'null') <> 'null'`,
    `coalesce(jsonb_typeof("data" #> $1::text[]), 'null') <> 'null'`,
  ],
  [
    { data__a__ne: "x" },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END <> ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END <> $2`,
  ],
  [
    { data__a__isNull: false },
    `coalesce(json_type("data", ?), 'null') <> 'null'`,
    `coalesce(jsonb_typeof("data" #> $1::text[]), 'null') <> 'null'`,
  ],
  [
    { data__a__b__gt: 2 },
    `CASE WHEN json_type("data", ?) IN ('integer', 'real') THEN CAST("data" ->> ? AS REAL) END > ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'number' THEN ("data" #>> $1::text[])::numeric END > $2`,
  ],
  [
    { data__a__gte: "x" },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END >= ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END >= $2`,
  ],
  [
    { data__a__in: ["x", "y"] },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END IN (SELECT "value" FROM json_each(?))`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END = ANY($2::text[])`,
  ],
  [
    { data__a__in: [1] },
    `CASE WHEN json_type("data", ?) IN ('integer', 'real') THEN CAST("data" ->> ? AS REAL) END IN (SELECT "value" FROM json_each(?))`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'number' THEN ("data" #>> $1::text[])::numeric END = ANY($2::float8[])`,
  ],
  [
    { data__a__notIn: [1] },
    `CASE WHEN json_type("data", ?) IN ('integer', 'real') THEN CAST("data" ->> ? AS REAL) END NOT IN (SELECT "value" FROM json_each(?))`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'number' THEN ("data" #>> $1::text[])::numeric END <> ALL($2::float8[])`,
  ],
  [
    { data__a__in: [] },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END IN (SELECT "value" FROM json_each(?))`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END = ANY($2::text[])`,
  ],
  [
    { data__a__range: [1, 2] },
    `CASE WHEN json_type("data", ?) IN ('integer', 'real') THEN CAST("data" ->> ? AS REAL) END BETWEEN ? AND ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'number' THEN ("data" #>> $1::text[])::numeric END BETWEEN $2 AND $3`,
  ],
  [
    { data__a__contains: "x" },
    `instr(CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END, ?) > 0 OR petrel_json_contains("data" -> ?, ?)`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END LIKE $2 OR ("data" #> $1::text[]) @> $3::jsonb`,
  ],
  [{ data__a__contains: ["x"] }, `petrel_json_contains("data" -> ?, ?)`, `("data" #> $1::text[]) @> $2::jsonb`],
  [
    { data__a__icontains: "x" },
    String.raw`CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END LIKE ? ESCAPE '\'`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END ILIKE $2`,
  ],
  [
    { data__a__startsWith: "x" },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END GLOB ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END LIKE $2`,
  ],
  [
    { data__a__regex: "x" },
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END REGEXP ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END ~ $2`,
  ],
  [{ data__contains: { a: { b: 1 } } }, `petrel_json_contains("data", ?)`, `"data" @> $1::jsonb`],
  [
    { data__hasKey: "a" },
    `CASE WHEN "data" IS NOT NULL THEN json_type("data", ?) IS NOT NULL END`,
    `jsonb_typeof("data") = 'object' AND "data" ? $1::text`,
  ],
  [
    { data__a__hasKey: "b" },
    `CASE WHEN "data" -> ? IS NOT NULL THEN json_type("data" -> ?, ?) IS NOT NULL END`,
    `jsonb_typeof("data" #> $1::text[]) = 'object' AND ("data" #> $1::text[]) ? $2::text`,
  ],
];

const start = `SELECT * FROM "samples" WHERE `;
/** Lookups of a table have no types to check. */
const filtered = (given: object, dialect: typeof sqlite): string =>
  shortened((queryOn(Sample, dialect) as unknown as { filter(lookups: object): Query<Sample, Sample> }).filter(given).toSQL().sql);

for (const [given, onSqlite, onPostgres] of lookups) {
  const [[name, value]] = Object.entries(given) as [[string, unknown]];
  const kind = Array.isArray(value)
    ? `a list of ${value.length}`
    : value === null
      ? "null"
      : value instanceof RegExp
        ? String(value)
        : typeof value;
  test(`filter by ${name} with ${kind}`, () => {
    assert.equal(filtered(given, sqlite), start + onSqlite);
    assert.equal(filtered(given, postgres), start + onPostgres);
  });
}
