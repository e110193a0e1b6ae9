import assert from "node:assert/strict";
import { test } from "node:test";
import { prettySql } from "../../../src/observe/pretty-sql.ts";

const long = `SELECT "posts"."id", "posts"."title" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."name" = $1`;

test("a long statement has a line per clause, a short one stays as it is", () => {
  assert.equal(prettySql(' SELECT "id" FROM "posts" ', "sqlite", false), 'SELECT "id" FROM "posts"');
  assert.equal(
    prettySql(long, "postgres", false),
    `SELECT
  "posts"."id",
  "posts"."title"
FROM
  "posts"
  JOIN "users" AS "author" ON "author"."id" = "posts"."author_id"
WHERE
  "author"."name" = $1`,
  );
});

test("colours are for keywords, texts and placeholders, and not for what stands in quotes", () => {
  assert.equal(
    prettySql(`SELECT "FROM" FROM "a" WHERE "b" = 'IN' AND "c" = ?`, "sqlite", true),
    `\u001B[36mSELECT\u001B[39m "FROM" \u001B[36mFROM\u001B[39m "a" \u001B[36mWHERE\u001B[39m "b" = \u001B[32m'IN'\u001B[39m \u001B[36mAND\u001B[39m "c" = \u001B[33m?\u001B[39m`,
  );
});

test("what cannot be read is shown as it is", () => {
  const odd = `SELECT 'without an end, ${"x".repeat(120)}`;
  assert.equal(prettySql(odd, "postgres", false), odd);
});
