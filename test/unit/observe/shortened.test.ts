import assert from "node:assert/strict";
import { test } from "node:test";
import { shortened } from "../../../src/observe/shortened.ts";

test("lists of placeholders become (...), lines one line, and long texts end", () => {
  assert.equal(shortened("SELECT *\n  FROM posts WHERE author_id IN (?, ?,?)"), "SELECT * FROM posts WHERE author_id IN (...)");
  assert.equal(shortened("SELECT 1 WHERE 1 IN ($1, $2) AND 2 in ($3)"), "SELECT 1 WHERE 1 IN (...) AND 2 IN (...)");
  assert.equal(shortened("SELECT 1 WHERE 1 IN (SELECT 2)"), "SELECT 1 WHERE 1 IN (SELECT 2)");
  assert.equal(shortened("SELECT 12345", 8), "SELECT 1…");
});
