/**
 * Where columns come from: a tree of tables.
 *
 *     posts ── author ── profile      (to-one: becomes a JOIN)
 *       └───── comments               (to-many: becomes a correlated subquery)
 *
 * A column node points at its source, so an expression needs no alias: the compiler finds the sources in use, joins them and names them.
 * Two sources are the same only if they are the same object.
 */
import type { ColumnType } from "../types/column-type.ts";

/** The little that a statement must know of a table. `schema/table.ts` knows more. */
export interface TableRef {
  /** The table's name in the database. */
  readonly name: string;
  /** The schema that it is in; `null` for the one that a name alone means. */
  readonly schema: string | null;
  /** The column that marks a row as deleted, or `null`. */
  readonly softDelete: ColumnRef | null;
}

/** The little that a statement must know of a column. */
export interface ColumnRef {
  /** The column's name in the database. */
  readonly name: string;
  /** The property's name in TypeScript. */
  readonly property: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A table by what names it in its database. */
export type TableName = Pick<TableRef, "name" | "schema">;

/** What watchers, caches and messages call a table: `users`, or `billing.users` in a schema of its own. */
export const fullName = ({ schema, name }: TableName): string => (schema === null ? name : `${schema}.${name}`);

/** The same text for the same table, and for no other: no name holds a NUL. */
export const tableKey = ({ schema, name }: TableName): string => (schema === null ? name : `${schema}\0${name}`);

/** Whether two of them are one table of the database: two models may share it. */
export const isSameTable = (a: TableName, b: TableName): boolean => a.name === b.name && a.schema === b.schema;

/** A pair of columns that a join equates: `[near side, far side]`. */
export type KeyPair = readonly [near: ColumnRef, far: ColumnRef];

/** How a relation leads from one table to another. `schema/relations/relation.ts` resolves it. */
export interface RelationRef {
  readonly name: string;
  readonly target: TableRef;
  readonly toMany: boolean;
  /** Whether a row may have no partner. Always true for to-many relations. */
  readonly optional: boolean;
  /** Without `through`: near columns on this table, far ones on the target. */
  readonly keys: readonly KeyPair[];
  /** The table between the two. Then `keys` pair this table with it, and `through.keys` pair it with the target. */
  readonly through: { readonly table: TableRef; readonly keys: readonly KeyPair[] } | null;
}

export interface Source {
  readonly table: TableRef;
  /** The source this one hangs on, and the relation between; both `null` for the root of a query. */
  readonly parent: Source | null;
  readonly relation: RelationRef | null;
  /** Joined children already asked for, so that a relation named twice is joined once. */
  readonly children: Map<RelationRef, Source>;
}

/** A new root: the table that a query is about. */
export const rootSource = (table: TableRef): Source => ({ table, parent: null, relation: null, children: new Map() });

/** The source on the far side of a relation that is joined; the same object each time. */
export const joinedSource = (parent: Source, relation: RelationRef): Source => {
  const known = parent.children.get(relation);
  if (known) return known;
  const source: Source = { table: relation.target, parent, relation, children: new Map() };
  parent.children.set(relation, source);
  return source;
};

/** The source on the far side of a to-many relation, inside a subquery: a new object each time, since two subqueries see different rows. */
export const collectionSource = (parent: Source, relation: RelationRef): Source => ({
  table: relation.target,
  parent,
  relation,
  children: new Map(),
});
