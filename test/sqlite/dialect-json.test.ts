import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExpressionNode, JsonPathNode } from "../../src/ast/expression.ts";
import { rootSource } from "../../src/ast/source.ts";
import { openMemory, runOn } from "../support/run-sqlite.ts";
import { c, col, compare, item, param, selectFrom } from "../support/statements.ts";

const documents = { name: "documents", schema: null, softDelete: null };

const withDocument = (document: unknown): ReturnType<typeof openMemory> => {
  const database = openMemory("CREATE TABLE documents (data TEXT) STRICT");
  database.prepare("INSERT INTO documents VALUES (?)").run(document === undefined ? null : JSON.stringify(document));
  return database;
};

const ask = (document: unknown, make: (data: ExpressionNode) => ExpressionNode): unknown => {
  const source = rootSource(documents);
  return runOn(withDocument(document), selectFrom(source, [item(make(col(source, c.data)))]))[0]![0];
};

const at = (data: ExpressionNode, path: readonly string[], as: JsonPathNode["as"]): ExpressionNode => ({
  node: "jsonPath",
  operand: data,
  path,
  as,
});

const hostileKeys = [
  'a"b',
  "a\\b",
  "a.b",
  "a'b",
  "$",
  "$[*]",
  "[0]",
  "",
  " ",
  "é",
  "😀",
  "a\nb",
  "\u0001",
  "\\u0041",
  '"',
  "a')) OR 1=1--",
  "__proto__",
  "-1",
  "00",
  "#",
];

for (const key of hostileKeys) {
  test(`the JSON key ${JSON.stringify(key)} finds its own value and no other`, () => {
    const document = Object.fromEntries([
      [key, "found"],
      ["a", "wrong"],
      ["A", { b: "wrong" }],
    ]);
    const nested = { [`${key}x`]: "wrong", outer: JSON.parse(JSON.stringify(document)) as unknown };
    assert.equal(
      ask(document, (data) => at(data, [key], "text")),
      "found",
    );
    assert.equal(
      ask(nested, (data) => at(data, ["outer", key], "text")),
      "found",
    );
    assert.equal(
      ask({ other: 1 }, (data) => at(data, [key], "text")),
      null,
    );
    assert.equal(
      ask(document, (data) => ({ node: "jsonHasKey", operand: data, key: param("text", key) })),
      1,
    );
    assert.equal(
      ask({ other: 1 }, (data) => ({ node: "jsonHasKey", operand: data, key: param("text", key) })),
      0,
    );
  });
}

test("a key of digits is an object's key or an array's position, whichever is there", () => {
  const document = { list: [{ n: "first" }, { n: "second" }], map: { "0": { n: "zero" }, "1": [["deep"]] } };
  assert.equal(
    ask(document, (data) => at(data, ["list", "1", "n"], "text")),
    "second",
  );
  assert.equal(
    ask(document, (data) => at(data, ["list", "-1", "n"], "text")),
    "second",
  );
  assert.equal(
    ask(document, (data) => at(data, ["map", "0", "n"], "text")),
    "zero",
  );
  assert.equal(
    ask(document, (data) => at(data, ["map", "1", "0", "0"], "text")),
    "deep",
  );
  assert.equal(
    ask(document, (data) => at(data, ["list", "7", "n"], "text")),
    null,
  );
  assert.equal(
    ask(document, (data) => at(data, ["list", "99999999999999999999"], "json")),
    null,
  );
});

test("a value of another JSON type reads as NULL", () => {
  const document = { text: "1", number: 1.5, yes: true, no: false, none: null, list: [1], map: {} };
  const read = (as: JsonPathNode["as"]): unknown[] => Object.keys(document).map((key) => ask(document, (data) => at(data, [key], as)));
  assert.deepEqual(read("text"), ["1", null, null, null, null, null, null]);
  assert.deepEqual(read("number"), [null, 1.5, null, null, null, null, null]);
  assert.deepEqual(read("bool"), [null, null, 1, 0, null, null, null]);
  assert.deepEqual(read("json"), ['"1"', "1.5", "true", "false", "null", "[1]", "{}"]);
});

test("JSON null and absence are the same to isNull", () => {
  const isNull = (document: unknown, path: string[], negated = false): unknown =>
    ask(document, (data) => ({ node: "jsonIsNull", operand: data, path, negated }));
  assert.deepEqual([isNull({ a: null }, ["a"]), isNull({}, ["a"]), isNull(undefined, ["a"]), isNull({ a: 0 }, ["a"])], [1, 1, 1, 0]);
  assert.deepEqual([isNull(null, []), isNull({ a: 1 }, ["a"], true), isNull({ a: [null] }, ["a", "0"])], [1, 1, 1]);
});

test("JSON equality ignores the order of keys, at any depth", () => {
  const equal = (left: unknown, right: unknown): unknown =>
    ask(left, (data) => ({ node: "jsonEqual", operand: data, value: param("json", right), negated: false }));
  assert.equal(equal({ a: 1, b: { c: [1, 2], d: "x" } }, { b: { d: "x", c: [1, 2] }, a: 1 }), 1);
  assert.equal(equal({ a: [1, 2] }, { a: [2, 1] }), 0);
  assert.equal(equal(undefined, {}), null);
});

test("JSON containment is that of PostgreSQL", () => {
  const contains = (whole: unknown, part: unknown): unknown =>
    ask(whole, (data) => ({ node: "jsonContains", operand: data, value: param("json", part) }));
  assert.deepEqual([contains({ a: 1, b: [1, { c: 2, d: 3 }] }, { b: [{ c: 2 }] }), contains({ a: 1 }, { a: 1, b: 2 })], [1, 0]);
  assert.deepEqual([contains(["x", "y"], "x"), contains([["x"]], "x"), contains({ a: ["x"] }, { a: "x" })], [1, 0, 0]);
  assert.deepEqual([contains([1, 1], [1, 1, 1]), contains({}, []), contains("a", "a")], [1, 0, 1]);
});

test("a JSON number compares as a number", () => {
  const source = rootSource(documents);
  const statement = selectFrom(source, [col(source, c.data)], {
    where: compare(at(col(source, c.data), ["n"], "number"), ">", param("float", 9)),
  });
  assert.equal(runOn(withDocument({ n: 10 }), statement).length, 1);
  assert.equal(runOn(withDocument({ n: "10" }), statement).length, 0);
});
