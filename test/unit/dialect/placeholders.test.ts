import assert from "node:assert/strict";
import { test } from "node:test";
import { changesData } from "../../../src/dialect/changes-data.ts";
import { postgres } from "../../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../../src/dialect/sqlite/sqlite.ts";

const both = (text: string): { sqlite: unknown; postgres: unknown } => {
  const [a, b] = [sqlite.placeholders(text), postgres.placeholders(text)];
  return { sqlite: [a.sql, ...a.order], postgres: [b.sql, ...b.order] };
};

test("all three kinds of placeholders become the database's own", () => {
  assert.deepEqual(both("a = ? AND b = ?"), { sqlite: ["a = ? AND b = ?", 0, 1], postgres: ["a = $1 AND b = $2", 0, 1] });
  assert.deepEqual(both("a = $2 AND b = $1"), { sqlite: ["a = ? AND b = ?", 1, 0], postgres: ["a = $1 AND b = $2", 1, 0] });
  assert.deepEqual(both("a = :x AND b = :y_2"), { sqlite: ["a = ? AND b = ?", "x", "y_2"], postgres: ["a = $1 AND b = $2", "x", "y_2"] });
});

test("a placeholder that stands twice is bound twice on SQLite and once on PostgreSQL", () => {
  assert.deepEqual(both("$1 = $1"), { sqlite: ["? = ?", 0, 0], postgres: ["$1 = $1", 0] });
  assert.deepEqual(both(":a = :b OR :a"), { sqlite: ["? = ? OR ?", "a", "b", "a"], postgres: ["$1 = $2 OR $1", "a", "b"] });
});

for (const text of [
  "'?' || ' $1 it''s :x'",
  `"a?" = "b""$1"`,
  "-- ? $1\n1",
  "/* ? $1 :a */ 1",
  "x::int",
  "'unfinished ?",
  "e'it\\'s ?'",
  "$$ ? $1 :a $$",
  "$tag$ ? $$ :a $tag$",
  "$$$$",
  "name$1",
  "a1 = 12.5e3",
]) {
  test(`nothing is a placeholder in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(postgres.placeholders(text), { sql: text, order: [] });
  });
}

test("comments nest on PostgreSQL and do not on SQLite", () => {
  assert.deepEqual(both("/* a /* b */ ? */"), { sqlite: ["/* a /* b */ ? */", 0], postgres: ["/* a /* b */ ? */"] });
});

test("a doubled question mark is PostgreSQL's operator", () => {
  assert.deepEqual(postgres.placeholders("data ?? 'key' AND id = ?"), { sql: "data ? 'key' AND id = $1", order: [0] });
});

test("mixed kinds are refused, with the way out", () => {
  assert.throws(() => postgres.placeholders("a = $1 AND b ? 'x'"), /mixes '\$1' and '\?' placeholders.*write '\?\?'/);
  assert.throws(() => sqlite.placeholders("a = :a AND b = ?"), /mixes ':name' and '\?' placeholders/);
  assert.throws(() => sqlite.placeholders("a = ?1"), /Write '\?' without a number/);
  assert.throws(() => sqlite.placeholders("a = $0"), /count from \$1/);
});

test("a text changes data unless it plainly reads", () => {
  const reading = [
    "SELECT 1",
    " select 'delete' ",
    '-- update\nSELECT "insert"',
    "VALUES (1)",
    "WITH a AS (SELECT 1) SELECT replace(x, 'a', 'b') FROM a",
    "(SELECT 1)",
  ];
  const writing = [
    "DELETE FROM a",
    "WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a",
    "SELECT 1 INTO x",
    "SELECT 1; DROP TABLE x",
    "PRAGMA user_version = 1",
    "",
    "EXPLAIN ANALYZE UPDATE x SET a = 1",
  ];
  assert.deepEqual(reading.filter(changesData), []);
  assert.deepEqual(
    writing.filter((text) => !changesData(text)),
    [],
  );
});
