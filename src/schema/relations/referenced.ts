/** Which columns the foreign keys of a set of tables point at. */
import type { TableName } from "../../ast/source.ts";
import type { Table } from "../table.ts";

/** Columns by `referencedColumn`. */
export type Referenced = ReadonlySet<string>;

/** A column by its names in the database: the same text for no other. */
export const referencedColumn = (table: TableName, column: string): string => JSON.stringify([table.schema, table.name, column]);

export const referencedBy = (tables: readonly Table[]): Referenced =>
  new Set(
    tables.flatMap((table) =>
      table.foreignKeys.flatMap(({ target, targetColumns }) => targetColumns.map((column) => referencedColumn(target, column))),
    ),
  );
