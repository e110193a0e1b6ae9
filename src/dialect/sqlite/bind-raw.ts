/** Values of raw SQL: booleans and dates in the form in which columns hold them, everything else as it is. */
import { TypedValue } from "../../base/bound-value.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import { ConfigurationError } from "../../base/errors.ts";
import { timestampAsText } from "../../types/timestamp.ts";

export const bindRaw = (value: BoundValue): BoundValue => {
  if (value instanceof TypedValue)
    throw new ConfigurationError(
      "sql.typed() is for types of PostgreSQL's; SQLite has none of them. Pass a plain value, or JSON.stringify(value).",
    );
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? timestampAsText.encode!(value as never) : value;
};
