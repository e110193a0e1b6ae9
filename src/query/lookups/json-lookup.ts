/**
 * Lookups into JSON documents: `metadata__plan`, `metadata__settings__theme__startsWith`, `metadata__tags__contains`.
 * The JSON type that a path is read as follows the value it is compared with; a value of another JSON type never matches.
 * The last key is read as an operator first, as Django does; `where((row) => row.metadata.at("contains"))` reaches a key called like one.
 */
import type { ExpressionNode, JsonPathNode } from "../../ast/expression.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { orderedOperators, parameter, refuse, textual } from "./operators.ts";
import type { FormOf, Operator, Target } from "./operators.ts";

interface Reading {
  readonly as: JsonPathNode["as"];
  readonly type: ColumnType;
}
const readings: Readonly<Record<string, Reading>> = {
  string: { as: "text", type: { kind: "text" } },
  number: { as: "number", type: { kind: "float" } },
  boolean: { as: "bool", type: { kind: "bool" } },
};

/** A target whose expression is the document itself (`json` column), and the keys that follow. */
export interface JsonTarget extends Target {
  readonly path: readonly string[];
}

const readAs = (target: JsonTarget, reading: Reading): Target => ({
  name: target.name,
  type: reading.type,
  expression: { node: "jsonPath", operand: target.expression, path: target.path, as: reading.as },
});

const document = (target: JsonTarget): ExpressionNode =>
  target.path.length === 0 ? target.expression : { node: "jsonPath", operand: target.expression, path: target.path, as: "json" };

/** The operator of plain columns, on the value at the path, read as `reading`. */
const typed =
  (operator: Operator, reading: Reading): Operator =>
  (given, name) => {
    const form = operator(given, name);
    return { ...form, id: `${reading.as}.${form.id}`, test: (target) => form.test(readAs(target as JsonTarget, reading)) };
  };

const isNull = (negated: boolean): FormOf => ({
  id: negated ? "notNull" : "null",
  values: () => [],
  test: (target) => ({
    node: { node: "jsonIsNull", operand: target.expression, path: (target as JsonTarget).path, negated },
    parameters: [],
  }),
});

const sameDocument = (negated: boolean): FormOf => ({
  id: "json",
  values: (given) => [given],
  test: (target) => {
    const value = parameter({ kind: "json" }, target.name);
    return { node: { node: "jsonEqual", operand: document(target as JsonTarget), value, negated }, parameters: [value] };
  },
});

const contained: FormOf = {
  id: "json",
  values: (given) => [given],
  test: (target) => {
    const value = parameter({ kind: "json" }, target.name);
    return { node: { node: "jsonContains", operand: document(target as JsonTarget), value }, parameters: [value] };
  },
};

const hasKeyForm: FormOf = {
  id: "key",
  values: (given) => [given],
  test: (target) => {
    const key = parameter({ kind: "text" }, target.name);
    return { node: { node: "jsonHasKey", operand: document(target as JsonTarget), key }, parameters: [key] };
  },
};

const equality =
  (name: "exact" | "ne", whenNull: FormOf, whole: FormOf): Operator =>
  (given, lookup) => {
    if (given === null) return whenNull;
    const reading = readings[typeof given];
    return reading === undefined ? whole : typed(orderedOperators[name]!, reading)(given, lookup);
  };

/** The reading for the values of a list or range; all must have one JSON type. */
const readingOfAll = (values: readonly unknown[], name: string): Reading => {
  const types = new Set(values.map((value) => typeof value));
  const reading = types.size === 1 ? readings[[...types][0]!] : types.size === 0 ? readings["string"] : undefined;
  return reading ?? refuse(name, values, "values of one JSON type (strings, numbers or booleans)");
};

const overList =
  (name: "in" | "notIn" | "range"): Operator =>
  (given, lookup) =>
    Array.isArray(given)
      ? typed(orderedOperators[name]!, readingOfAll(given, lookup))(given, lookup)
      : refuse(lookup, given, "an array of values");

const overValue =
  (name: "gt" | "gte" | "lt" | "lte"): Operator =>
  (given, lookup) => {
    const reading = typeof given === "boolean" ? undefined : readings[typeof given];
    return reading === undefined ? refuse(lookup, given, "a string or a number") : typed(orderedOperators[name]!, reading)(given, lookup);
  };

const textOperators = Object.fromEntries(
  Object.entries(textual)
    .filter(([name]) => !(name in orderedOperators) && name !== "contains")
    .map(([name, operator]) => [name, typed(operator, readings["string"]!)]),
);

/** `contains`: a part of the text when both are texts; otherwise real containment, as PostgreSQL's `@>`. */
const contains: Operator = (given, name) => (typeof given === "string" ? containsText(given, name) : contained);
const containsText: Operator = () => ({
  id: "text",
  values: (given) => [given, given],
  test: (target) => {
    const text = typed(textual["contains"]!, readings["string"]!)("", target.name).test(target);
    const element = contained.test(target);
    return {
      node: { node: "logical", operator: "or", operands: [text.node, element.node] },
      parameters: [...text.parameters, ...element.parameters],
    };
  },
});

export const jsonOperators: Readonly<Record<string, Operator>> = {
  exact: equality("exact", isNull(false), sameDocument(false)),
  ne: equality("ne", isNull(true), sameDocument(true)),
  isNull: (given, name) => (typeof given === "boolean" ? isNull(!given) : refuse(name, given, "true or false")),
  in: overList("in"),
  notIn: overList("notIn"),
  range: overList("range"),
  gt: overValue("gt"),
  gte: overValue("gte"),
  lt: overValue("lt"),
  lte: overValue("lte"),
  ...textOperators,
  contains,
  hasKey: (given, name) => (typeof given === "string" ? hasKeyForm : refuse(name, given, "a key, as a string")),
};
