/** What SQLite spells in its own way. */
import { BugError } from "../../base/errors.ts";
import type {
  AggregateNode,
  ArithmeticNode,
  DateOfNode,
  DatePartNode,
  ExpressionNode,
  FunctionNode,
  OrderingNode,
  ParameterNode,
} from "../../ast/expression.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { Compilation, Spelling } from "../compilation.ts";
import { arithmeticWith, call, commonSpelling } from "../expressions.ts";
import { atom, level } from "../piece.ts";
import type { Piece } from "../piece.ts";
import { nodeType } from "../../ast/node-type.ts";
import { bindRaw } from "./bind-raw.ts";
import { asStored, comparedNumber, decimalAggregate, isDecimal, numberAt, scaleOf } from "./decimal.ts";
import { jsonContains, jsonEqual, jsonHasKey, jsonIsNull, jsonPath } from "./json-path.ts";
import { arrayTest, inList } from "./lists.ts";
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

const aggregate = (node: AggregateNode, compilation: Compilation): Piece =>
  node.argument !== null && node.name !== "count" && isDecimal(node.argument)
    ? decimalAggregate(node, compilation)
    : commonSpelling.aggregate(node, compilation);

const datePatterns = { year: "%Y", month: "%m", day: "%d", hour: "%H", weekDay: "%w" } as const;

const datePart = ({ part, operand: of }: DatePartNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(datePatterns, part)) throw new BugError("a statement holds a part of a date that is in no list.");
  const number = `CAST(strftime('${datePatterns[part]}', ${compilation.typed(of)}) AS INTEGER)`;
  return part === "weekDay" ? { text: `${number} + 1`, level: level.sum } : atom(number);
};

const dateOf = ({ operand: of }: DateOfNode, compilation: Compilation): Piece =>
  nodeType(of)?.kind === "date" ? compilation.spell(of) : atom(`date(${compilation.typed(of)})`);

const names = {
  lower: "petrel_lower",
  upper: "petrel_upper",
  length: "length",
  coalesce: "coalesce",
  nullif: "nullif",
  abs: "abs",
  round: "round",
  concat: "concat",
} as const;

const functionCall = (node: FunctionNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(names, node.name)) throw new BugError("a statement holds a function that is in no list.");
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
  datePart,
  dateOf,
  function: functionCall,
  in: inList,
  arrayTest,
  match,
  regex,
  jsonPath,
  jsonIsNull,
  jsonHasKey,
  jsonEqual,
  jsonContains,
  now: (node) => atom(now(nodeType(node))),
};
