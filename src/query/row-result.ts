/** What a row of a query is made of: a model's instance, its computed columns beside it, relations inside it. */
import { BugError, ColumnNotLoaded, ConfigurationError } from "../base/errors.ts";
import type { ExpressionNode, SelectItem } from "../ast/expression.ts";
import type { Source } from "../ast/source.ts";
import { joinedSource } from "../ast/source.ts";
import type { NestedObject, ObjectShape, ResultForm } from "../rows/shape.ts";
import type { Relation, Table, TableColumn } from "../schema/table.ts";
import type { ColumnType } from "../types/column-type.ts";
import type { ComputedColumn, Draft, Group, IncludeDraft } from "./draft.ts";

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
}

/** The rows of a query as objects, with the columns they need. */
export const rowResult = (draft: Draft): RowResult => {
  const result = new ResultColumns();
  const object = rowObject(draft, result);
  return { items: result.items, form: { form: "objects", object } };
};

const rowObject = (draft: Draft, result: ResultColumns): ObjectShape => {
  if (draft.includes.length > 0) assertWhole(draft);
  if (draft.projection !== null) return plain(draft.projection.map((column) => result.addComputed(column, draft.table)));
  if (draft.groupBy !== null) {
    const groups = groupObject(draft.groupBy, 0, result);
    return { ...groups, properties: [...groups.properties, ...computedOf(draft, result)] };
  }
  const wanted = wantedColumns(draft);
  const entity = entityObject(draft.table, draft.source, wanted, draft.includes, result);
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

/** The columns that were asked for, the primary key, and what relations that follow in statements of their own are found by. */
export const wantedColumns = ({ table, only, deferred, includes }: Draft): TableColumn[] => {
  const keys = new Set(includes.flatMap(({ relation, strategy }) => (strategy === "selectIn" ? relation.keys.map(([near]) => near) : [])));
  const isAskedFor = ({ property }: TableColumn): boolean => (only === null || only.has(property)) && !deferred.has(property);
  return table.columns.filter((column) => column.primaryKey || isAskedFor(column) || keys.has(column));
};

/** An instance of `table`'s model with the columns `wanted`, and its joined relations inside it. Select-in relations get their place, to be filled later. */
const entityObject = (
  table: Table,
  source: Source,
  wanted: readonly TableColumn[],
  includes: readonly IncludeDraft[],
  result: ResultColumns,
): ObjectShape => {
  const properties = wanted.map((column) => ({ name: column.property, position: result.addColumn(source, column) }));
  const later = includes
    .filter((include) => include.strategy !== "joined")
    .map((include) => ({ name: include.relation.name, position: -1 }));
  const nested = includes.filter((include) => include.strategy === "joined").map((include) => joinedObject(source, include, result));
  const missing = table.columns.filter((column) => !wanted.includes(column));
  return { properties: [...properties, ...later], nested, prototype: partialPrototype(table, missing) };
};

const joinedObject = (parent: Source, include: IncludeDraft, result: ResultColumns): NestedObject => {
  const relation = include.relation;
  const target = relation.target;
  const source = joinedSource(parent, relation);
  const first = result.items.length;
  const shape = entityObject(target, source, target.columns, include.children, result);
  const key = target.columns.findIndex((column) => column.primaryKey);
  return { property: relation.name, shape, presence: isAlwaysThere(source) ? -1 : first + key };
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
