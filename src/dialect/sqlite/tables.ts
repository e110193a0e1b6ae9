/** Tables on SQLite: STRICT, with four storage classes, and CHECKs for what the classes do not say. */
import type { Table, TableColumn } from "../../schema/table.ts";
import type { ColumnType, Kind } from "../../types/column-type.ts";

const classes: Readonly<Record<Kind, "INTEGER" | "REAL" | "TEXT" | "BLOB">> = {
  int: "INTEGER",
  bigint: "INTEGER",
  float: "REAL",
  decimal: "TEXT",
  text: "TEXT",
  bool: "INTEGER",
  uuid: "TEXT",
  timestamp: "TEXT",
  date: "TEXT",
  time: "TEXT",
  json: "TEXT",
  bytes: "BLOB",
  array: "TEXT",
};

/**
 * The rowid itself, without AUTOINCREMENT: that would write to a second table on every insert.
 * So the id of the last row, once deleted, may be given again; ids of other deleted rows are not.
 */
export const isCountedUp = ({ type }: TableColumn): boolean => typeName(type) === "INTEGER";

export const typeName = (type: ColumnType): string => type.databaseType ?? classes[type.kind];

const strictTypes: ReadonlySet<string> = new Set(["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"]);

/** STRICT, unless a column is declared with a type that STRICT does not know (https://sqlite.org/stricttables.html). */
export const tableOptions = ({ columns }: Table): readonly string[] =>
  columns.every(({ type }) => strictTypes.has(typeName(type).toUpperCase())) ? ["STRICT"] : [];

export const checks = (type: ColumnType, name: string): Readonly<Record<string, string>> => {
  if (type.kind === "bool") return { bool: `${name} IN (0, 1)` };
  if (type.kind === "json" || type.kind === "array") return { json: `json_valid(${name})` };
  return type.maxLength === undefined ? {} : { max_length: `length(${name}) <= ${Number(type.maxLength)}` };
};

export const asNumber = (type: ColumnType, name: string): string => (type.kind === "decimal" ? `CAST(${name} AS REAL)` : name);
