/** What a row of a query is made of: a model's instance, its computed columns beside it, relations inside it. */
import { BugError, ColumnNotLoaded, ConfigurationError } from "../../base/errors.ts";
import type { CommonTable, ExpressionNode, OrderingNode, SelectItem } from "../../ast/expression.ts";
import type { Source } from "../../ast/source.ts";
import { joinedSource } from "../../ast/source.ts";
import type { NestedObject, ObjectShape, ResultForm } from "../../rows/shape.ts";
import type { Relation, Table, TableColumn } from "../../schema/table.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { ComputedColumn, Draft, Group, IncludeDraft } from "../draft.ts";

/** The columns of a result while it is put together. */
export class ResultColumns {
  readonly items: SelectItem[] = [];

  /** Adds a column and returns its position. */
  add(expression: SelectItem["expression"], type: ColumnType | null, alias: string | null = null): number {
    this.items.push({ expression, alias, type });
    return this.items.length - 1;
  }

  addColumn(source: Source, column: TableColumn): number {
    return this.add({ node: "column", source, column }, column.type);
  }

  /** `table`: the query's own. What is called as the database calls another of its columns goes nameless: ORDER BY would take it for that column. */
  addComputed({ name, expression, type }: ComputedColumn, table: Table): { name: string; position: number } {
    const isTaken = table.columns.some((column) => column.name === name && column.property !== name);
    return { name, position: this.add(expression, type, isTaken ? null : name) };
  }
}

/** The columns of a statement, and the objects that its rows become. */
export interface RowResult {
  readonly items: readonly SelectItem[];
  readonly form: Extract<ResultForm, { form: "objects" }>;
  readonly joins: Joins;
}

/** What the statement must say for the relations that are joined. */
export interface Joins {
  /** Common tables to read. */
  readonly with: CommonTable[];
  /** Relations to many, each with the order of its rows. */
  readonly many: { readonly relation: Relation; readonly source: Source; readonly orderBy: readonly OrderingNode[] }[];
}

export const noJoins: Joins = { with: [], many: [] };

/** The rows of a query as objects, with the columns they need. */
export const rowResult = (draft: Draft): RowResult => {
  const result = new ResultColumns();
  const parts: Parts = { result, joins: { with: [], many: [] }, children: [] };
  const row = rowObject(draft, parts);
  const object = parts.children.length === 0 ? row : pairOf(row, parts.children);
  return { items: result.items, form: { form: "objects", object }, joins: parts.joins };
};

/** A result while it is put together. `children`: the objects of relations to many, which stand beside the row. */
interface Parts {
  readonly result: ResultColumns;
  readonly joins: Joins;
  readonly children: NestedObject[];
}

/** A row with one of its children: `{ row, child }`. */
const pairOf = (row: ObjectShape, children: readonly NestedObject[]): ObjectShape => ({
  properties: [],
  nested: [{ property: "row", presence: -1, shape: row }, ...children],
  prototype: null,
});

const rowObject = (draft: Draft, parts: Parts): ObjectShape => {
  const { result } = parts;
  if (draft.includes.length > 0) assertWhole(draft);
  if (draft.projection !== null) return plain(draft.projection.map((column) => result.addComputed(column, draft.table)));
  if (draft.groupBy !== null) {
    const groups = groupObject(draft.groupBy, 0, result);
    return { ...groups, properties: [...groups.properties, ...computedOf(draft, result)] };
  }
  const wanted = wantedColumns(draft);
  const entity = entityObject(draft.table, draft.source, wanted, draft.includes, parts);
  const besides = draft.laterals.map(({ source }) => besideObject(source, result));
  return {
    ...entity,
    properties: [...entity.properties, ...computedOf(draft, result)],
    nested: [...entity.nested, ...besides],
  };
};

/** A row that `joinLateral()` put beside the row. */
const besideObject = (source: Source, result: ResultColumns): NestedObject => {
  const [key, ...columns] = (source.table as Table).columns;
  const { name, optional } = source.relation!;
  const presence = optional ? result.addColumn(source, key!) : -1;
  const properties = columns.map((column) => ({ name: column.property, position: result.addColumn(source, column) }));
  return { property: name, presence, shape: plain(properties) };
};

/** Relations hang on instances of a model; groups and rows of one's own have no keys to load them by. */
const assertWhole = (draft: Draft): void => {
  if (draft.projection === null && draft.groupBy === null) return;
  const other = draft.projection === null ? "groupBy()" : "select()";
  throw new ConfigurationError(
    `with() loads relations of whole ${draft.table.modelName} objects, and does not go together with ${other}. Name what you need of them in ${other}.`,
    { model: draft.table.modelName },
  );
};

const plain = (properties: ObjectShape["properties"]): ObjectShape => ({ properties, nested: [], prototype: null });

/** What rows are grouped by, nested along relations as in `values()`, from `depth` relations away from the query's own. */
const groupObject = (groups: readonly Group[], depth: number, result: ResultColumns): ObjectShape => {
  const properties = groups
    .filter(({ words }) => words.length === depth + 1)
    .map(({ words, column }) => ({ name: words[depth]!, position: result.add(column.expression, column.type) }));
  const deeper = groups.filter(({ words }) => words.length > depth + 1);
  const nested = [...new Set(deeper.map(({ words }) => words[depth]!))].map((name): NestedObject => {
    const inner = deeper.filter(({ words }) => words[depth] === name);
    const target = sourceAt(inner[0]!, depth + 1);
    const presence = isAlwaysThere(target) ? -1 : result.add(partners(target, (target.table as Table).primaryKey[0]!), { kind: "int" });
    return { property: name, presence, shape: groupObject(inner, depth + 1, result) };
  });
  return { properties, nested, prototype: null };
};

/** The source that is `depth` relations away from the query's own, on the way to what rows are grouped by. */
const sourceAt = ({ words, column }: Group, depth: number): Source => {
  if (column.expression.node !== "column") throw new BugError("rows are grouped by something behind a relation that is no column.");
  let { source } = column.expression;
  for (let away = words.length - 1; away > depth; away--) source = source.parent!;
  return source;
};

/** How many rows of a group have a partner behind a relation that may lead to none; NULL for none, which makes the object `null`. */
const partners = (source: Source, key: TableColumn): SelectItem["expression"] => {
  const type: ColumnType = { kind: "int" };
  const argument: ExpressionNode = { node: "column", source, column: key };
  const count: ExpressionNode = { node: "aggregate", name: "count", argument, distinct: false, filter: null, type };
  return { node: "function", name: "nullif", arguments: [count, { node: "literal", value: 0 }], type };
};

const computedOf = (draft: Draft, result: ResultColumns): { name: string; position: number }[] =>
  [...draft.annotations.values()].map((column) => result.addComputed(column, draft.table));

interface Wanted {
  readonly table: Table;
  readonly only: ReadonlySet<string> | null;
  readonly deferred: ReadonlySet<string>;
  readonly includes: readonly IncludeDraft[];
}

/** The columns that were asked for, the primary key, and what relations that follow in statements of their own are found by. */
export const wantedColumns = ({ table, only, deferred, includes }: Wanted): TableColumn[] => {
  const keys = new Set(includes.flatMap(({ relation, strategy }) => (strategy === "selectIn" ? relation.keys.map(([near]) => near) : [])));
  const isAskedFor = ({ property }: TableColumn): boolean => (only === null || only.has(property)) && !deferred.has(property);
  return table.columns.filter((column) => column.primaryKey || isAskedFor(column) || keys.has(column));
};

const isInside = ({ strategy, relation }: IncludeDraft): boolean => strategy === "joined" && !relation.toMany;

/** An instance of `table`'s model with the columns `wanted`, and its joined relations to one inside it. Others get their place, to be filled later. */
const entityObject = (
  table: Table,
  source: Source,
  wanted: readonly TableColumn[],
  includes: readonly IncludeDraft[],
  parts: Parts,
): ObjectShape => {
  const { result, joins, children } = parts;
  const properties = wanted.map((column) => ({ name: column.property, position: result.addColumn(source, column) }));
  const later = includes.filter((include) => !isInside(include)).map((include) => ({ name: include.relation.name, position: -1 }));
  const nested = includes
    .filter(isInside)
    .map((include) => joinedObject(include.relation.name, sourceOf(source, include, joins), include, parts));
  for (const include of includes.filter(({ strategy, relation }) => strategy === "joined" && relation.toMany)) {
    const many = sourceOf(source, include, joins);
    joins.many.push({ relation: include.relation, source: many, orderBy: orderOf(include, many) });
    children.push(joinedObject("child", many, include, parts));
  }
  const missing = table.columns.filter((column) => !wanted.includes(column));
  return { properties: [...properties, ...later], nested, prototype: partialPrototype(table, missing) };
};

/** Where the rows of a joined relation come from: its table, or the query of the user's own. */
const sourceOf = (parent: Source, { relation, refined }: IncludeDraft, joins: Joins): Source => {
  if (refined === null) return joinedSource(parent, relation);
  const { target, select } = refined;
  const columns = target.columns.map(({ name }) => name);
  joins.with.push({ table: target, columns, recursive: false, parts: [{ operator: null, select }] });
  const narrowed: Relation = { ...relation, target, optional: true };
  return { table: target, parent, relation: narrowed, children: new Map() };
};

const orderOf = ({ relation, refined }: IncludeDraft, source: Source): OrderingNode[] => {
  const order = refined?.orderBy ?? relation.target.orderBy.map((each) => ({ ...each, nulls: null }));
  return order.map(({ column, direction, nulls }) => ({ expression: { node: "column", source, column }, direction, nulls }));
};

const joinedObject = (property: string, source: Source, { relation, refined, children }: IncludeDraft, parts: Parts): NestedObject => {
  const target = refined?.target ?? relation.target;
  const wanted = refined === null ? target.columns : wantedColumns({ ...refined, table: target, includes: children });
  const first = parts.result.items.length;
  const shape = entityObject(target, source, wanted, children, parts);
  const key = wanted.findIndex((column) => column.primaryKey);
  return { property, shape, presence: isAlwaysThere(source) ? -1 : first + key };
};

/** Whether every relation on the way to a source has a partner for every row. */
const isAlwaysThere = (source: Source): boolean =>
  source.parent === null ||
  (source.relation!.optional === false && (source.relation as Relation).target.softDelete === null && isAlwaysThere(source.parent));

/** The model's prototype, or one that explains columns that were not fetched. One per result shape, so rows keep one hidden class. */
const partialPrototype = (table: Table, missing: readonly TableColumn[]): object => {
  const prototype = table.model.prototype;
  if (missing.length === 0) return prototype;
  const partial = Object.create(prototype) as object;
  for (const { property } of missing) {
    Object.defineProperty(partial, property, {
      configurable: true,
      enumerable: false,
      get() {
        throw new ColumnNotLoaded(
          `${table.modelName}.${property} was not fetched. Add it to only(…), or take it out of defer(…), in the query that loaded this object.`,
          { model: table.modelName, property },
        );
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, property, { value, writable: true, enumerable: true, configurable: true });
      },
    });
  }
  return partial;
};
