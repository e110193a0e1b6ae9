/**
 * Values on their way into SQLite.
 *
 * Both libraries bind every JavaScript number as REAL, which a TEXT column would keep as "1.0" and a division would not truncate.
 * Here a whole number is an INTEGER, as it is for PostgreSQL, and everything else is what it looks like.
 */
import type { BoundValue } from "../../base/bound-value.ts";
import { QueryError } from "../../base/errors.ts";
import type { StoredValue } from "./binding.ts";

const largest = 2n ** 63n - 1n;
const smallest = -(2n ** 63n);

/** Throws `QueryError` naming the number of the parameter, never its value. */
export const toStoredValues = (values: readonly BoundValue[], sql: string): StoredValue[] => {
  const stored = new Array<StoredValue>(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as BoundValue;
    if (typeof value === "string")
      stored[index] = isStorable(value) ? value : refuse(index, "text with a NUL character or half a surrogate pair", sql);
    else if (typeof value === "number") stored[index] = toStoredNumber(value, index, sql);
    else if (value === null) stored[index] = null;
    else stored[index] = toStoredOther(value, index, sql);
  }
  return stored;
};

/** The same for `count` values from `start`, whose texts have been checked. */
export const storedSlice = (values: readonly BoundValue[], start: number, count: number, sql: string): StoredValue[] => {
  const stored = new Array<StoredValue>(count);
  for (let index = 0; index < count; index++) {
    const value = values[start + index] as BoundValue;
    if (typeof value === "string" || value === null) stored[index] = value;
    else stored[index] = typeof value === "number" ? toStoredNumber(value, index, sql) : toStoredOther(value, index, sql);
  }
  return stored;
};

/** SQLite's own functions stop at a NUL, and half a surrogate pair would be replaced on its way to UTF-8. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

const toStoredNumber = (value: number, index: number, sql: string): StoredValue => {
  // Minus zero is a float by nature: an integer would lose its sign.
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? value : BigInt(value);
  return Number.isNaN(value) ? refuse(index, "NaN, which SQLite would store as NULL", sql) : value;
};

const toStoredOther = (value: BoundValue, index: number, sql: string): StoredValue => {
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "bigint") {
    return value <= largest && value >= smallest ? value : refuse(index, "an integer of more than 64 bits", sql);
  }
  if (value instanceof Uint8Array) return value;
  return refuse(index, unbindable(value), sql);
};

const unbindable = (value: unknown): string => {
  if (value === undefined) return "undefined";
  if (value instanceof Date) return "a Date";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};

const refuse = (index: number, what: string, sql: string): never => {
  throw new QueryError(
    `Parameter ${index + 1} is ${what}, and SQLite cannot store it as it is. ` +
      "Bind a string, a number, a bigint, a boolean, bytes (Uint8Array) or null.",
    { sql },
  );
};
