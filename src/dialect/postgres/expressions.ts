/** What PostgreSQL spells in its own way. */
import { BugError } from "../../base/errors.ts";
import type {
  AggregateNode,
  ArrayTestNode,
  CastNode,
  DateOfNode,
  DatePartNode,
  DateTruncNode,
  ExpressionNode,
  FunctionNode,
  InNode,
  InRowsNode,
  MatchNode,
  OrderingNode,
  ParameterNode,
  RegexNode,
  TextSearchNode,
} from "../../ast/expression.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import { describe, ValueProblem } from "../../types/column-type.ts";
import type { Codec, ColumnType } from "../../types/column-type.ts";
import type { Compilation, Spelling } from "../compilation.ts";
import { call, caseWith, commonSpelling, windowWith } from "../expressions.ts";
import type { Behind } from "../expressions.ts";
import { escapeLike, likeWithoutTrail } from "../like.ts";
import { atom, level, test } from "../piece.ts";
import type { Level, Piece } from "../piece.ts";
import { nodeType } from "../../ast/node-type.ts";
import { jsonContains, jsonEqual, jsonHasKey, jsonIsNull, jsonPath, jsonSet } from "./json.ts";
import { castName, hasOwnType, needsText } from "./type-names.ts";

const bound = (node: ParameterNode, compilation: Compilation): string => {
  if (node.form !== "one" && node.form !== "asGiven")
    throw new BugError(`a parameter of form '${node.form}' stands where one value is expected.`);
  return compilation.bind(node, node.form === "asGiven" || node.type === null ? null : compilation.words.codec(node.type).encode);
};

const parameter = (node: ParameterNode, compilation: Compilation): Piece => atom(bound(node, compilation));

/** The server infers a parameter's type from what is around it; where nothing is, a cast says it. */
export const typedParameter = (node: ParameterNode, compilation: Compilation): string => {
  const text = bound(node, compilation);
  return node.type === null ? text : `${text}::${castName(node.type)}`;
};

const isUntyped = (node: ExpressionNode): boolean =>
  node.node === "parameter" || node.node === "raw" || (node.node === "literal" && node.value === null);

/** A fraction beside whole numbers, as in `age > 17.5`: by itself the server would take it for a whole number, too, and refuse it. */
const isFractionBesideWhole = (node: ExpressionNode, all: readonly ExpressionNode[]): boolean =>
  node.node === "parameter" &&
  node.type?.kind === "float" &&
  all.some((each) => each.node !== "parameter" && ["int", "bigint"].includes(nodeType(each)?.kind ?? ""));

export const operand = (node: ExpressionNode, all: readonly ExpressionNode[], _equality: boolean, compilation: Compilation): string =>
  all.every(isUntyped) || isFractionBesideWhole(node, all) ? compilation.typed(node, level.other) : compilation.at(node, level.other);

/** `now()` in a column of days or times means the day or time in UTC, whatever the session's time zone. */
export const now = (type: ColumnType | null): string =>
  type?.kind === "date" || type?.kind === "time" ? `(now() AT TIME ZONE 'UTC')::${type.kind}` : "now()";

export const stored = (node: ExpressionNode, type: ColumnType | null, compilation: Compilation): string => {
  if (node.node === "now") return now(type);
  // JSON numbers compute as numeric, and arrive as the float that JavaScript has for them.
  if (node.node === "jsonPath" && node.as === "number") return `(${compilation.spell(node).text})::float8`;
  return compilation.typed(node);
};

/** A column as a result: `"span"::text` where its type would come as something else than the text that the model reads. */
export const asRead = (type: ColumnType, text: string): string =>
  needsText(type) ? `${text}::text${type.kind === "array" ? "[]" : ""}` : text;

/** NULL sorts last ascending and first descending by itself. */
export const ordering = ({ expression, direction, nulls }: OrderingNode, _canBeNull: boolean, compilation: Compilation): string => {
  const isDescending = direction === "desc";
  const isUsual = nulls === null || (nulls === "first") === isDescending;
  return `${compilation.typed(expression)}${isDescending ? " DESC" : ""}${isUsual ? "" : nulls === "first" ? " NULLS FIRST" : " NULLS LAST"}`;
};

const encodeList =
  (codec: Codec | null) =>
  (values: unknown): BoundValue => {
    if (!Array.isArray(values)) throw new ValueProblem(`expects an array, got ${describe(values)}`);
    // The codec belongs to the type that the values were checked against.
    const encode = codec?.encode as ((value: unknown) => BoundValue) | null | undefined;
    return encode ? values.map(encode) : values;
  };

const boundList = (list: ParameterNode, element: ColumnType | null, compilation: Compilation): string =>
  compilation.bind(list, encodeList(element === null ? null : compilation.words.codec(element)));

const typedList = (list: ParameterNode, element: ColumnType | null, compilation: Compilation): string =>
  `${boundList(list, element, compilation)}${element === null ? "" : `::${castName(element)}[]`}`;

/** `other` is what each element is compared with: texts of a closed set may be an enum in the database, which alone can say what the list is. */
const comparedList = (list: ParameterNode, element: ColumnType | null, other: ColumnType | null, compilation: Compilation): string =>
  other?.values === undefined && other?.databaseType === undefined
    ? typedList(list, element, compilation)
    : boundList(list, element, compilation);

/** Whether the texts of a column may be an enum in the database. */
const isClosedSet = (node: ExpressionNode): boolean => node.node === "column" && hasOwnType(node.column.type);

/** Rows of lists are of kinds that the statement says, so they are no enums. */
const besideLists = (node: ExpressionNode, compilation: Compilation): string =>
  isClosedSet(node) ? `${compilation.at(node, level.atom)}::text` : compilation.at(node, level.or);

const rowsOf = (lists: readonly ParameterNode[], compilation: Compilation): string =>
  `unnest(${lists.map((list) => typedList(list, list.type, compilation)).join(", ")})`;

/** Where a text would stand in the way of an enum's index, there is nothing to be gained. */
export const elements = (
  operands: readonly ExpressionNode[],
  lists: readonly ParameterNode[],
  compilation: Compilation,
): string | undefined => (operands.some(isClosedSet) ? undefined : rowsOf(lists, compilation));

const inList = ({ operand: of, list, negated }: InNode, compilation: Compilation): Piece => {
  const left = compilation.at(of, level.other);
  return test(
    `${left} ${negated ? "<> ALL" : "= ANY"}(${comparedList(list, list.type, of.node === "column" ? of.column.type : null, compilation)})`,
  );
};

const inRows = ({ operands, lists, negated }: InRowsNode, compilation: Compilation): Piece => {
  const left = operands.map((each) => besideLists(each, compilation)).join(", ");
  return test(`(${left}) ${negated ? "NOT IN" : "IN"} (SELECT * FROM ${rowsOf(lists, compilation)})`);
};

const arrayTest = ({ test: kind, operand: of, value }: ArrayTestNode, compilation: Compilation): Piece => {
  const element = value.type?.kind === "array" ? (value.type.element ?? null) : value.type;
  const left = compilation.at(of, level.atom);
  return test(
    `${left} ${kind === "contains" ? "@>" : "&&"} ${comparedList(value, element, of.node === "column" ? (of.column.type.element ?? null) : null, compilation)}`,
  );
};

const likePatterns = {
  like: likeWithoutTrail,
  contains: (value: string) => `%${escapeLike(value)}%`,
  startsWith: (value: string) => `${escapeLike(value)}%`,
  endsWith: (value: string) => `%${escapeLike(value)}`,
  exact: (value: string) => value,
} as const;

const encodePattern =
  (make: (value: string) => string) =>
  (value: unknown): string => {
    if (typeof value !== "string") throw new ValueProblem(`expects a text, got ${describe(value)}`);
    return make(value);
  };

/** What a pattern is held against: a closed set of texts may be an enum in the database, which has no patterns. */
const matched = (of: ExpressionNode, compilation: Compilation, needed: Level): string => {
  const type = nodeType(of);
  if (type === null || !hasOwnType(type)) return compilation.typed(of, needed);
  return `${compilation.typed(of, level.atom)}::text`;
};

/** The escape character is the backslash unless one says otherwise, and the pattern is bound: no literal depends on the server's settings. */
const match = ({ kind, caseless, operand: of, pattern }: MatchNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(likePatterns, kind)) throw new BugError("a statement holds a kind of match that is in no list.");
  const encode = encodePattern(likePatterns[kind]);
  if (kind === "exact" && caseless) {
    const left = `lower(${matched(of, compilation, level.or)})`;
    return test(`${left} = lower(${compilation.bind(pattern, encode)})`);
  }
  const operator = kind === "exact" ? "=" : caseless ? "ILIKE" : "LIKE";
  const left = kind === "exact" ? compilation.typed(of, level.other) : matched(of, compilation, level.other);
  return test(`${left} ${operator} ${compilation.bind(pattern, encode)}`);
};

const regex = ({ caseless, operand: of, pattern }: RegexNode, compilation: Compilation): Piece => {
  const left = matched(of, compilation, level.atom);
  return test(`${left} ${caseless ? "~*" : "~"} ${compilation.bind(pattern, encodePattern(likePatterns.exact))}`);
};

/** An average is a float on every database; counts and sums of int are bigint here, and the codec of int reads them. */
const aggregate = (node: AggregateNode, compilation: Compilation, behind?: Behind): Piece => {
  const spelled = commonSpelling.aggregate(node, compilation, behind);
  const isFloat = node.name === "avg" && node.type.kind === "float";
  return isFloat ? atom(`${spelled.text}::float8`) : spelled;
};

const dateParts = { year: "year", month: "month", day: "day", hour: "hour", minute: "minute", second: "second", weekDay: "dow" } as const;

/** A timestamp as it reads in UTC. Days have no time zone, and no hour until they are timestamps. */
const inUtc = (node: ExpressionNode, compilation: Compilation): string => {
  const kind = nodeType(node)?.kind;
  if (kind === "time") return compilation.typed(node);
  const text = compilation.typed(node, level.atom);
  return kind === "date" ? `${text}::timestamp` : `${text} AT TIME ZONE 'UTC'`;
};

const datePart = ({ part, operand: of }: DatePartNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(dateParts, part)) throw new BugError("a statement holds a part of a date that is in no list.");
  const extracted = `extract(${dateParts[part]} FROM ${inUtc(of, compilation)})`;
  // A fraction of a second is part of that second, and not of the next.
  const number = part === "second" ? `floor(${extracted})::int` : `${extracted}::int`;
  return part === "weekDay" ? { text: `${number} + 1`, level: level.sum } : atom(number);
};

const dateOf = ({ operand: of }: DateOfNode, compilation: Compilation): Piece =>
  nodeType(of)?.kind === "date" ? compilation.spell(of) : atom(`(${inUtc(of, compilation)})::date`);

const dateUnits: ReadonlySet<string> = new Set(["year", "month", "week", "day", "hour", "minute"]);

const dateTrunc = ({ unit, operand: of }: DateTruncNode, compilation: Compilation): Piece => {
  if (!dateUnits.has(unit)) throw new BugError("a statement holds a unit of time that is in no list.");
  const start = `date_trunc('${unit}', ${inUtc(of, compilation)})`;
  return nodeType(of)?.kind === "date" ? atom(`${start}::date`) : atom(`(${start} AT TIME ZONE 'UTC')`);
};

/** A whole number is what stands before the point: a cast alone would round. */
const cast = ({ operand: of, type }: CastNode, compilation: Compilation): Piece => {
  const isWhole = type.kind === "int" || type.kind === "bigint";
  const text = isWhole ? `trunc(${compilation.typed(of)})` : compilation.typed(of, level.atom);
  return atom(`${text}::${castName(type)}`);
};

/** `coalesce(a, '') || ' ' || coalesce(b, '')`: what an index may be of, as `concat_ws` may not. */
const documentOf = (documents: readonly ExpressionNode[], compilation: Compilation): string => {
  if (documents.length === 1) return compilation.typed(documents[0]!);
  return documents.map((each) => `coalesce(${compilation.typed(each)}, '')`).join(" || ' ' || ");
};

const textSearch = ({ gives, documents, query, language }: TextSearchNode, compilation: Compilation): Piece => {
  if (!/^[a-z_]+$/.test(language)) throw new BugError("a text search is in a language that was not checked.");
  const vector = `to_tsvector('${language}', ${documentOf(documents, compilation)})`;
  const asked = `websearch_to_tsquery('${language}', ${bound(query, compilation)})`;
  return gives === "matches" ? test(`${vector} @@ ${asked}`) : atom(`ts_rank(${vector}, ${asked})::float8`);
};

const names = {
  lower: "lower",
  upper: "upper",
  length: "length",
  trim: "trim",
  substring: "substr",
  replace: "replace",
  coalesce: "coalesce",
  nullif: "nullif",
  greatest: "greatest",
  least: "least",
  abs: "abs",
  round: "round",
  floor: "floor",
  ceil: "ceil",
  concat: "concat",
} as const;

/** Only numeric rounds halves away from zero and takes a number of digits. */
const round = (node: FunctionNode, compilation: Compilation): Piece => {
  const [value, ...digits] = node.arguments;
  const number = `${compilation.typed(value!, level.atom)}::numeric`;
  const args = [number, ...digits.map((each) => compilation.typed(each))].join(", ");
  return atom(`round(${args})${node.type.kind === "decimal" ? "" : `::${castName(node.type)}`}`);
};

const functionCall = (node: FunctionNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(names, node.name)) throw new BugError("a statement holds a function that is in no list.");
  return node.name === "round" ? round(node, compilation) : call(names[node.name], node.arguments, compilation);
};

export const postgresSpelling: Spelling = {
  ...commonSpelling,
  parameter,
  aggregate,
  window: (node, compilation) => windowWith(node, aggregate, compilation),
  case: (node, compilation) => caseWith(node, (value) => compilation.typed(value), compilation),
  cast,
  datePart,
  dateOf,
  dateTrunc,
  textSearch,
  function: functionCall,
  in: inList,
  inRows,
  arrayTest,
  match,
  regex,
  jsonPath,
  jsonIsNull,
  jsonHasKey,
  jsonSet,
  jsonEqual,
  jsonContains,
  now: (node) => atom(now(nodeType(node))),
};
