/** INSERT, UPDATE and DELETE as frozen data. */
import type { ExpressionNode, ParameterNode, SelectItem, SelectStatement } from "./expression.ts";
import type { DeletedRows } from "./select.ts";
import type { ColumnRef, Source, TableRef } from "./source.ts";

/** What one inserted row gives for a column: a bound value, an expression (`now`, raw SQL), or the column's default. */
export type InsertValue = ParameterNode | ExpressionNode | { readonly node: "default" };

export interface ConflictClause {
  /** The columns of the unique constraint. */
  readonly target: readonly ColumnRef[];
  /** The constraint holds among rows that are not marked as deleted. */
  readonly liveOnly?: true;
  /** What to overwrite; empty means do nothing. */
  readonly update: readonly (readonly [ColumnRef, ExpressionNode])[];
}

export interface InsertStatement {
  readonly statement: "insert";
  readonly table: TableRef;
  readonly columns: readonly ColumnRef[];
  /**
   * One tuple per row, as long as `columns`. No columns at all: `DEFAULT VALUES`.
   * Or a single tuple for any number of rows, where parameters of the form `"column"` hold a value for each row, and all else is the same in every row.
   */
  readonly rows: readonly (readonly InsertValue[])[];
  readonly conflict: ConflictClause | null;
  readonly returning: readonly SelectItem[];
  /** Its one row is inserted for each of many lists of values that are bound later, where the database takes no lists. */
  readonly repeats?: true;
}

/** Rows of a query become rows of a table: the select's items are the values of `columns`. */
export interface InsertSelectStatement {
  readonly statement: "insertSelect";
  readonly table: TableRef;
  readonly columns: readonly ColumnRef[];
  readonly select: SelectStatement;
  readonly returning: readonly SelectItem[];
}

/** With nodes `given` in `where`, it changes each row that is joined to one of the lists: `UPDATE … FROM unnest(…)`, where the database has that. */
export interface UpdateStatement {
  readonly statement: "update";
  readonly source: Source;
  readonly set: readonly (readonly [ColumnRef, ExpressionNode])[];
  readonly where: ExpressionNode | null;
  readonly deleted: DeletedRows;
  readonly returning: readonly SelectItem[];
}

export interface DeleteStatement {
  readonly statement: "delete";
  readonly source: Source;
  readonly where: ExpressionNode | null;
  readonly deleted: DeletedRows;
  readonly returning: readonly SelectItem[];
}
