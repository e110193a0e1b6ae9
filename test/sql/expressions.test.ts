import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExpressionNode } from "../../src/ast/expression.ts";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import { and, c, col, columnRef, compare, not, or, param, selectFrom, user } from "../support/statements.ts";

const u = user();
const id = col(u, c.id);
const age = col(u, c.age);
const name = col(u, c.name);
const one: ExpressionNode = { node: "literal", value: 1 };
const two: ExpressionNode = { node: "literal", value: 2 };
const math = (left: ExpressionNode, operator: "+" | "-" | "*" | "/", right: ExpressionNode): ExpressionNode => ({
  node: "arithmetic",
  operator,
  left,
  right,
  type: { kind: "int" },
});

const conditionOf = (dialect: typeof sqlite, node: ExpressionNode): string =>
  dialect.compile(selectFrom(u, [id], { where: node })).sql.slice(`SELECT "id" FROM "users" WHERE `.length);
const both = (node: ExpressionNode, sqliteText: string, postgresText: string): void =>
  assert.deepEqual([conditionOf(sqlite, node), conditionOf(postgres, node)], [sqliteText, postgresText]);
const same = (node: ExpressionNode, text: string): void => both(node, text, text);

test("parentheses stand where they are needed and nowhere else", () => {
  const a = compare(id, "=", one);
  const b = compare(age, ">", two);
  same(or(and(a, b), a), `"id" = 1 AND "age" > 2 OR "id" = 1`);
  same(and(or(a, b), a), `("id" = 1 OR "age" > 2) AND "id" = 1`);
  same(and(and(a, b), a), `"id" = 1 AND "age" > 2 AND "id" = 1`);
  same(or(and(a), or(b)), `"id" = 1 OR "age" > 2`);
  same(and(), "TRUE");
  same(or(), "FALSE");
  same(not(a), `NOT ("id" = 1)`);
  same(not(or(a, b)), `NOT ("id" = 1 OR "age" > 2)`);
  same(not(a, true), `("id" = 1) IS NOT TRUE`);
  same(and(not(a), not(not(b))), `NOT ("id" = 1) AND NOT (NOT ("age" > 2))`);
  same(compare(a, "=", b), `("id" = 1) = ("age" > 2)`);
  same({ node: "isNull", operand: b, negated: false }, `("age" > 2) IS NULL`);
});

test("arithmetic keeps its own order", () => {
  same(compare(math(math(id, "+", one), "*", two), "=", one), `("id" + 1) * 2 = 1`);
  same(compare(math(math(id, "*", one), "+", two), "=", one), `"id" * 1 + 2 = 1`);
  same(compare(math(id, "-", math(one, "-", two)), "=", one), `"id" - (1 - 2) = 1`);
  same(compare(math(math(id, "-", one), "-", two), "=", one), `"id" - 1 - 2 = 1`);
  same(compare(math(id, "/", math(one, "*", two)), "=", one), `"id" / (1 * 2) = 1`);
  same(compare(math(id, "-", { node: "literal", value: -1 }), "=", one), `"id" - (-1) = 1`);
});

test("parameters have a type where nothing around them gives one", () => {
  both(compare(age, "<", param("int")), `"age" < ?`, `"age" < $1`);
  both(compare(param("int"), "<", param("int")), `? < ?`, `$1::int < $2::int`);
  both(compare(math(age, "*", param("float")), ">", one), `"age" * CAST(? AS REAL) > 1`, `"age" * $1::float8 > 1`);
  const coalesced: ExpressionNode = { node: "function", name: "coalesce", arguments: [age, param("int")], type: { kind: "int" } };
  both(compare(coalesced, "=", one), `coalesce("age", ?) = 1`, `coalesce("age", $1::int) = 1`);
});

test("a list is one parameter", () => {
  const list = (negated: boolean): ExpressionNode => ({ node: "in", operand: id, list: param("int", [], "list"), negated });
  both(list(false), `"id" IN (SELECT "value" FROM json_each(?))`, `"id" = ANY($1::int[])`);
  both(list(true), `"id" NOT IN (SELECT "value" FROM json_each(?))`, `"id" <> ALL($1::int[])`);
  const bytes: ExpressionNode = { node: "in", operand: col(u, columnRef("b", "bytes")), list: param("bytes", [], "list"), negated: false };
  both(bytes, `"b" IN (SELECT unhex("value") FROM json_each(?))`, `"b" = ANY($1::bytea[])`);
});

test("text is matched with a bound pattern", () => {
  const match = (kind: "like" | "exact" | "contains" | "startsWith" | "endsWith", caseless: boolean, ascii = false): ExpressionNode => ({
    node: "match",
    kind,
    caseless,
    ascii,
    operand: name,
    pattern: param("text", "", "pattern"),
  });
  both(match("contains", false), `instr("name", ?) > 0`, `"name" LIKE $1`);
  both(match("startsWith", false), `"name" GLOB ?`, `"name" LIKE $1`);
  both(match("like", true, true), `"name" LIKE ? ESCAPE '\\'`, `"name" ILIKE $1`);
  both(match("contains", true), `petrel_lower("name") LIKE petrel_lower(?) ESCAPE '\\'`, `"name" ILIKE $1`);
  both(match("exact", true), `petrel_lower("name") = petrel_lower(?)`, `lower("name") = lower($1)`);
  both(match("exact", true, true), `"name" = ? COLLATE NOCASE`, `lower("name") = lower($1)`);
  both({ node: "regex", caseless: false, operand: name, pattern: param("text", "", "pattern") }, `"name" REGEXP ?`, `"name" ~ $1`);
  both({ node: "regex", caseless: true, operand: name, pattern: param("text", "", "pattern") }, `regexp_i(?, "name")`, `"name" ~* $1`);
});

test("wildcards in a literal part mean themselves on PostgreSQL", () => {
  const encode = (kind: "contains" | "startsWith" | "endsWith" | "like", text: string): unknown => {
    const where: ExpressionNode = {
      node: "match",
      kind,
      caseless: false,
      ascii: true,
      operand: name,
      pattern: param("text", text, "pattern"),
    };
    const [binding] = postgres.compile(selectFrom(u, [id], { where })).bindings;
    return binding!.parameter === null ? null : binding!.encode!(text as never);
  };
  assert.equal(encode("contains", "50%_\\"), "%50\\%\\_\\\\%");
  assert.equal(encode("startsWith", "a"), "a%");
  assert.equal(encode("endsWith", "a"), "%a");
  assert.equal(encode("like", "a%\\"), "a%\\\\");
  assert.equal(encode("like", "a\\\\"), "a\\\\");
});

test("dates are taken apart in UTC", () => {
  const at = col(u, c.createdAt);
  both(
    compare({ node: "datePart", part: "year", operand: at }, "=", param("int")),
    `CAST(strftime('%Y', "created_at") AS INTEGER) = ?`,
    `extract(year FROM "created_at" AT TIME ZONE 'UTC')::int = $1`,
  );
  both(
    compare({ node: "datePart", part: "weekDay", operand: at }, "=", param("int")),
    `CAST(strftime('%w', "created_at") AS INTEGER) + 1 = ?`,
    `extract(dow FROM "created_at" AT TIME ZONE 'UTC')::int + 1 = $1`,
  );
  both(
    compare({ node: "dateOf", operand: at }, "=", param("date")),
    `date("created_at") = ?`,
    `("created_at" AT TIME ZONE 'UTC')::date = $1`,
  );
});

test("JSON paths are bound, never spelled", () => {
  const path: ExpressionNode = { node: "jsonPath", operand: col(u, c.data), path: ["a')) OR 1=1--"], as: "text" };
  both(
    compare(path, "=", param("text")),
    `CASE WHEN json_type("data", ?) = 'text' THEN "data" ->> ? END = ?`,
    `CASE WHEN jsonb_typeof("data" #> $1::text[]) = 'string' THEN "data" #>> $1::text[] END = $2`,
  );
  const [binding] = postgres.compile(selectFrom(u, [id], { where: compare(path, "=", param("text")) })).bindings;
  assert.deepEqual(binding, { parameter: null, constant: ["a')) OR 1=1--"] });
});

test("an operator that is in no list never becomes text", () => {
  const evil = { node: "comparison", operator: "= 1 OR 1 =", left: id, right: one } as unknown as ExpressionNode;
  assert.throws(() => conditionOf(sqlite, evil), /in no list/);
  const part = { node: "datePart", part: "year FROM now()) --", operand: col(u, c.createdAt) } as unknown as ExpressionNode;
  assert.throws(() => conditionOf(postgres, part), /in no list/);
  assert.throws(() => conditionOf(sqlite, { node: "constructor", operand: id } as unknown as ExpressionNode), /unknown kind/);
});

test("raw pieces are put in parentheses among others, and names in them are quoted", () => {
  const raw: ExpressionNode = {
    node: "raw",
    texts: ["", " > ", " OR x"],
    parts: [{ node: "columnName", column: c.age, table: { schema: null, name: "users" } }, param(null, 1, "asGiven")],
    type: null,
  };
  both(and(compare(id, "=", one), raw), `"id" = 1 AND ("users"."age" > ? OR x)`, `"id" = 1 AND ("users"."age" > $1 OR x)`);
});
