/** Values of raw SQL: booleans and dates in the form in which columns hold them, everything else as it is. */
import type { BoundValue } from "../../base/bound-value.ts";
import { timestampAsText } from "../../types/timestamp.ts";

export const bindRaw = (value: BoundValue): BoundValue => {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? timestampAsText.encode!(value as never) : value;
};
