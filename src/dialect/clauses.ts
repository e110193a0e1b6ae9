/** The clauses that all statements are made of: FROM with its joins, WHERE, and whole selects. */
import { BugError } from "../base/errors.ts";
import type {
  CommonTable,
  CompoundPart,
  ExpressionNode,
  LateralJoin,
  OrderingNode,
  ParameterNode,
  SelectItem,
  SelectStatement,
} from "../ast/expression.ts";
import type { LiteralNode } from "../ast/leaf.ts";
import type { DeletedRows } from "../ast/select.ts";
import type { ColumnRef, KeyPair, Source, TableRef } from "../ast/source.ts";
import type { BoundValue } from "../base/bound-value.ts";
import { describe, ValueProblem } from "../types/column-type.ts";
import type { Compilation } from "./compilation.ts";
import { level } from "./piece.ts";
import { quote } from "./quote.ts";
import type { Scope } from "./sources.ts";

/** `"users" AS "author"`, or just the name where they are the same. */
const tableAs = (table: TableRef, alias: string, compilation: Compilation): string => {
  const text = compilation.tableText(table);
  return alias === compilation.tableName(table) ? text : `${text} AS ${quote(alias)}`;
};

/** `author`, `author_profile`: the relations from the scope's root to a joined source. */
const pathOf = (source: Source, scope: Scope): string => {
  const names: string[] = [];
  for (let at = source; at !== scope.root; at = at.parent!) names.unshift(at.relation!.name);
  return names.join("_");
};

/** Gives every table of a scope its name. */
const nameSources = (scope: Scope, compilation: Compilation): void => {
  const { names, throughNames, aliases } = compilation;
  const through = scope.root.relation?.through;
  if (through && scope.root.parent !== null) throughNames.set(scope.root, aliases.takeTable(through.table.name));
  names.set(scope.root, aliases.takeTable(compilation.tableName(scope.root.table)));
  const tables = new Set([...scope.joins].map((source) => source.table.name.toLowerCase()));
  for (const source of scope.joins) {
    const avoided = new Set(tables);
    avoided.delete(source.table.name.toLowerCase());
    const path = pathOf(source, scope);
    names.set(source, aliases.take(path, avoided));
    if (source.relation!.through !== null) throughNames.set(source, aliases.take(`${path}_link`, avoided));
  }
};

/** `"author"."id" = "posts"."author_id" AND …`. Columns of joins are always written with their table. */
const keysEqual = (keys: readonly KeyPair[], near: (column: ColumnRef) => string, far: (column: ColumnRef) => string): string =>
  keys.map(([nearColumn, farColumn]) => `${far(farColumn)} = ${near(nearColumn)}`).join(" AND ");

const of =
  (name: string) =>
  (column: ColumnRef): string =>
    `${quote(name)}.${quote(column.name)}`;

/** The condition that hides deleted rows of a joined table, or nothing. */
const liveOnly = (table: TableRef, name: string, compilation: Compilation): string[] =>
  table.softDelete === null || compilation.seesDeleted ? [] : [`${of(name)(table.softDelete)} IS NULL`];

const isRequired = (source: Source, scope: Scope, compilation: Compilation): boolean => {
  for (let at = source; at !== scope.root; at = at.parent!) {
    if (at.relation!.optional || (at.table.softDelete !== null && !compilation.seesDeleted)) return false;
  }
  return true;
};

/** What is joined to a source's parent, and how: a table, or one behind a join table, which are joined to each other first. */
const joinedTable = (source: Source, compilation: Compilation): string => {
  const { keys, through } = source.relation!;
  const name = compilation.names.get(source)!;
  const near = of(compilation.names.get(source.parent!)!);
  const table = tableAs(source.table, name, compilation);
  const live = liveOnly(source.table, name, compilation);
  if (through === null) return `${table} ON ${[keysEqual(keys, near, of(name)), ...live].join(" AND ")}`;
  compilation.reads(through.table);
  const middle = compilation.throughNames.get(source)!;
  const inner = [keysEqual(through.keys, of(middle), of(name)), ...live, ...liveOnly(through.table, middle, compilation)].join(" AND ");
  return `(${tableAs(through.table, middle, compilation)} JOIN ${table} ON ${inner}) ON ${keysEqual(keys, near, of(middle))}`;
};

/** Its items go by the names of its columns. */
const lateralJoin = (lateral: LateralJoin, name: string, compilation: Compilation): string => {
  const named = lateral.select.items.map((item, index) => ({ ...item, alias: lateral.columns[index]! }));
  return compilation.words.lateral.join(lateral, subselect({ ...lateral.select, items: named }, compilation), quote(name));
};

const join = (source: Source, scope: Scope, compilation: Compilation): string => {
  const lateral = compilation.sources.laterals.get(source);
  if (lateral !== undefined) return lateralJoin(lateral, compilation.names.get(source)!, compilation);
  compilation.reads(source.table);
  const kind = isRequired(source, scope, compilation) ? "JOIN" : "LEFT JOIN";
  return ` ${kind} ${joinedTable(source, compilation)}`;
};

const joins = (scope: Scope, compilation: Compilation): string =>
  [...scope.joins].map((source) => join(source, scope, compilation)).join("");

/** The root's table alone. Gives it, and what is joined to it, their names. */
const enter = (source: Source, compilation: Compilation): string => {
  compilation.reads(source.table);
  nameSources(compilation.sources.scope(source), compilation);
  return tableAs(source.table, compilation.names.get(source)!, compilation);
};

/** Texts that are all true: `WHERE a AND b`, or nothing. */
export const whereAll = (conditions: readonly string[]): string => (conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`);

const condition = (node: ExpressionNode | null, compilation: Compilation): string[] => {
  if (node === null) return [];
  return [compilation.at(node, level.and)];
};

/** The root's rows that count, by whether they are marked as deleted. */
const deletedCondition = (source: Source, deleted: DeletedRows, compilation: Compilation): string[] => {
  const marker = source.table.softDelete;
  if (marker === null || deleted === "include") return [];
  return [`${compilation.column(source, marker)} IS ${deleted === "only" ? "NOT NULL" : "NULL"}`];
};

/** The WHERE clause of a statement about `source`. A condition alone keeps its top level without parentheses. */
export const where = (source: Source, node: ExpressionNode | null, deleted: DeletedRows, compilation: Compilation): string => {
  const marked = source.table.softDelete !== null && deleted !== "include";
  if (!marked) return node === null ? "" : ` WHERE ${compilation.spell(node).text}`;
  return whereAll([...condition(node, compilation), ...deletedCondition(source, deleted, compilation)]);
};

export const items = (list: readonly SelectItem[], compilation: Compilation): string =>
  list
    .map(({ expression, alias, type }) => {
      const stored = compilation.words.stored(expression, type, compilation);
      const text = expression.node === "column" ? (compilation.words.asRead?.(expression.column.type, stored) ?? stored) : stored;
      return alias === null ? text : `${text} AS ${quote(alias)}`;
    })
    .join(", ");

export const returning = (list: readonly SelectItem[], compilation: Compilation): string =>
  list.length === 0 ? "" : ` RETURNING ${items(list, compilation)}`;

/** Window functions that number rows: they always have a value. */
const numbering: ReadonlySet<string> = new Set(["rowNumber", "rank", "denseRank", "percentRank", "cumeDist", "ntile"]);

/** Whether NULL can be among the values, as far as the statement knows. */
export const canBeNull = (node: ExpressionNode, compilation: Compilation): boolean => {
  if (node.node === "collectionAggregate") return node.aggregate.name !== "count";
  if (node.node === "aggregate") return node.name !== "count";
  if (node.node === "window")
    return node.function.node === "aggregate" ? node.function.name !== "count" : !numbering.has(node.function.name);
  if (node.node !== "column") return true;
  if (node.column.nullable) return true;
  const scope = compilation.sources.scopeOf(node.source);
  return !isRequired(node.source, scope, compilation);
};

export const orderBy = (orderings: readonly OrderingNode[], compilation: Compilation): string => {
  if (orderings.length === 0) return "";
  const terms = orderings.map((ordering) => compilation.words.ordering(ordering, canBeNull(ordering.expression, compilation), compilation));
  return ` ORDER BY ${terms.join(", ")}`;
};

/** Rows to skip or to return: never negative, never a fraction, never a text. */
const encodeRowCount = (value: unknown): BoundValue => {
  if (typeof value === "bigint" && value >= 0n) return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ValueProblem(
    `expects a whole number from 0, got ${typeof value === "number" && value < 0 ? "a negative number" : describe(value)}`,
  );
};

const rowCount = (count: ParameterNode | LiteralNode, compilation: Compilation): string =>
  count.node === "literal" ? String(encodeRowCount(count.value)) : compilation.bind(count, encodeRowCount);

const limits = (statement: SelectStatement, compilation: Compilation): string => {
  const { limit, offset } = statement;
  if (limit === null && offset === null) return "";
  const start = limit === null ? compilation.words.offsetAlone : ` LIMIT ${rowCount(limit, compilation)}`;
  return offset === null ? start : `${start} OFFSET ${rowCount(offset, compilation)}`;
};

const groups = (statement: SelectStatement, compilation: Compilation): string => {
  const { groupBy, having } = statement;
  const group = groupBy.length === 0 ? "" : ` GROUP BY ${groupBy.map((node) => compilation.at(node, level.or)).join(", ")}`;
  return having === null ? group : `${group} HAVING ${compilation.spell(having).text}`;
};

const lock = (statement: SelectStatement, compilation: Compilation): string => {
  if (statement.lock === null) return "";
  compilation.lock();
  return compilation.words.lock(statement.lock, compilation.names.get(statement.source)!);
};

const withinBounds = ({ limit, offset }: SelectStatement, compilation: Compilation): string => {
  const skipped = offset === null ? [] : [`"row" > ${rowCount(offset, compilation)}`];
  if (limit === null) return whereAll(skipped);
  const place = offset === null ? '"row"' : `"row" - ${rowCount(offset, compilation)}`;
  return whereAll([...skipped, `${place} <= ${rowCount(limit, compilation)}`]);
};

/** A statement's items under numbers for names: whole, and as the names alone. */
const numberedItems = (statement: SelectStatement, compilation: Compilation): { readonly list: string; readonly names: string } => {
  const named = statement.items.map((item, index) => ({ ...item, alias: String(index + 1) }));
  return { list: items(named, compilation), names: named.map(({ alias }) => quote(alias)).join(", ") };
};

const tablesOf = (source: Source, compilation: Compilation): string =>
  enter(source, compilation) + joins(compilation.sources.scope(source), compilation);

/**
 * The first rows of each element: rows are numbered within theirs, and those with the wanted numbers stay, in that order.
 * Equal rows share a number under DISTINCT, and are one row by the time they are chosen.
 */
const selectNumbered = (statement: SelectStatement, compilation: Compilation): string => {
  const table = enter(statement.source, compilation);
  const { list, names } = numberedItems(statement, compilation);
  const limitBy = statement.limitBy!;
  const operands = limitBy.node === "in" ? [limitBy.operand] : limitBy.operands;
  const keys = operands.map((operand) => compilation.at(operand, level.or)).join(", ");
  const window = `PARTITION BY ${keys}${orderBy(statement.orderBy, compilation)}`;
  const numbered = statement.distinct ? `DISTINCT ${list}, dense_rank()` : `${list}, row_number()`;
  const tables = table + joins(compilation.sources.scope(statement.source), compilation);
  const all: ExpressionNode =
    statement.where === null ? limitBy : { node: "logical", operator: "and", operands: [statement.where, limitBy] };
  const inner = `SELECT ${numbered} OVER (${window}) AS "row" FROM ${tables}${where(statement.source, all, statement.deleted, compilation)}`;
  return `SELECT ${names} FROM (${inner}) AS "numbered"${withinBounds(statement, compilation)} ORDER BY "row"`;
};

/** The same by looking up each element by itself: the index stops after the few rows that are wanted. */
const selectLateral = (
  statement: SelectStatement,
  operands: readonly ExpressionNode[],
  lists: readonly ParameterNode[],
  elements: string,
  compilation: Compilation,
): string => {
  const keys = quote(compilation.aliases.take("keys"));
  const keyNames = lists.map((_, index) => quote(index === 0 ? "key" : `key${index + 1}`));
  const tables = tablesOf(statement.source, compilation);
  const { list, names } = numberedItems(statement, compilation);
  const ordered = orderBy(statement.orderBy, compilation);
  const own = operands.map(
    (operand, index) => `${compilation.words.operand(operand, [operand, lists[index]!], true, compilation)} = ${keys}.${keyNames[index]}`,
  );
  const deleted = deletedCondition(statement.source, statement.deleted, compilation);
  const filtered = whereAll([...condition(statement.where, compilation), ...own, ...deleted]);
  const numbered = `${list}, row_number() OVER (${ordered.trimStart()}) AS "row"`;
  const inner = `SELECT ${numbered} FROM ${tables}${filtered}${ordered}${limits(statement, compilation)}`;
  return `SELECT ${names} FROM ${elements} AS ${keys} (${keyNames.join(", ")}) CROSS JOIN LATERAL (${inner}) AS "numbered" ORDER BY "row"`;
};

const selectOfEach = (statement: SelectStatement, compilation: Compilation): string => {
  if (!statement.limitByIndex || statement.distinct) return selectNumbered(statement, compilation);
  const limitBy = statement.limitBy!;
  const [operands, lists] = limitBy.node === "in" ? [[limitBy.operand], [limitBy.list]] : [limitBy.operands, limitBy.lists];
  const elements = compilation.words.elements?.(operands, lists, compilation);
  return elements === undefined ? selectNumbered(statement, compilation) : selectLateral(statement, operands, lists, elements, compilation);
};

const selectHere = (statement: SelectStatement, compilation: Compilation, spellItems: () => string): string => {
  if (statement.limitBy !== null) return selectOfEach(statement, compilation);
  // In the order of the text: what is joined may bind values too.
  const table = enter(statement.source, compilation);
  const list = spellItems();
  const tables = table + joins(compilation.sources.scope(statement.source), compilation);
  const distinct = statement.distinct ? "DISTINCT " : "";
  const filtered = where(statement.source, statement.where, statement.deleted, compilation);
  const grouped = groups(statement, compilation);
  const ordered = orderBy(statement.orderBy, compilation);
  return `SELECT ${distinct}${list} FROM ${tables}${filtered}${grouped}${ordered}${limits(statement, compilation)}${lock(statement, compilation)}`;
};

/** A select in a scope of its own, without its `wrap`. `spellItems` writes what it selects. */
export const selectOf = (statement: SelectStatement, compilation: Compilation, spellItems: () => string): string => {
  const outer = compilation.seesDeleted;
  return compilation.nested(() => {
    const text = compilation.withCommon(() => {
      const tables = commonTables(statement.with ?? [], compilation);
      compilation.seesDeleted = statement.deleted === "include";
      return tables + selectHere(statement, compilation, spellItems);
    });
    compilation.seesDeleted = outer;
    return text;
  });
};

/** A whole select with its items. */
export const subselect = (statement: SelectStatement, compilation: Compilation): string =>
  selectOf(statement, compilation, () => items(statement.items, compilation));

/** Set operations take selects without an order, a limit or common tables of their own. */
const part = ({ operator, select }: CompoundPart, isAlone: boolean, compilation: Compilation): string => {
  const isPlain = select.orderBy.length === 0 && select.limit === null && select.offset === null && (select.with ?? []).length === 0;
  const text = subselect(select, compilation);
  const whole = isAlone || isPlain ? text : `SELECT * FROM (${text}) AS "part"`;
  if (operator === null) return whole;
  if (!Object.hasOwn(setOperators, operator)) throw new BugError("a statement holds a set operator that is in no list.");
  return ` ${setOperators[operator]} ${whole}`;
};
const setOperators = { union: "UNION", unionAll: "UNION ALL", intersect: "INTERSECT", except: "EXCEPT" } as const;

/** A recursive table is in sight of itself, any other only of what follows it. */
const commonTable = (common: CommonTable, compilation: Compilation): string => {
  const { table, parts, recursive } = common;
  const spelled = (): string => parts.map((each) => part(each, parts.length === 1, compilation)).join("");
  const early = recursive ? compilation.nameCommon(table) : null;
  const text = spelled();
  const name = early ?? compilation.nameCommon(table);
  return `${quote(name)} (${common.columns.map(quote).join(", ")}) AS (${text})`;
};

const commonTables = (tables: readonly CommonTable[], compilation: Compilation): string => {
  if (tables.length === 0) return "";
  const word = tables.some((table) => table.recursive) ? "WITH RECURSIVE" : "WITH";
  return `${word} ${tables.map((table) => commonTable(table, compilation)).join(", ")} `;
};

/** `FROM … WHERE …` of the far side of a to-many relation, tied to the row outside. `spellItem` writes what is selected of it. */
export const collectionOf = (source: Source, spellItem: () => string, filter: ExpressionNode | null, compilation: Compilation): string =>
  compilation.nested(() => {
    const { parent, relation } = source;
    if (parent === null || relation === null) throw new BugError("a subquery over a relation has no relation.");
    const scope = compilation.sources.scope(source);
    nameSources(scope, compilation);
    compilation.reads(source.table);
    const name = compilation.names.get(source)!;
    const outside = (column: ColumnRef): string => compilation.column(parent, column);
    const inner = joins(scope, compilation);
    const through = relation.through;
    const live = liveOnly(source.table, name, compilation);
    if (through === null) {
      const item = spellItem();
      const tie = keysEqual(relation.keys, outside, of(name));
      return `SELECT ${item} FROM ${tableAs(source.table, name, compilation)}${inner}${whereAll([tie, ...live, ...condition(filter, compilation)])}`;
    }
    compilation.reads(through.table);
    const middle = compilation.throughNames.get(source)!;
    const on = [keysEqual(through.keys, of(middle), of(name)), ...live].join(" AND ");
    const from = `${tableAs(through.table, middle, compilation)} JOIN ${tableAs(source.table, name, compilation)} ON ${on}${inner}`;
    const item = spellItem();
    const tie = keysEqual(relation.keys, outside, of(middle));
    const conditions = [tie, ...liveOnly(through.table, middle, compilation), ...condition(filter, compilation)];
    return `SELECT ${item} FROM ${from}${whereAll(conditions)}`;
  });

/** A column of a joined source as a subquery, for statements that cannot join (UPDATE, DELETE): NULL where a LEFT JOIN would give it. */
export const columnBySubquery = (source: Source, column: ColumnRef, compilation: Compilation): string => {
  const scope = compilation.sources.scopeOf(source);
  const chain: Source[] = [];
  for (let at = source; at !== scope.root; at = at.parent!) chain.unshift(at);
  const [first, ...rest] = chain;
  if (first === undefined) throw new BugError(`a statement names the column '${column.property}' of a table that it does not read.`);
  return compilation.nested(() => {
    const named = chain.map((at) => [at, compilation.aliases.take(pathOf(at, scope))] as const);
    const names = new Map<Source, string>([...named, [scope.root, compilation.names.get(scope.root) ?? scope.root.table.name]]);
    for (const at of chain) compilation.reads(at.table);
    const on = (at: Source): string[] => [
      keysEqual(at.relation!.keys, of(names.get(at.parent!)!), of(names.get(at)!)),
      ...liveOnly(at.table, names.get(at)!, compilation),
    ];
    const joined = rest.map((at) => ` JOIN ${tableAs(at.table, names.get(at)!, compilation)} ON ${on(at).join(" AND ")}`).join("");
    return `(SELECT ${of(names.get(source)!)(column)} FROM ${tableAs(first.table, names.get(first)!, compilation)}${joined}${whereAll(on(first))})`;
  });
};
