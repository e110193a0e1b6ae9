/**
 * A database's structure as plain data: what models ask for, or what a live database has. Frozen, made of JSON, compared field by field.
 *
 * Names and texts are those of the database. Types and expressions are in the words of its dialect: `varchar(100)`, `lower(email)`.
 * A `schema` of `null` is the one that unqualified names mean (`current_schema()` on PostgreSQL, `main` on SQLite).
 */
import type { Kind } from "../types/column-type.ts";
import type { Action } from "./columns/column.ts";

export interface Snapshot {
  readonly format: 1;
  readonly dialect: "postgres" | "sqlite";
  /**
   * Who says it. Models have no words for schemas, enums, views, triggers and sequences: where they are silent, a comparison leaves alone what is there.
   * A snapshot of a database says everything.
   */
  readonly source: "models" | "database";
  /** Schemas besides the default one. */
  readonly schemas: readonly string[];
  readonly enums: readonly EnumSnapshot[];
  readonly tables: readonly TableSnapshot[];
  readonly views: readonly ViewSnapshot[];
}

/** What names a table, an enum or a view. */
export interface ObjectName {
  readonly schema: string | null;
  readonly name: string;
}

export interface EnumSnapshot extends ObjectName {
  /** In their order. */
  readonly values: readonly string[];
  readonly comment: string | null;
}

export interface TableSnapshot extends ObjectName {
  /** In their order, which comparisons ignore: neither database can move a column. */
  readonly columns: readonly ColumnSnapshot[];
  readonly constraints: readonly ConstraintSnapshot[];
  /** Those that no constraint brings along. */
  readonly indexes: readonly IndexSnapshot[];
  /** On SQLite, as they are written; PostgreSQL's follow their table by themselves and are not listed. */
  readonly triggers: readonly TriggerSnapshot[];
  /** `STRICT`, `WITHOUT ROWID` on SQLite; `UNLOGGED`, `PARTITION BY …` on PostgreSQL. */
  readonly options: readonly string[];
  readonly comment: string | null;
  /** What the table was called before, as the model says. Comparisons read it in `to` only. */
  readonly renamedFrom: string | null;
}

export interface ColumnSnapshot {
  readonly name: string;
  readonly type: string;
  /** What a model would call it; `null` for a type that models have no word for. Comparisons look at `type`. */
  readonly kind: Kind | null;
  readonly nullable: boolean;
  /** An expression, as in `DEFAULT (expression)`; `null` where there is none. */
  readonly default: string | null;
  /**
   * Whether the database counts it up. SQLite: `by default` is the rowid, `always` has AUTOINCREMENT, too.
   * `serial` is PostgreSQL's older way, a default from a sequence of the column's own: to a comparison the same as `by default`.
   */
  readonly identity: "always" | "by default" | "serial" | null;
  /** Computed from the row's other columns. */
  readonly generated: { readonly expression: string; readonly stored: boolean } | null;
  /** Where it is not the type's own. */
  readonly collation: string | null;
  readonly comment: string | null;
  readonly renamedFrom: string | null;
}

/** When a constraint is looked at: `null` at once, always. */
export type Deferrable = "initially immediate" | "initially deferred" | null;

export interface PrimaryKeySnapshot {
  readonly kind: "primary key";
  /** `null` where nobody named it (SQLite). */
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly deferrable: Deferrable;
}
export interface UniqueSnapshot {
  readonly kind: "unique";
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly nullsNotDistinct: boolean;
  readonly deferrable: Deferrable;
}
export interface ForeignKeySnapshot {
  readonly kind: "foreign key";
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly target: ObjectName;
  /** As many as `columns`. */
  readonly targetColumns: readonly string[];
  readonly onDelete: Action;
  readonly onUpdate: Action;
  readonly deferrable: Deferrable;
}
export interface CheckSnapshot {
  readonly kind: "check";
  readonly name: string | null;
  readonly expression: string;
}
/** `EXCLUDE …` on PostgreSQL, in the database's own words. */
export interface ExclusionSnapshot {
  readonly kind: "exclusion";
  readonly name: string;
  readonly definition: string;
}
export type ConstraintSnapshot = PrimaryKeySnapshot | UniqueSnapshot | ForeignKeySnapshot | CheckSnapshot | ExclusionSnapshot;

export interface IndexSnapshot {
  readonly name: string;
  readonly terms: readonly IndexTerm[];
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  /** The condition of a partial index. */
  readonly where: string | null;
  /** Columns that are kept in the index and not searched by. */
  readonly include: readonly string[];
  /** `btree`, `gin`, … */
  readonly method: string;
  readonly comment: string | null;
}

/** A column, or an expression: exactly one of the two is not `null`. */
export interface IndexTerm {
  readonly column: string | null;
  readonly expression: string | null;
  readonly descending: boolean;
  /** `null` where NULLs stand where the direction puts them by itself. */
  readonly nulls: "first" | "last" | null;
  /** Where it is not the type's own. */
  readonly operatorClass: string | null;
  readonly collation: string | null;
}

export interface ViewSnapshot extends ObjectName {
  /** PostgreSQL: the query. SQLite: the whole CREATE VIEW. */
  readonly definition: string;
  readonly materialized: boolean;
  /** Tables and views that it reads. */
  readonly reads: readonly ObjectName[];
  readonly comment: string | null;
}

export interface TriggerSnapshot {
  readonly name: string;
  /** The whole CREATE TRIGGER. */
  readonly definition: string;
}

/** Whether two names are those of one object. */
export const sameName = (a: ObjectName, b: ObjectName): boolean => a.schema === b.schema && a.name === b.name;

/** A name as a key of maps: no two names have one key. */
export const keyOf = ({ schema, name }: ObjectName): string => JSON.stringify([schema, name]);
