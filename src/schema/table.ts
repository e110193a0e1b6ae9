/** A model's table, resolved and checked: what the rest of Petrel reads instead of the class. Plain frozen data. */
import type { ExpressionNode } from "../ast/expression.ts";
import type { ColumnRef, RelationRef, TableName, TableRef } from "../ast/source.ts";
import type { Action } from "./columns/column.ts";
import type { Check } from "../types/check.ts";
import type { AnyModel } from "./entity.ts";

/** What fills a column that was not given: a constant, a function called for each row, or an expression the database computes. */
export type Filler =
  | { readonly from: "value"; readonly value: unknown }
  | { readonly from: "function"; readonly make: () => unknown }
  | { readonly from: "sql"; readonly expression: ExpressionNode };

/** `stored`: kept with the row; computed when it is read otherwise. */
export interface Computed {
  readonly expression: ExpressionNode;
  readonly stored: boolean;
}

export interface TableColumn extends ColumnRef {
  /** Its place among the table's columns, from 0. */
  readonly position: number;
  /** What is wrong with a value that is not null: `problemWith` of the column's type. */
  readonly check: Check;
  readonly primaryKey: boolean;
  /** Whether JSON of an instance leaves it out. */
  readonly hidden: boolean;
  /** Whether the database makes the value when none is given: single integer primary keys. */
  readonly generated: boolean;
  readonly default: Filler | null;
  readonly onUpdate: Filler | null;
  /** What the database computes it from: no statement gives it a value. */
  readonly computed: Computed | null;
  readonly comment: string | null;
  /** What it was called before, in the database. */
  readonly renamedFrom: string | null;
}

/** Names are those of the database; `columns` keep the order in which they were declared. */
export interface UniqueConstraint {
  readonly name: string;
  readonly columns: readonly TableColumn[];
}
export interface TableIndex {
  readonly name: string;
  /** The columns that every row can be found by, from the first on: none in a partial index, and those before the first expression. */
  readonly columns: readonly TableColumn[];
  readonly terms: readonly TableIndexTerm[];
  readonly unique: boolean;
  readonly where: ExpressionNode | null;
  readonly include: readonly TableColumn[];
  /** `null`: the database's usual one. */
  readonly method: string | null;
}
export interface TableIndexTerm {
  readonly value: TableColumn | ExpressionNode;
  readonly descending: boolean;
}
/** A condition on every row. */
export interface TableCheck {
  readonly name: string;
  readonly condition: ExpressionNode;
}
export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly target: TableName;
  readonly targetColumns: readonly string[];
  readonly onDelete: Action;
  readonly onUpdate: Action;
  /** `null`: at once, always. */
  readonly deferrable: "initially immediate" | "initially deferred" | null;
}

export interface Relation extends RelationRef {
  readonly kind: "hasMany" | "hasOne" | "belongsTo" | "manyToMany";
  readonly target: Table;
}

export interface Table extends TableRef {
  /** The class's name, for messages. */
  readonly modelName: string;
  readonly model: AnyModel & { readonly prototype: object };
  readonly columns: readonly TableColumn[];
  /** By property, and by nothing else. */
  readonly byProperty: ReadonlyMap<string, TableColumn>;
  readonly primaryKey: readonly TableColumn[];
  readonly uniques: readonly UniqueConstraint[];
  readonly indexes: readonly TableIndex[];
  /** Conditions that users wrote; those that follow from a column's type are the dialect's. */
  readonly checks: readonly TableCheck[];
  readonly comment: string | null;
  /** What it was called before, in the database. */
  readonly renamedFrom: string | null;
  /** Which of several databases it is in, by its name in `connect({ databases })`; `null` for the default one. */
  readonly database: string | null;
  readonly foreignKeys: readonly ForeignKey[];
  /** The names of all relations; reading one resolves it (and may throw `ConfigurationError`). */
  readonly relationNames: readonly string[];
  relation(name: string): Relation | undefined;
  readonly orderBy: readonly { readonly column: TableColumn; readonly direction: "asc" | "desc" }[];
  readonly softDelete: TableColumn | null;
  /** The columns that the database computes: every write of a row may change them. */
  readonly computed: readonly TableColumn[];
  /** The column that counts the row's writes. */
  readonly version: TableColumn | null;
}
