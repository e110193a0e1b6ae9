/**
 * What each lookup means: `age__gte`, `name__icontains`, `role__in`, …
 *
 * A lookup's form depends on the value in kind only (null, one value, a list, ASCII or not), never on the value itself: the form is the shape's key.
 */
import { ConfigurationError } from "../../base/errors.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import { parameterType } from "../../ast/operands.ts";
import type { ComparisonOperator, DatePart, MatchKind } from "../../ast/operator.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType, Kind } from "../../types/column-type.ts";

/** What a lookup compares: a column, an annotation or a value inside a JSON document. */
export interface Target {
  readonly expression: ExpressionNode;
  /** `null` where only the database knows. */
  readonly type: ColumnType | null;
  /** The lookup as it was written, for messages and parameters. */
  readonly name: string;
}

/** A comparison without its values. */
export interface Test {
  readonly node: ExpressionNode;
  readonly parameters: readonly ParameterNode[];
}

/** One way in which an operator can be asked. `values` are what it binds, as many as `test` has parameters. */
export interface FormOf {
  readonly id: string;
  readonly test: (target: Target) => Test;
  readonly values: (given: unknown) => readonly unknown[];
}

/** Picks the form for a value. Throws `ConfigurationError` for a value that the operator cannot take. */
export type Operator = (given: unknown, name: string) => FormOf;

export const itself = (given: unknown): readonly unknown[] => [given];
const nothing = (): readonly unknown[] => [];
const textType: ColumnType = { kind: "text" };
const wholeType: ColumnType = { kind: "int" };

export const refuse = (name: string, given: unknown, expected: string): never => {
  throw new ConfigurationError(`The lookup '${name}' takes ${expected}, not ${describe(given)}.`);
};

export const parameter = (type: ColumnType | null, name: string, form: ParameterNode["form"] = "one"): ParameterNode => ({
  node: "parameter",
  form,
  type,
  value: undefined,
  name,
});

const isNull = (negated: boolean): FormOf => ({
  id: negated ? "notNull" : "null",
  values: nothing,
  test: (target) => ({ node: { node: "isNull", operand: target.expression, negated }, parameters: [] }),
});
const nullForms = { true: isNull(false), false: isNull(true) };

const comparison = (operator: ComparisonOperator): FormOf => ({
  id: "value",
  values: itself,
  test: (target) => {
    const right = parameter(target.type, target.name);
    return { node: { node: "comparison", operator, left: target.expression, right }, parameters: [right] };
  },
});

const orNull = (operator: ComparisonOperator, whenNull: FormOf): Operator => {
  const form = comparison(operator);
  return (given) => (given === null ? whenNull : form);
};
const ordered = (operator: ComparisonOperator): Operator => {
  const form = comparison(operator);
  return (given, name) => (given === null ? refuse(name, given, "a value") : form);
};

const listed = (negated: boolean): Operator => {
  const form: FormOf = {
    id: "list",
    values: itself,
    test: (target) => {
      const list = parameter(target.type, target.name, "list");
      return { node: { node: "in", operand: target.expression, list, negated }, parameters: [list] };
    },
  };
  return (given, name) => (Array.isArray(given) ? form : refuse(name, given, "an array of values"));
};

const range: Operator = (given, name) => {
  const isPair = Array.isArray(given) && given.length === 2;
  if (!isPair) return refuse(name, given, "an array of two values, the lowest and the highest");
  const [low, high] = given as readonly unknown[];
  return low === null || high === null ? refuse(name, null, "two values, and for an open end 'gte' or 'lte'") : rangeForm;
};
const rangeForm: FormOf = {
  id: "range",
  values: (given) => given as unknown[],
  test: (target) => {
    const low = parameter(target.type, target.name);
    const high = parameter(target.type, target.name);
    return { node: { node: "between", operand: target.expression, low, high }, parameters: [low, high] };
  },
};

const isAscii = (text: string): boolean => {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
};

const match = (kind: MatchKind, caseless: boolean): Operator => {
  const form = (ascii: boolean): FormOf => ({
    id: ascii ? "ascii" : "text",
    values: itself,
    test: (target) => {
      const pattern = parameter(textType, target.name, "pattern");
      return { node: { node: "match", kind, caseless, ascii, operand: target.expression, pattern }, parameters: [pattern] };
    },
  });
  const ascii = form(true);
  const any = form(false);
  return (given, name) => {
    if (typeof given !== "string") return refuse(name, given, "a string");
    return caseless && isAscii(given) ? ascii : any;
  };
};

const regex = (caseless: boolean): Operator => {
  const form = (folded: boolean): FormOf => ({
    id: folded ? "caseless" : "exact",
    values: (given) => [given instanceof RegExp ? given.source : given],
    test: (target) => {
      const pattern = parameter(textType, target.name, "pattern");
      return { node: { node: "regex", caseless: folded, operand: target.expression, pattern }, parameters: [pattern] };
    },
  });
  const exact = form(false);
  const folded = form(true);
  return (given, name) => {
    if (typeof given === "string") return caseless ? folded : exact;
    if (!(given instanceof RegExp)) return refuse(name, given, "a regular expression or its text");
    if (given.flags.replace("i", "") !== "") return refuse(name, given, "a regular expression with no flag but 'i'");
    return caseless || given.ignoreCase ? folded : exact;
  };
};

const part = (name: DatePart): Operator => {
  const form: FormOf = {
    id: "value",
    values: itself,
    test: (target) => {
      const right = parameter(wholeType, target.name);
      const left: ExpressionNode = { node: "datePart", part: name, operand: target.expression };
      return { node: { node: "comparison", operator: "=", left, right }, parameters: [right] };
    },
  };
  return (given, lookup) => (typeof given === "number" ? form : refuse(lookup, given, "a whole number"));
};

const onDate: Operator = (given, name) => (typeof given === "string" ? dateForm : refuse(name, given, "a date as 'YYYY-MM-DD'"));
const dateForm: FormOf = {
  id: "value",
  values: itself,
  test: (target) => {
    const right = parameter({ kind: "date" }, target.name);
    const left: ExpressionNode = { node: "dateOf", operand: target.expression };
    return { node: { node: "comparison", operator: "=", left, right }, parameters: [right] };
  },
};

const array = (test: "contains" | "overlaps"): Operator => {
  const form: FormOf = {
    id: "list",
    values: itself,
    test: (target) => {
      const value = parameter(target.type, target.name);
      return { node: { node: "arrayTest", test, operand: target.expression, value }, parameters: [value] };
    },
  };
  return (given, name) => (Array.isArray(given) ? form : refuse(name, given, "an array"));
};

const nullity: Operator = (given, name) =>
  typeof given === "boolean" ? nullForms[given ? "true" : "false"] : refuse(name, given, "true or false");

const equal: Readonly<Record<string, Operator>> = {
  exact: orNull("=", nullForms.true),
  ne: orNull("<>", nullForms.false),
  isNull: nullity,
};
const inList: Readonly<Record<string, Operator>> = { ...equal, in: listed(false), notIn: listed(true) };
const inOrder: Readonly<Record<string, Operator>> = {
  ...inList,
  gt: ordered(">"),
  gte: ordered(">="),
  lt: ordered("<"),
  lte: ordered("<="),
  range,
};
export const textual: Readonly<Record<string, Operator>> = {
  ...inOrder,
  iexact: match("exact", true),
  like: match("like", false),
  ilike: match("like", true),
  contains: match("contains", false),
  icontains: match("contains", true),
  startsWith: match("startsWith", false),
  istartsWith: match("startsWith", true),
  endsWith: match("endsWith", false),
  iendsWith: match("endsWith", true),
  regex: regex(false),
  iregex: regex(true),
};
const dated: Readonly<Record<string, Operator>> = {
  ...inOrder,
  year: part("year"),
  month: part("month"),
  day: part("day"),
  weekDay: part("weekDay"),
};
const floatType: ColumnType = { kind: "float" };
const isBeyond = (value: unknown): boolean => typeof value === "number" && parameterType(wholeType, value) !== wholeType;

/** On whole numbers, a fraction or a number beyond 32 bits is compared as it is, as it is in `where()`. */
const whole =
  (operator: Operator): Operator =>
  (given, name) => {
    const form = operator(given, name);
    if (!(Array.isArray(given) ? given.some(isBeyond) : isBeyond(given))) return form;
    return { ...form, id: `beyond.${form.id}`, test: (target) => form.test({ ...target, type: floatType }) };
  };
const wholeInOrder: Readonly<Record<string, Operator>> = Object.fromEntries(
  Object.entries(inOrder).map(([name, operator]) => [name, whole(operator)]),
);

/** The type of a value that is compared with something of unknown type. */
const typeOfValue = (value: unknown): ColumnType | null => {
  if (value instanceof Date) return { kind: "timestamp" };
  const kinds: Readonly<Record<string, Kind>> = { string: "text", number: "float", bigint: "bigint", boolean: "bool" };
  const kind = kinds[typeof value];
  return kind === undefined ? null : { kind };
};

/** On something of unknown type, the value says what it is compared as. */
const untyped =
  (operator: Operator): Operator =>
  (given, name) => {
    const form = operator(given, name);
    const type = typeOfValue(Array.isArray(given) ? given[0] : given);
    return { ...form, id: `${type?.kind ?? ""}.${form.id}`, test: (target) => form.test({ ...target, type }) };
  };

/** The operators of what only the database knows the type of: a piece of `sql` as a computed column. */
export const untypedOperators: Readonly<Record<string, Operator>> = Object.fromEntries(
  Object.entries(textual).map(([name, operator]) => [name, untyped(operator)]),
);

export { inOrder as orderedOperators, equal as equalOperators };

/** The operators of each kind of column; those of `json` are in `json-lookup.ts`. */
export const operatorsOf: Readonly<Record<Exclude<Kind, "json">, Readonly<Record<string, Operator>>>> = {
  int: wholeInOrder,
  bigint: inOrder,
  float: inOrder,
  decimal: inOrder,
  text: textual,
  bool: equal,
  uuid: inList,
  timestamp: { ...dated, hour: part("hour"), date: onDate },
  date: dated,
  time: inOrder,
  bytes: equal,
  array: { ...equal, contains: array("contains"), overlaps: array("overlaps") },
};
