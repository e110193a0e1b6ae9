/** What SQLite spells in its own way. */
import { BugError, ConfigurationError } from "../../base/errors.ts";
import type {
  AggregateNode,
  ArithmeticNode,
  CastNode,
  DateOfNode,
  DatePartNode,
  DateTruncNode,
  ExpressionNode,
  FunctionNode,
  OrderingNode,
  ParameterNode,
} from "../../ast/expression.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { Compilation, Spelling } from "../compilation.ts";
import { arithmeticWith, call, caseWith, commonSpelling, windowWith } from "../expressions.ts";
import type { Behind } from "../expressions.ts";
import { atom, level } from "../piece.ts";
import type { Piece } from "../piece.ts";
import { nodeType } from "../../ast/node-type.ts";
import { bindRaw } from "./bind-raw.ts";
import { asStored, comparedNumber, decimalAggregate, isDecimal, numberAt, scaleOf } from "./decimal.ts";
import { jsonContains, jsonEqual, jsonHasKey, jsonIsNull, jsonPath, jsonSet } from "./json-path.ts";
import { arrayTest, inList, inRows, inSubquery } from "./lists.ts";
import { match, regex } from "./patterns.ts";

const parameter = (node: ParameterNode, compilation: Compilation): Piece => atom(bound(node, compilation));

const bound = (node: ParameterNode, compilation: Compilation): string => {
  if (node.form === "asGiven") return compilation.bind(node, bindRaw);
  if (node.form !== "one") throw new BugError(`a parameter of form '${node.form}' stands where one value is expected.`);
  return compilation.bind(node, node.type === null ? bindRaw : compilation.words.codec(node.type).encode);
};

/** A whole number is bound as INTEGER, by which a division would be cut: a float says that it is one. */
export const typedParameter = (node: ParameterNode, compilation: Compilation): string => {
  const text = bound(node, compilation);
  return node.type?.kind === "float" && node.form === "one" ? `CAST(${text} AS REAL)` : text;
};

export const now = (type: ColumnType | null): string => {
  if (type?.kind === "date") return "date('now')";
  if (type?.kind === "time") return "replace(strftime('%H:%M:%f', 'now'), '.000', '')";
  // The form in which timestamps are stored: no fraction where it is zero.
  return "replace(strftime('%Y-%m-%d %H:%M:%f', 'now'), '.000', '')";
};

export const stored = (node: ExpressionNode, type: ColumnType | null, compilation: Compilation): string => {
  if (node.node === "now") return now(type);
  if (type?.kind === "decimal") return asStored(node, type, compilation);
  return compilation.typed(node);
};

/** Whether two decimals are equal exactly when their texts are. */
const sameText = (all: readonly ExpressionNode[]): boolean =>
  all.every(
    (node) => (node.node === "column" || node.node === "parameter" || node.node === "proposed") && scaleOf(node) === scaleOf(all[0]!),
  );

export const operand = (node: ExpressionNode, all: readonly ExpressionNode[], equality: boolean, compilation: Compilation): string => {
  if (!all.some(isDecimal) || (equality && sameText(all))) return compilation.at(node, level.other);
  return comparedNumber(node, compilation);
};

/** PostgreSQL's places for NULL, spelled only where a NULL can be. */
export const ordering = ({ expression, direction, nulls }: OrderingNode, canBeNull: boolean, compilation: Compilation): string => {
  const isDescending = direction === "desc";
  const place = nulls ?? (canBeNull ? (isDescending ? "first" : "last") : null);
  const text = numberAt(expression, level.or, compilation);
  return `${text}${isDescending ? " DESC" : ""}${place === null ? "" : place === "first" ? " NULLS FIRST" : " NULLS LAST"}`;
};

const arithmetic = (node: ArithmeticNode, compilation: Compilation): Piece =>
  arithmeticWith(node, (each, needed) => (isDecimal(each) ? numberAt(each, needed, compilation) : compilation.typed(each, needed)));

const aggregate = (node: AggregateNode, compilation: Compilation, behind?: Behind): Piece =>
  node.argument !== null && node.name !== "count" && isDecimal(node.argument)
    ? decimalAggregate(node, compilation, behind)
    : commonSpelling.aggregate(node, compilation, behind);

const datePatterns = { year: "%Y", month: "%m", day: "%d", hour: "%H", minute: "%M", second: "%S", weekDay: "%w" } as const;

const datePart = ({ part, operand: of }: DatePartNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(datePatterns, part)) throw new BugError("a statement holds a part of a date that is in no list.");
  const number = `CAST(strftime('${datePatterns[part]}', ${compilation.typed(of)}) AS INTEGER)`;
  return part === "weekDay" ? { text: `${number} + 1`, level: level.sum } : atom(number);
};

const dateOf = ({ operand: of }: DateOfNode, compilation: Compilation): Piece =>
  nodeType(of)?.kind === "date" ? compilation.spell(of) : atom(`date(${compilation.typed(of)})`);

/** The start of each unit in the stored form of a day, and what follows it in a timestamp's. */
const unitStarts = {
  year: ["%Y-01-01", " 00:00:00"],
  month: ["%Y-%m-01", " 00:00:00"],
  week: ["%Y-%m-%d", " 00:00:00"],
  day: ["%Y-%m-%d", " 00:00:00"],
  hour: ["%Y-%m-%d", " %H:00:00"],
  minute: ["%Y-%m-%d", " %H:%M:00"],
} as const;

const dateTrunc = ({ unit, operand: of }: DateTruncNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(unitStarts, unit)) throw new BugError("a statement holds a unit of time that is in no list.");
  const [day, time] = unitStarts[unit];
  const pattern = nodeType(of)?.kind === "date" ? day : day + time;
  // The Monday on or before a day: six days back, then on to the next Monday.
  const toMonday = unit === "week" ? ", '-6 days', 'weekday 1'" : "";
  return atom(`strftime('${pattern}', ${compilation.typed(of)}${toMonday})`);
};

const classes = { int: "INTEGER", bigint: "INTEGER", float: "REAL", text: "TEXT" } as const;

const cast = ({ operand: of, type }: CastNode, compilation: Compilation): Piece => {
  const { kind } = type;
  if (kind !== "int" && kind !== "bigint" && kind !== "float" && kind !== "text")
    throw new BugError("a statement casts to a type that has no cast.");
  if (!isDecimal(of)) return atom(`CAST(${compilation.typed(of)} AS ${classes[kind]})`);
  return kind === "text"
    ? atom(`CAST(${stored(of, nodeType(of), compilation)} AS TEXT)`)
    : atom(`CAST(${numberAt(of, level.or, compilation)} AS ${classes[kind]})`);
};

/** A decimal is a number while it is computed with. */
const valueOf = (node: ExpressionNode, type: ColumnType | null, compilation: Compilation): string =>
  type?.kind === "decimal" ? numberAt(node, level.or, compilation) : compilation.typed(node);

/** `max(a, b)` of two values is NULL when one is: each is replaced by the next that is there, so NULLs are passed over as on PostgreSQL. */
const extreme = (node: FunctionNode, compilation: Compilation): Piece => {
  const args = node.arguments;
  const isThere = (argument: ExpressionNode): boolean =>
    argument.node === "parameter" || (argument.node === "column" && argument.source.parent === null && !argument.column.nullable);
  const spelled = (argument: ExpressionNode): string => valueOf(argument, node.type, compilation);
  const chosen = args.every(isThere)
    ? args.map(spelled)
    : args.map((_, index) => `coalesce(${[...args.slice(index), ...args.slice(0, index)].map(spelled).join(", ")})`);
  return atom(`${names[node.name]}(${chosen.join(", ")})`);
};

const refuseSearch = (): never => {
  throw new ConfigurationError(
    "textSearch() searches with PostgreSQL's own dictionaries, which SQLite does not have. Make an FTS5 table, and ask it in sql`…`: " +
      "docs/guide/sqlite.md shows how.",
  );
};

const names = {
  lower: "petrel_lower",
  upper: "petrel_upper",
  length: "length",
  trim: "trim",
  substring: "substr",
  replace: "replace",
  coalesce: "coalesce",
  nullif: "nullif",
  greatest: "max",
  least: "min",
  abs: "abs",
  round: "round",
  floor: "floor",
  ceil: "ceil",
  concat: "concat",
} as const;

const functionCall = (node: FunctionNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(names, node.name)) throw new BugError("a statement holds a function that is in no list.");
  if (node.name === "greatest" || node.name === "least") return extreme(node, compilation);
  if (node.type.kind === "decimal")
    return atom(`${names[node.name]}(${node.arguments.map((each) => numberAt(each, level.or, compilation)).join(", ")})`);
  const spelled = call(names[node.name], node.arguments, compilation);
  return node.name === "round" && node.type.kind !== "float" ? atom(`CAST(${spelled.text} AS INTEGER)`) : spelled;
};

export const sqliteSpelling: Spelling = {
  ...commonSpelling,
  parameter,
  arithmetic,
  aggregate,
  window: (node, compilation) => windowWith(node, aggregate, compilation),
  case: (node, compilation) => caseWith(node, (value) => valueOf(value, node.type, compilation), compilation),
  cast,
  inSubquery,
  textSearch: refuseSearch,
  datePart,
  dateOf,
  dateTrunc,
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
