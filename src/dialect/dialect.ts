/** One database's words: SQL text from statements, and how values travel. It has never met a driver. */
import type { BoundValue } from "../base/bound-value.ts";
import type { ParameterNode } from "../ast/expression.ts";
import type { Statement } from "../ast/statement.ts";
import type { Change, DdlStatement } from "../schema/change.ts";
import type { TableSnapshot } from "../schema/snapshot.ts";
import type { Referenced } from "../schema/relations/referenced.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import type { Codec, ColumnType } from "../types/column-type.ts";
import type { Introspection, IntrospectionOptions } from "./introspection.ts";

/** What one placeholder of the text is bound to, in the order of the placeholders. */
export type Binding =
  | { readonly parameter: ParameterNode; readonly encode: ((value: never) => BoundValue) | null }
  | { readonly parameter: null; readonly constant: BoundValue };

export interface Compiled {
  readonly sql: string;
  readonly bindings: readonly Binding[];
  /** Database names of the tables that the statement reads, and of those it writes. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** The text holds SQL of the caller's own, which may call functions that change something. */
  readonly holdsRaw?: true;
  /** The statement locks rows that it reads. */
  readonly locks?: true;
  /** The statement inserts one row, and what it returns is the key that the database generates: asked of the driver, not by the text. */
  readonly returnsKey?: true;
  /** The statement inserts its row for each of many lists of values. */
  readonly repeats?: Repeats;
}

/** An INSERT of one row that is run for many lists of values. */
export interface Repeats {
  /** Database name of the table. */
  readonly table: string;
  /** What behind the text inserts one more row: `, (?, ?)`. `null` where each row has to be asked about by itself. */
  readonly oneMore: string | null;
}

export type Isolation = "read uncommitted" | "read committed" | "repeatable read" | "serializable";

export interface BeginOptions {
  readonly isolation?: Isolation | undefined;
  readonly readOnly?: boolean | undefined;
}

export interface CopyWords {
  from(table: Table, columns: readonly TableColumn[]): string;
  to(table: Table, options: { readonly format: "csv" | "text"; readonly header: boolean }): string;
}

export interface CreateTableOptions {
  readonly ifNotExists: boolean;
  readonly referenced?: Referenced;
  /** `tableKey`s of tables that are created after this one. */
  readonly later?: ReadonlySet<string>;
}

/** How foreign keys are added when all tables are there, and dropped before the first one goes. */
export interface LateForeignKeys {
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

export interface Dialect {
  readonly name: "sqlite" | "postgres";
  /** Throws `ConfigurationError` for what this database cannot do, naming it. */
  compile(statement: Statement): Compiled;
  /** How values of a type are stored. The same object for the same type. */
  codec(type: ColumnType): Codec;
  /** Statements that create the table and its indexes, in order, each whole. */
  createTable(table: Table, options: CreateTableOptions): readonly string[];
  /** The question whether the table is missing: one row where it is, none where there is a table or a view of its name. */
  isMissing(table: Table): string;
  /** The question whether a schema is missing, in the same form; `null` where schemas are not made by a statement. */
  isSchemaMissing(schema: string): string | null;
  /** What sets the comments of a table that was created; none where the database has no place for them. */
  tableComments(table: Table): readonly string[];
  /** Foreign keys of a table to `later` tables, which a ring of tables needs; none where they may name tables that do not exist yet. */
  lateForeignKeys(table: Table, later: ReadonlySet<string>): LateForeignKeys;
  /** The model's table as this database's own structure. `referenced`: what foreign keys point at, which must be unique among all rows. */
  describeTable(table: Table, referenced?: Referenced): TableSnapshot;
  /** The statements that make one change of structure. */
  render(change: Change): readonly DdlStatement[];
  /** How to ask a live database for its structure. */
  introspection(options: IntrospectionOptions): Introspection;
  /** Equal for expressions that differ in nothing that means anything. PostgreSQL's own rewriting is not undone. */
  expressionKey(expression: string): string;
  dropTable(table: Table, options: { readonly ifExists: boolean }): readonly string[];
  /** COPY, where the database has it: rows as text, one per line, into columns of a table; and the rows of a table as a file. */
  readonly copy: CopyWords | null;
  /** Whether a write of many rows takes one list per column: parameters of the form `"column"`. */
  readonly takesColumns: boolean;
  /** Whether a query may lock the rows it reads. */
  readonly locksRows: boolean;
  /** Turns raw text with `$1`, `?` or `:name` placeholders into this database's, with the order in which given values are bound. */
  placeholders(text: string): { readonly sql: string; readonly order: readonly (number | string)[] };
  /** A value of raw SQL in the form that this database binds: SQLite has no booleans and no dates, for instance. */
  bindRaw(value: BoundValue): BoundValue;
  /** The statements that open a transaction, in order. */
  begin(options: BeginOptions): readonly string[];
  /** The text that explains `sql`; `null` where `analyze` is not to be had. */
  explain(sql: string, options: { readonly analyze: boolean; readonly format: "text" | "json" }): string;
}
