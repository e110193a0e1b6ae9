/** Lists on SQLite: bound as one JSON text whatever their length, and unpacked by `json_each`. */
import type { ArrayTestNode, InNode, InRowsNode, InSubqueryNode, ParameterNode } from "../../ast/expression.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import { describe, ValueProblem } from "../../types/column-type.ts";
import type { Codec, ColumnType } from "../../types/column-type.ts";
import type { Compilation } from "../compilation.ts";
import { commonSpelling, withoutNulls } from "../expressions.ts";
import { atom, level, test } from "../piece.ts";
import type { Piece } from "../piece.ts";
import { quote } from "../quote.ts";
import { isDecimal, numberAt } from "./decimal.ts";

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** One stored value as JSON text, exactly: 64-bit integers as digits, bytes as hexadecimal. */
const toJson = (stored: BoundValue): string => {
  if (typeof stored === "bigint") return stored.toString();
  if (typeof stored === "boolean") return stored ? "1" : "0";
  if (stored instanceof Uint8Array) return JSON.stringify(hex(stored));
  if (typeof stored === "number" && !Number.isFinite(stored)) return stored > 0 ? "9e999" : "-9e999";
  return Object.is(stored, -0) ? "-0.0" : JSON.stringify(stored);
};

const encodeList =
  (codec: Codec | null) =>
  (values: unknown): string => {
    if (!Array.isArray(values)) throw new ValueProblem(`expects an array, got ${describe(values)}`);
    // The codec belongs to the type that the values were checked against.
    const encode = codec?.encode as ((value: unknown) => BoundValue) | null | undefined;
    return `[${values.map((value: BoundValue) => (value === null ? "null" : toJson(encode ? encode(value) : value))).join(",")}]`;
  };

const bindList = (list: ParameterNode, element: ColumnType | null, compilation: Compilation): string =>
  compilation.bind(list, encodeList(element === null ? null : compilation.words.codec(element)));

/** How an element comes out of the JSON text in its stored form. */
const unpacked = (type: ColumnType | null, value: string): string => {
  if (type?.kind === "bytes") return `unhex(${value})`;
  return type?.kind === "json" ? `petrel_json(${value})` : value;
};

export const inList = ({ operand, list, negated }: InNode, compilation: Compilation): Piece => {
  const isJson = list.type?.kind === "json";
  const left = isJson
    ? `petrel_json(${compilation.at(operand, level.or)})`
    : compilation.words.operand(operand, [operand, list], true, compilation);
  const bound = bindList(list, list.type, compilation);
  return test(`${left} ${negated ? "NOT IN" : "IN"} (SELECT ${unpacked(list.type, '"value"')} FROM json_each(${bound}))`);
};

/**
 * Lists of one length, side by side: `name` is what each element of a list is called. Behind `LIMIT` a list is read once and gets an index of its own,
 * where joining it as it is would read all of it for each element of the first.
 */
const sideBySide = (bound: readonly string[]): string => {
  const [first, ...others] = bound;
  const joined = others.map((list, index) => {
    const name = `"l${index + 2}"`;
    return ` JOIN (SELECT "key", "value" FROM json_each(${list}) LIMIT -1) AS ${name} ON ${name}."key" = "l1"."key"`;
  });
  return `json_each(${first}) AS "l1"${joined.join("")}`;
};

export const inRows = ({ operands, lists, negated }: InRowsNode, compilation: Compilation): Piece => {
  const { words } = compilation;
  const left = operands.map((operand, index) => words.operand(operand, [operand, lists[index]!], true, compilation)).join(", ");
  const bound = lists.map((list) => bindList(list, list.type, compilation));
  const selected = lists.map(({ type }, index) => unpacked(type, `"l${index + 1}"."value"`)).join(", ");
  return test(`(${left}) ${negated ? "NOT IN" : "IN"} (SELECT ${selected} FROM ${sideBySide(bound)})`);
};

/** The values of one column for many rows, as they are stored. */
export const columnList = (
  list: ParameterNode,
  name: string,
  compilation: Compilation,
): { readonly list: string; readonly value: string } => ({
  list: bindList(list, list.type, compilation),
  value: list.type?.kind === "bytes" ? `unhex(${name})` : name,
});

/** `(SELECT "l1"."value" AS "1" FROM json_each(?) AS "l1") AS "given"`. */
export const rowsOfLists = (bound: readonly string[]): string => {
  const named = bound.map((_, index) => `"l${index + 1}"."value" AS "${index + 1}"`).join(", ");
  return `(SELECT ${named} FROM ${sideBySide(bound)}) AS "given"`;
};

/** Decimals of one scale are equal when their texts are; all others are compared as numbers. */
export const inSubquery = (node: InSubqueryNode, compilation: Compilation): Piece => {
  const { operand, select, negated } = node;
  const item = select.items[0]!.expression;
  if (!isDecimal(operand) && !isDecimal(item)) return commonSpelling.inSubquery(node, compilation);
  const left = numberAt(operand, level.other, compilation);
  return test(`${left} ${negated ? "NOT IN" : "IN"} (${withoutNulls(select, 'CAST("value" AS REAL)', compilation)})`);
};

/** An array column is JSON text too: the wanted elements are written in the very form in which it holds its own. */
export const arrayTest = ({ test: kind, operand, value }: ArrayTestNode, compilation: Compilation): Piece => {
  const type: ColumnType = value.type?.kind === "array" ? value.type : { kind: "array", element: value.type ?? { kind: "text" } };
  // `json_each` has columns of its own (value, id, type, path, …), which would hide a column written without its table.
  const { qualified } = compilation;
  return compilation.nested(() => {
    compilation.qualified = true;
    const held = quote(compilation.aliases.take("held"));
    const wanted = quote(compilation.aliases.take("wanted"));
    const guard = `CASE WHEN ${compilation.at(operand, level.other)} IS NOT NULL THEN `;
    const not = kind === "contains" ? "NOT " : "";
    const list = `json_each(${compilation.bind(value, compilation.words.codec(type).encode)}) AS ${wanted}`;
    const array = `json_each(${compilation.at(operand, level.or)}) AS ${held}`;
    const isHeld = `EXISTS (SELECT 1 FROM ${array} WHERE ${held}."value" = ${wanted}."value")`;
    compilation.qualified = qualified;
    return atom(`${guard}${not}EXISTS (SELECT 1 FROM ${list} WHERE ${not}${isHeld}) END`);
  });
};
