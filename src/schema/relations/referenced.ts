/** Which columns the foreign keys of a set of tables point at. */
import type { Table } from "../table.ts";

/** Columns as `table.column`, by their names in the database. */
export type Referenced = ReadonlySet<string>;

export const referencedBy = (tables: readonly Table[]): Referenced =>
  new Set(
    tables.flatMap((table) =>
      table.foreignKeys.flatMap(({ targetTable, targetColumns }) => targetColumns.map((column) => `${targetTable}.${column}`)),
    ),
  );
