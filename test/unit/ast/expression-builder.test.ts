import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComparisonNode } from "../../../src/ast/expression.ts";
import { isExpression, typeOfExpression } from "../../../src/ast/expression-builder.ts";
import { orderingOf } from "../../../src/ast/ordering.ts";
import { nodeOf } from "../../../src/ast/node-holder.ts";
import { sql, sqlNodeOf } from "../../../src/ast/sql-tag.ts";
import { bool, decimal, int, json, smallint, text, timestamp } from "../../../src/schema/columns/column-factories.ts";
import { canonicalSource } from "../../../src/schema/columns-of.ts";
import { Model } from "../../../src/schema/model.ts";
import { tableOf } from "../../../src/schema/registry.ts";

interface Settings {
  theme: string;
  size: number;
  on: boolean;
  deep: { list: string[] };
}
class User extends Model("users", {
  id: int().primaryKey(),
  name: text({ maxLength: 5 }),
  age: smallint({ max: 150 }).nullable(),
  vip: bool(),
  price: decimal({ precision: 5, scale: 2 }),
  settings: json<Settings>(),
  born: timestamp(),
}) {}
const user = User.columns;
const column = (property: string) => ({
  node: "column",
  source: canonicalSource(tableOf(User)),
  column: tableOf(User).byProperty.get(property),
});
const value = (kind: string, given: unknown, name?: string, form = "one") => ({
  node: "parameter",
  form,
  type: { kind },
  value: given,
  ...(name === undefined ? {} : { name }),
});
const message = (sentence: string) => ({ name: "ConfigurationError", message: `${sentence} [E1001: docs/errors/E1001.md]` });

test("comparisons bind the value with the column's kind, without the column's limits", () => {
  const compare = (operator: string, right: unknown) => ({ node: "comparison", operator, left: column("age"), right });
  assert.deepEqual(nodeOf(user.age.eq(18)), compare("=", value("int", 18, "age")));
  assert.deepEqual(nodeOf(user.age.ne(18)), compare("<>", value("int", 18, "age")));
  assert.deepEqual(nodeOf(user.age.gt(1000)), compare(">", value("int", 1000, "age")));
  assert.deepEqual(nodeOf(user.age.gte(user.id)), compare(">=", column("id")));
  assert.deepEqual(nodeOf(user.age.lt(sql`1 + ${1}`)), { ...compare("<", null), right: sqlNodeOf(sql`1 + ${1}`) });
  assert.deepEqual(nodeOf(user.price.lte("9.999")), {
    node: "comparison",
    operator: "<=",
    left: column("price"),
    right: value("decimal", "9.999", "price"),
  });
  assert.deepEqual(nodeOf(user.id.between(1, 2)), {
    node: "between",
    operand: column("id"),
    low: value("int", 1, "id"),
    high: value("int", 2, "id"),
  });
});

test("an integer may be compared with a fraction, and with what is too great for it", () => {
  assert.deepEqual((nodeOf(user.age.gt(17.5)) as { right: unknown }).right, value("float", 17.5, "age"));
  assert.deepEqual((nodeOf(user.id.lt(1e12)) as { right: unknown }).right, value("float", 1e12, "id"));
  assert.deepEqual((nodeOf(user.id.in([1, 2.5])) as { list: unknown }).list, value("float", [1, 2.5], "id", "list"));
});

test("null asks for NULL, and undefined is refused by the column's name", () => {
  assert.deepEqual(nodeOf(user.age.eq(null as never)), { node: "isNull", operand: column("age"), negated: false });
  assert.deepEqual(nodeOf(user.age.ne(null as never)), { node: "isNull", operand: column("age"), negated: true });
  assert.deepEqual(nodeOf(user.age.isNotNull()), nodeOf(user.age.ne(null as never)));
  const leave = "Pass a value; leave the condition away where there is none.";
  assert.throws(() => user.age.eq(undefined as never), message(`'age' is compared with undefined. ${leave}`));
  assert.throws(
    () => user.settings.at("theme").eq(undefined as never),
    message(`'settings' at 'theme' is compared with undefined. ${leave}`),
  );
  assert.throws(
    () => user.age.gt(null as never),
    message("'age' is compared with null, which no value equals. Use isNull() or isNotNull()."),
  );
  const list =
    "'age' is compared with a list that holds something else than values. Leave null and undefined out; ask for NULL with isNull().";
  for (const odd of [null, undefined, user.id]) assert.throws(() => user.age.notIn([1, odd as never]), message(list));
  assert.throws(
    () => user.age.in(1 as never),
    message("'age' is compared with an integer. Pass an array or a subquery() to in() and notIn()."),
  );
});

test("a list is copied when it is given", () => {
  const list = [1, 2];
  const node = nodeOf(user.id.notIn(list));
  list.push(3);
  assert.deepEqual(node, { node: "in", operand: column("id"), list: value("int", [1, 2], "id", "list"), negated: true });
});

test("text matching says kind, case and whether the pattern is ASCII", () => {
  const match = (kind: string, caseless: boolean, ascii: boolean, pattern: string) => ({
    node: "match",
    kind,
    caseless,
    ascii,
    operand: column("name"),
    pattern: value("text", pattern, "name", "pattern"),
  });
  assert.deepEqual(nodeOf(user.name.like("a%")), match("like", false, true, "a%"));
  assert.deepEqual(nodeOf(user.name.ilike("ä%")), match("like", true, false, "ä%"));
  assert.deepEqual(nodeOf(user.name.icontains("x")), match("contains", true, true, "x"));
  assert.deepEqual(nodeOf(user.name.startsWith("x")), match("startsWith", false, true, "x"));
  assert.deepEqual(nodeOf(user.name.iendsWith("x")), match("endsWith", true, true, "x"));
  assert.throws(() => user.name.contains({} as never), message("'name' is compared with an object. Pass a string."));
  const regex = { node: "regex", caseless: true, operand: column("name"), pattern: value("text", "^a", "name") };
  assert.deepEqual(nodeOf(user.name.matches(/^a/gi)), regex);
  const flags = "'name' is compared with a pattern with flag m or s. Databases know only the flag i: write the rest into the pattern.";
  assert.throws(() => user.name.matches(/a/m), message(flags));
});

test("functions and arithmetic know the type of what they give", () => {
  assert.deepEqual(nodeOf(user.name.upper()), { node: "function", name: "upper", arguments: [column("name")], type: { kind: "text" } });
  assert.deepEqual(typeOfExpression(user.name.length()), { type: { kind: "int" }, nullable: false });
  assert.deepEqual(nodeOf(user.born.year()), { node: "datePart", part: "year", operand: column("born") });
  const plus = { node: "arithmetic", operator: "+", left: column("age"), right: value("int", 1, "age"), type: { kind: "int" } };
  assert.deepEqual(nodeOf(user.age.plus(1)), plus);
  assert.deepEqual(typeOfExpression(user.age.plus(1)), { type: { kind: "int" }, nullable: true });
  assert.deepEqual(typeOfExpression(user.id.plus(user.age)), { type: { kind: "int" }, nullable: true });
  assert.deepEqual(typeOfExpression(user.id.times(0.5)), { type: { kind: "float" }, nullable: false });
  assert.deepEqual(typeOfExpression(user.price.dividedBy("2")), { type: { kind: "decimal" }, nullable: false });
});

test("inside a document, the compared value decides how it is read", () => {
  const at = (as: string, ...path: string[]) => ({ node: "jsonPath", operand: column("settings"), path, as });
  const equal = (left: unknown, right: unknown) => ({ node: "comparison", operator: "=", left, right });
  const { settings } = user;
  assert.deepEqual(nodeOf(settings.at("theme").eq("dark")), equal(at("text", "theme"), value("text", "dark")));
  assert.deepEqual(nodeOf(settings.at("size").eq(3)), equal(at("number", "size"), value("float", 3)));
  assert.deepEqual(nodeOf(settings.at("on").eq(true)), equal(at("bool", "on"), value("bool", true)));
  assert.deepEqual(nodeOf(settings.at("theme").eq(user.name)), equal(at("text", "theme"), column("name")));
  assert.deepEqual(nodeOf(settings.at("theme").icontains("a")), {
    node: "match",
    kind: "contains",
    caseless: true,
    ascii: true,
    operand: at("text", "theme"),
    pattern: value("text", "a", undefined, "pattern"),
  });
  const list = ["x"];
  assert.deepEqual(nodeOf(settings.at("deep").at("list").ne(list)), {
    node: "jsonEqual",
    operand: at("json", "deep", "list"),
    value: value("json", list),
    negated: true,
  });
  const isNull = { node: "jsonIsNull", operand: column("settings"), path: ["deep"], negated: false };
  assert.deepEqual(nodeOf(settings.at("deep").eq(null as never)), isNull);
  assert.deepEqual(nodeOf(settings.at("deep").isNull()), isNull);
  assert.deepEqual(nodeOf(settings.isNull()), { node: "isNull", operand: column("settings"), negated: false });
  assert.deepEqual(nodeOf(settings.at("size").plus(1)), {
    node: "arithmetic",
    operator: "+",
    left: at("number", "size"),
    right: value("float", 1),
    type: { kind: "float" },
  });
  const inList = (values: string[] | number[]) => nodeOf(settings.at("theme").in(values as never));
  assert.deepEqual(inList([1, 2]), {
    node: "in",
    operand: at("number", "theme"),
    list: value("float", [1, 2], undefined, "list"),
    negated: false,
  });
  assert.deepEqual(inList([]), { node: "in", operand: at("text", "theme"), list: value("text", [], undefined, "list"), negated: false });
  assert.throws(() => settings.at("theme").in(["a", 1 as never]), /a list of mixed values/);
});

test("conditions combine, flat where they can be", () => {
  const [a, b, c] = [user.vip.eq(true), user.id.eq(1), user.id.eq(2)];
  assert.deepEqual(nodeOf(a.and(b).and(c)), { node: "logical", operator: "and", operands: [a, b, c].map(nodeOf) });
  assert.deepEqual(nodeOf(a.or(b.and(c))), { node: "logical", operator: "or", operands: [nodeOf(a), nodeOf(b.and(c))] });
  assert.deepEqual(nodeOf(a.not()), { node: "not", operand: nodeOf(a), total: false });
  assert.throws(
    () => a.and(undefined as never),
    message("and() takes conditions such as user.age.gte(18), got undefined. Return or pass a condition."),
  );
});

test("orderings keep direction and place of NULL", () => {
  assert.deepEqual(orderingOf(user.age.desc().nullsLast()), { expression: column("age"), direction: "desc", nulls: "last" });
  assert.deepEqual(orderingOf(user.age.asc()), { expression: column("age"), direction: "asc", nulls: null });
  assert.equal(user.age.asc().nullsFirst().direction, "asc");
  assert.equal(orderingOf({ expression: {}, direction: "asc" }), undefined);
});

test("nodes are frozen, and no copy or JSON passes for an expression", () => {
  const node = nodeOf(user.age.eq(1)) as ComparisonNode;
  assert.ok(Object.isFrozen(node) && Object.isFrozen(node.right));
  assert.equal(isExpression(JSON.parse(JSON.stringify(user.age))), false);
  assert.equal(isExpression({ ...user.age }), false);
  assert.equal(isExpression(sql`1`), false);
  assert.equal(isExpression(user.age), true);
});
