/** A result, or a batch of one, by columns. */
import type { ColumnVector } from "./column.ts";

/** The columns that `Row`s have: objects beside a row become columns with dotted names, such as `"best.views"`. */
export type ColumnsOf<Row> = { readonly [K in keyof Row & string]: ColumnVector<NonNullable<Row[K]>> };

export interface ColumnSet<Row = Record<string, unknown>> {
  readonly rowCount: number;
  /** By name, in the order of the result. */
  readonly columns: ColumnsOf<Row> & { readonly [name: string]: ColumnVector };
}

/** Whatever the columns are called, each is an own property. */
export const columnSet = (rowCount: number, columns: readonly ColumnVector[]): ColumnSet => {
  const byName = Object.create(null) as Record<string, ColumnVector>;
  for (const column of columns) byName[column.name] = column;
  // Nothing is known of the names here, and so nothing of the values.
  return { rowCount, columns: byName as ColumnSet["columns"] };
};
