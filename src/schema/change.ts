/**
 * One step from a structure to another, as plain data. Each says both sides, so that what undoes it can be made from it.
 *
 * Steps are in an order in which they can be run: what is in the way goes first, what others need comes before them.
 */
import type {
  ColumnSnapshot,
  ConstraintSnapshot,
  EnumSnapshot,
  IndexSnapshot,
  ObjectName,
  Snapshot,
  TableSnapshot,
  ViewSnapshot,
} from "./snapshot.ts";

export type Change =
  | { readonly change: "createSchema"; readonly schema: string }
  | { readonly change: "dropSchema"; readonly schema: string }
  | { readonly change: "createEnum"; readonly enum: EnumSnapshot }
  | { readonly change: "dropEnum"; readonly enum: EnumSnapshot }
  /** `before`: the value that the new one stands in front of; `null` at the end. */
  | { readonly change: "addEnumValue"; readonly enum: ObjectName; readonly value: string; readonly before: string | null }
  /** Values went or moved, which PostgreSQL cannot do: a new type takes the old one's place in all columns that use it. */
  | { readonly change: "replaceEnum"; readonly from: EnumSnapshot; readonly to: EnumSnapshot; readonly columns: readonly EnumColumn[] }
  /** With its primary key, constraints and indexes; foreign keys in a ring follow as `addConstraint`. */
  | { readonly change: "createTable"; readonly table: TableSnapshot }
  | { readonly change: "dropTable"; readonly table: TableSnapshot }
  | { readonly change: "renameTable"; readonly from: ObjectName; readonly to: ObjectName }
  /** `constraints` come with it where they cannot come later (SQLite). */
  | {
      readonly change: "addColumn";
      readonly table: ObjectName;
      readonly column: ColumnSnapshot;
      readonly constraints?: readonly ConstraintSnapshot[];
    }
  | { readonly change: "dropColumn"; readonly table: ObjectName; readonly column: ColumnSnapshot }
  | { readonly change: "renameColumn"; readonly table: ObjectName; readonly from: string; readonly to: string }
  /** Anything but the name and the comment: the type, NOT NULL, the default, identity, a generated column's expression, the collation. */
  | { readonly change: "alterColumn"; readonly table: ObjectName; readonly from: ColumnSnapshot; readonly to: ColumnSnapshot }
  | { readonly change: "addConstraint"; readonly table: ObjectName; readonly constraint: ConstraintSnapshot }
  | { readonly change: "dropConstraint"; readonly table: ObjectName; readonly constraint: ConstraintSnapshot }
  | { readonly change: "renameConstraint"; readonly table: ObjectName; readonly from: string; readonly to: string }
  | { readonly change: "createIndex"; readonly table: ObjectName; readonly index: IndexSnapshot }
  | { readonly change: "dropIndex"; readonly table: ObjectName; readonly index: IndexSnapshot }
  | { readonly change: "renameIndex"; readonly table: ObjectName; readonly from: string; readonly to: string }
  | { readonly change: "createView"; readonly view: ViewSnapshot }
  | { readonly change: "dropView"; readonly view: ViewSnapshot }
  | { readonly change: "setComment"; readonly on: Commented; readonly from: string | null; readonly to: string | null }
  | RebuildTable;

/** `default` was taken off and is put back in the words of the new type. */
export interface EnumColumn {
  readonly table: ObjectName;
  readonly column: string;
  readonly default: string | null;
  readonly isArray: boolean;
}

export type Commented =
  | { readonly what: "table" | "view" | "enum"; readonly object: ObjectName }
  | { readonly what: "column" | "index"; readonly table: ObjectName; readonly name: string };

/**
 * SQLite cannot change this in place: a new table is made, the rows are copied, and it takes the old one's name (https://sqlite.org/lang_altertable.html, 7).
 * What happens in it is in `changes`. Both tables have the same name: renaming a table is a step of its own.
 */
export interface RebuildTable {
  readonly change: "rebuildTable";
  readonly from: TableSnapshot;
  readonly to: TableSnapshot;
  /** Which column of `from` each column of `to` takes its values from; columns that are not named get their defaults. */
  readonly copied: readonly { readonly from: string; readonly to: string }[];
  /** Tables whose foreign keys point here: they are checked before the end. */
  readonly referrers: readonly ObjectName[];
  readonly changes: readonly Change[];
}

/** How strongly a statement holds up others. On SQLite every write locks the whole database: `EXCLUSIVE`. */
export type LockLevel = "ACCESS EXCLUSIVE" | "EXCLUSIVE" | "SHARE ROW EXCLUSIVE" | "SHARE" | "SHARE UPDATE EXCLUSIVE" | null;

/** One statement of a migration, and what running it means. */
export interface DdlStatement {
  readonly sql: string;
  /** `false` for what PostgreSQL refuses inside of a transaction, or what the rest of a transaction could not use: it has to be committed alone. */
  readonly transactional: boolean;
  /** The lock on `table`, held until the transaction ends. */
  readonly lock: LockLevel;
  readonly table: ObjectName | null;
  /** Whether every row is written anew while the lock is held. */
  readonly rewrites: boolean;
  /** Whether every row is read while the lock is held. */
  readonly scans: boolean;
  /** What is gone afterwards and no reversal brings back, as half a sentence ("drops the column users.name"); `null` for nothing. */
  readonly losesData: string | null;
  /** Whether SQLite's foreign keys have to be off, which can only be said before the transaction begins: `PRAGMA foreign_keys = OFF`. */
  readonly foreignKeysOff: boolean;
  /** A question whose answer has to be no rows; any row means that the migration must be rolled back. */
  readonly expectsNoRows: boolean;
}

/** A table or a column went, and another came: it may have been renamed, and nobody said so. */
export type Question =
  | { readonly question: "was a table renamed"; readonly dropped: ObjectName; readonly created: readonly ObjectName[] }
  | { readonly question: "was a column renamed"; readonly table: ObjectName; readonly dropped: string; readonly added: readonly string[] };

/** What is known about names. Tables are called as they are in `from`. */
export interface Answers {
  readonly renames?: readonly Rename[];
  /** Tables and columns that are not renamed: they go, with their data. */
  readonly drops?: readonly Dropped[];
}
export type Rename =
  | { readonly table: string; readonly schema?: string | null; readonly to: string }
  | { readonly table: string; readonly schema?: string | null; readonly column: string; readonly to: string };
export interface Dropped {
  readonly table: string;
  readonly schema?: string | null;
  readonly column?: string;
}

/** The way from one snapshot to another. */
export interface Plan {
  readonly from: Snapshot;
  readonly to: Snapshot;
  readonly changes: readonly Change[];
  /** Open questions: without an answer, what is asked about is dropped and created. */
  readonly questions: readonly Question[];
  /** The renames that the plan makes, however they were known. */
  readonly renames: readonly Rename[];
}
