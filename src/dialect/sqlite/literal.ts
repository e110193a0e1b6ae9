/** Constants of DDL on SQLite. Only values of the models' own code get here; a query's values are always bound. */
import type { BoundValue } from "../../base/bound-value.ts";
import { BugError, ConfigurationError } from "../../base/errors.ts";

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const literal = (value: BoundValue): string => {
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return `X'${hex(value)}'`;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return String(value);
    throw new ConfigurationError("A column's default or range is not a finite number, which CREATE TABLE cannot hold. Use a finite one.");
  }
  if (typeof value !== "string") throw new BugError("a default has no stored form on SQLite.");
  if (value.includes("\0"))
    throw new ConfigurationError("A column's default contains a NUL character, which CREATE TABLE cannot hold. Remove it.");
  return `'${value.replaceAll("'", "''")}'`;
};
