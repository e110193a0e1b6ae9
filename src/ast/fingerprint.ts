/**
 * The structure of an expression or statement as a string: equal for equal structures, different for different ones, whatever the bound values.
 *
 * Every text is written with its length before it and every list with its count, so no text can pass for structure.
 * Sources are numbered as they appear and described once; tables count as themselves, not by name, since two models may share a name.
 * What a select, or a subquery over a relation, is about is described by its table; what is joined, by its way there. Anything else is a row
 * outside, and counts as itself.
 */
import type { ColumnType } from "../types/column-type.ts";
import type { ExpressionNode, ParameterNode } from "./expression.ts";
import { type AnyNode, type Content, nodeLayouts, partLayouts, statementLayouts } from "./layout.ts";
import type { ColumnRef, Source } from "./source.ts";
import type { Statement } from "./statement.ts";

const text = (value: string): string => `${value.length}:${value}`;

const types = new WeakMap<ColumnType, string>();
const describedType = (type: ColumnType): string => {
  const { kind, size, precision, scale, values, element, min, max, minLength, maxLength, pattern } = type;
  const numbers = [size, precision, scale, min, max, minLength, maxLength].map((value) => value ?? "").join(",");
  const list = values === undefined ? "" : `${values.length}${values.map(text).join("")}`;
  return `${kind}(${numbers};${list};${pattern === undefined ? "" : text(String(pattern))};${typeText(element ?? null)})`;
};
const typeText = (type: ColumnType | null): string => {
  if (type === null) return "~";
  let known = types.get(type);
  if (known === undefined) types.set(type, (known = describedType(type)));
  return known;
};

const numbers = new WeakMap<object, number>();
let seen = 0;
/** A number for each table, row outside and other object that counts as itself, the same for the life of the process. */
export const numberOf = (object: object): number => {
  let known = numbers.get(object);
  if (known === undefined) numbers.set(object, (known = seen++));
  return known;
};
const tableText = (table: object): string => `t${numberOf(table)}`;

const columns = new WeakMap<ColumnRef, string>();
const columnText = (column: ColumnRef): string => {
  let known = columns.get(column);
  if (known === undefined) columns.set(column, (known = text(column.name) + typeText(column.type)));
  return known;
};
const columnTexts = (list: readonly ColumnRef[]): string => `${list.length}[${list.map(columnText).join("")}]`;
const parameterText = ({ form, type, name }: ParameterNode): string => `?${form}${typeText(type)}${name === undefined ? "" : text(name)};`;
const wordText = (value: string | number | boolean | null): string => (typeof value === "string" ? text(value) : `${value};`);

/** One reading, which numbers the sources as it meets them. */
class Reading {
  readonly #sources = new Map<Source, number>();
  readonly #own = new Set<Source>();

  source(source: Source): string {
    const known = this.#sources.get(source);
    if (known !== undefined) return `s${known};`;
    const { parent, relation } = source;
    const from = parent === null || relation === null ? "" : this.source(parent) + text(relation.name);
    const number = this.#sources.size;
    this.#sources.set(source, number);
    const isJoined = parent !== null && relation !== null && parent.children.get(relation) === source;
    const outside = isJoined || this.#own.has(source) ? "" : `r${numberOf(source)}`;
    return `s${number}=${tableText(source.table)}${outside}${from};`;
  }

  node(node: AnyNode): string {
    if (node.node === "exists" || node.node === "collectionAggregate") this.#own.add(node.source);
    return node.node === "parameter" ? parameterText(node) : `${node.node}(${this.fields(node, nodeLayouts[node.node])})`;
  }

  nodes(nodes: readonly AnyNode[]): string {
    let joined = `${nodes.length}[`;
    for (const node of nodes) joined += this.node(node);
    return `${joined}]`;
  }

  statement(statement: Statement): string {
    if (statement.statement === "select") this.#own.add(statement.source);
    return `${statement.statement}<${this.fields(statement, statementLayouts[statement.statement])}>`;
  }

  parts(parts: readonly object[], layout: readonly (readonly [string, Content])[]): string {
    return `${parts.length}[${parts.map((part) => this.fields(part, layout)).join("")}]`;
  }

  fields(owner: object, layout: readonly (readonly [string, Content])[]): string {
    let joined = "";
    for (const field of layout) joined += writers[field[1]]((owner as Readonly<Record<string, never>>)[field[0]]!, this);
    return joined;
  }
}

type Writer = (value: never, reading: Reading) => string;
/** What `layout.ts` calls a content is what the field holds, so each of these gets what it takes. */
const writers: { readonly [C in Content]: Writer } = {
  one: (node: AnyNode | null, reading) => (node === null ? "~" : reading.node(node)),
  many: (nodes: readonly AnyNode[], reading) => reading.nodes(nodes),
  rows: (rows: readonly (readonly AnyNode[])[], reading) => `${rows.length}[${rows.map((row) => reading.nodes(row)).join("")}]`,
  word: wordText,
  words: (words: readonly string[]) => `${words.length}[${words.map(text).join("")}]`,
  source: (source: Source, reading) => reading.source(source),
  column: columnText,
  columns: columnTexts,
  table: tableText,
  type: typeText,
  set: (pairs: readonly (readonly [ColumnRef, AnyNode])[], reading) =>
    `${pairs.length}[${pairs.map(([column, node]) => columnText(column) + reading.node(node)).join("")}]`,
  items: (items: readonly object[], reading) => reading.parts(items, partLayouts.items),
  orderings: (terms: readonly object[], reading) => reading.parts(terms, partLayouts.orderings),
  lock: (clause: object | null, reading) => (clause === null ? "~" : reading.fields(clause, partLayouts.lock)),
  frame: (clause: object | null, reading) => (clause === null ? "~" : reading.fields(clause, partLayouts.frame)),
  select: (statement: Statement, reading) => reading.statement(statement),
  commonTables: (tables: readonly object[] | undefined, reading) => reading.parts(tables ?? [], partLayouts.commonTables),
  laterals: (joins: readonly object[] | undefined, reading) => reading.parts(joins ?? [], partLayouts.laterals),
  compound: (parts: readonly object[], reading) => reading.parts(parts, partLayouts.compound),
  conflict: (clause: object | null, reading) => (clause === null ? "~" : `!${reading.fields(clause, partLayouts.conflict)}`),
};

/** Good for keys of caches in this process only. */
export const fingerprint = (root: ExpressionNode | Statement): string => {
  const reading = new Reading();
  return "statement" in root ? reading.statement(root) : reading.node(root);
};
