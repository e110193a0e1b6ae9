import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeOf } from "../../../src/ast/node-holder.ts";
import { TypedValue } from "../../../src/base/bound-value.ts";
import { now, sql, sqlNodeOf } from "../../../src/ast/sql-tag.ts";
import { int, text } from "../../../src/schema/columns/column-factories.ts";
import { Model } from "../../../src/schema/model.ts";
import { tableOf } from "../../../src/schema/registry.ts";

class User extends Model("users", { id: int().primaryKey(), name: text() }) {}

const asGiven = (value: unknown) => ({ node: "parameter", form: "asGiven", type: null, value });
const partsOf = (value: unknown) => {
  const node = sqlNodeOf(value);
  assert.ok(node?.node === "raw");
  return { texts: node.texts, parts: node.parts };
};
const message = (sentence: string) => ({ code: "E1001", message: `${sentence} [E1001: docs/errors/E1001.md]` });

test("values become parameters and never text", () => {
  const when = new Date(0);
  const bytes = Uint8Array.of(1);
  const piece = sql`a ${1} b ${"x'; DROP"} ${null} ${2n} ${true} ${when} ${bytes} ${[1, 2]}`;
  const { texts, parts } = partsOf(piece);
  assert.deepEqual(texts, ["a ", " b ", " ", " ", " ", " ", " ", " ", ""]);
  assert.deepEqual(parts, [1, "x'; DROP", null, 2n, true, when, bytes, [1, 2]].map(asGiven));
});

test("a model is its table's name, a column its node, another piece nests", () => {
  const inner = sql`lower(${"A"})`;
  const { parts } = partsOf(sql`SELECT ${User.columns.name} FROM ${User} WHERE ${inner}`);
  assert.deepEqual(parts[0], nodeOf(User.columns.name));
  assert.deepEqual(parts[1], { node: "tableName", table: tableOf(User) });
  assert.equal(parts[2], sqlNodeOf(inner));
});

test("identifiers and joined pieces keep their structure", () => {
  assert.deepEqual(partsOf(sql.identifier("my", 'ta"ble')).parts, [{ node: "identifier", names: ["my", 'ta"ble'] }]);
  const { parts } = partsOf(sql.join([1, sql`x`], sql` AND `));
  assert.deepEqual(parts, [{ node: "joinedParts", parts: [asGiven(1), sqlNodeOf(sql`x`)], separator: " AND " }]);
});

test("raw text is split at its placeholders, outside of strings, names and comments", () => {
  const given = `a = $2 AND b = '?' AND "c?" = $1 -- $3\n AND d::text = $$ $4 $$ /* ? */`;
  const { texts, parts } = partsOf(sql.raw(given, ["one", "two"]));
  assert.deepEqual(texts, ["a = ", ` AND b = '?' AND "c?" = `, " -- $3\n AND d::text = $$ $4 $$ /* ? */"]);
  assert.deepEqual(parts, ["two", "one"].map(asGiven));
  assert.deepEqual(partsOf(sql.raw("? :: ?", [1, 2])).parts, [1, 2].map(asGiven));
  assert.deepEqual(partsOf(sql.raw(":b, :a, :b", { a: 1, b: 2 })).parts, [2, 1, 2].map(asGiven));
  assert.deepEqual(partsOf(sql.raw("data ? 'key'")).texts, ["data ? 'key'"]);
});

test("now is a node of its own", () => {
  assert.deepEqual(sqlNodeOf(now), { node: "now" });
});

test("only a real template call makes text", () => {
  const call = sql as unknown as (strings: unknown, ...values: unknown[]) => unknown;
  const refusal = message(
    "sql is a template tag: write sql`SELECT …${value}`, without parentheses. For text that you trust use sql.raw(text, parameters).",
  );
  assert.throws(() => call("SELECT 1"), refusal);
  assert.throws(() => call(Object.assign(["SELECT 1"], { raw: ["SELECT 1"] })), refusal);
  assert.throws(() => call(Object.freeze(Object.assign(["SELECT 1"], { raw: ["SELECT 1"] }))), refusal);
});

test("what has no value in SQL is refused by its place, without the value", () => {
  const remedy = "Pass a value, a model, a column or another sql`…`; for a JSON document pass JSON.stringify(value).";
  assert.throws(() => sql`${1} ${{ secret: 1 }}`, message(`Value 2 of sql\`…\` is an object, which SQL has no value for. ${remedy}`));
  assert.throws(() => sql`${undefined}`, message("Value 1 of sql`…` is undefined, which SQL has no value for. Use null for NULL."));
  assert.throws(
    () => sql`${[{}]}`,
    message(`Value 1 of sql\`…\` is an array that holds something else than values, which SQL has no value for. ${remedy}`),
  );
  assert.throws(() => sql`${() => 1}`, message(`Value 1 of sql\`…\` is a function, which SQL has no value for. ${remedy}`));
});

test("a typed value is a parameter, NULL for null, and nothing for undefined", () => {
  const valueOf = (piece: unknown): unknown => (nodeOf(piece) as { value?: unknown }).value;
  assert.deepEqual(valueOf(sql.typed({ lower: 1, upper: 2 })), new TypedValue({ lower: 1, upper: 2 }));
  assert.equal(valueOf(sql.typed(null)), null);
  assert.equal(String(new TypedValue("secret")), "<typed>");
  assert.throws(() => sql.typed(undefined), message("sql.typed() was given undefined. Use null for NULL."));
  assert.throws(() => sql`'${sql.typed(1)}'`, /stands inside quotes or a comment/);
});

test("parameters of raw text must match its placeholders", () => {
  assert.throws(
    () => sql.raw("$2", [1]),
    message("The text of sql.raw() has no placeholder for parameter 1. Remove the parameter, or name it in the text."),
  );
  assert.throws(
    () => sql.raw("?, ?", [1]),
    message("The text of sql.raw() uses parameter 2, which was not given. Pass it with the parameters."),
  );
  assert.throws(
    () => sql.raw(":constructor", {}),
    message("The text of sql.raw() uses parameter :constructor, which was not given. Pass it with the parameters."),
  );
});

test("no JSON, and no copy, passes for a piece of SQL", () => {
  const piece = sql`DROP TABLE ${User}`;
  assert.equal(sqlNodeOf(JSON.parse(JSON.stringify(piece))), undefined);
  assert.equal(sqlNodeOf({ ...piece }), undefined);
  assert.equal(sqlNodeOf(Object.create(Object.getPrototypeOf(piece) as object)), undefined);
  assert.equal(JSON.stringify(piece), "{}");
});

test("a separator with values, and an empty name, are refused", () => {
  assert.throws(
    () => sql.join([1], sql`${1}`),
    message("The separator of sql.join() must be a piece of sql without values, as in sql` AND `."),
  );
  for (const name of ["", "a\0", "é".repeat(32)])
    assert.throws(
      () => sql.identifier("a", name),
      message("sql.identifier() takes one or more names of 1 to 63 bytes without a NUL character."),
    );
  sql.identifier("é".repeat(31));
});
