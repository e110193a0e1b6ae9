import assert from "node:assert/strict";
import { test } from "node:test";
import type { BeginOptions } from "../../../src/dialect/dialect.ts";
import { postgres } from "../../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../../src/dialect/sqlite/sqlite.ts";

test("a writer on SQLite takes the lock at once, a reader does not", () => {
  assert.deepEqual(sqlite.begin({}), ["BEGIN IMMEDIATE"]);
  assert.deepEqual(sqlite.begin({ isolation: "read committed" }), ["BEGIN IMMEDIATE"]);
  assert.deepEqual(sqlite.begin({ readOnly: true }), ["BEGIN"]);
});

test("PostgreSQL is told the isolation level and whether to read only", () => {
  assert.deepEqual(postgres.begin({}), ["BEGIN"]);
  assert.deepEqual(postgres.begin({ isolation: "serializable", readOnly: true }), ["BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"]);
});

test("an unknown isolation level is refused on both, with the nearest name", () => {
  const options = { isolation: "serialisable" } as unknown as BeginOptions;
  for (const dialect of [sqlite, postgres])
    assert.throws(() => dialect.begin(options), /unknown isolation level. Did you mean 'serializable'\?/);
  assert.throws(() => postgres.begin({ isolation: "x; DROP TABLE y" } as unknown as BeginOptions), /unknown isolation level/);
});

test("explaining", () => {
  assert.equal(sqlite.explain("SELECT 1", { analyze: false, format: "text" }), "EXPLAIN QUERY PLAN SELECT 1");
  assert.throws(() => sqlite.explain("SELECT 1", { analyze: true, format: "text" }), /Leave out 'analyze'/);
  assert.equal(
    postgres.explain("SELECT 1", { analyze: true, format: "json" }),
    "EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON) SELECT 1",
  );
  assert.throws(() => postgres.explain("SELECT 1", { analyze: false, format: "json) DELETE" as "json" }), /unknown format/);
});

test("the codec of a type is always the same object", () => {
  const type = { kind: "decimal", precision: 10, scale: 2 } as const;
  for (const dialect of [sqlite, postgres]) assert.equal(dialect.codec(type), dialect.codec(type));
});
