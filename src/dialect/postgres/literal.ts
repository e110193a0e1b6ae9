/** Constants of DDL on PostgreSQL. Only values of the models' own code get here; a query's values are always bound. */
import { TypedValue } from "../../base/bound-value.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import { ConfigurationError } from "../../base/errors.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { castName } from "./type-names.ts";

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A backslash means the same in `E'…'` whatever `standard_conforming_strings` says; in plain quotes it does not. */
const text = (value: string): string => {
  if (value.includes("\0"))
    throw new ConfigurationError("A column's default contains a NUL character, which CREATE TABLE cannot hold. Remove it.");
  const doubled = value.replaceAll("'", "''");
  return doubled.includes("\\") ? `E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
};

const number = (value: number): string => {
  if (Number.isFinite(value)) return String(value);
  throw new ConfigurationError("A column's default or range is not a finite number, which CREATE TABLE cannot hold. Use a finite one.");
};

/** `type` is needed for arrays only: an empty one does not say what it holds. */
export const literal = (value: BoundValue, type: ColumnType | null): string => {
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return text(value);
  if (value instanceof Uint8Array) return `decode('${hex(value)}', 'hex')`;
  if (value instanceof Date) return text(value.toISOString());
  if (value instanceof TypedValue)
    throw new ConfigurationError("sql.typed() cannot stand in a default or an index. Write the value as SQL.");
  const elements = value.map((element) => literal(element, type?.element ?? null)).join(", ");
  return `ARRAY[${elements}]${type === null ? "" : `::${castName(type)}`}`;
};
