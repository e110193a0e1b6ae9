/**
 * What a column holds, as plain data: no database in it, and no TypeScript type either.
 * A dialect picks the `Codec` that carries such values to and from its own storage.
 */
import type { BoundValue } from "../base/bound-value.ts";

export type Kind =
  | "int"
  | "bigint"
  | "float"
  | "decimal"
  | "text"
  | "bool"
  | "uuid"
  | "timestamp"
  | "date"
  | "time"
  | "json"
  | "bytes"
  | "array";

export interface ColumnType {
  readonly kind: Kind;
  /** Bytes of an integer: 2 or 4. 4 when absent. */
  readonly size?: 2 | 4;
  /** Decimal digits in all, and behind the point. Always given for `decimal` columns; absent where an aggregate makes the number. */
  readonly precision?: number;
  readonly scale?: number;
  /** The only texts allowed (`oneOf`). */
  readonly values?: readonly string[];
  /** The type of an array's elements. */
  readonly element?: ColumnType;
  readonly min?: number;
  readonly max?: number;
  /** Lengths are counted in characters (Unicode code points), as PostgreSQL and SQLite count them. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  /** What the database itself calls the type, where that is another than the kind's own. */
  readonly databaseType?: string;
}

/**
 * Carries the values of one column type to a database's storage and back.
 * Both functions see no `null`: NULL is `null` on both sides. `null` in place of a function means the value travels as it is.
 */
export interface Codec {
  /** Throws `ValueProblem` for a value that the storage cannot hold exactly. */
  readonly encode: ((value: never) => BoundValue) | null;
  readonly decode: ((stored: never) => unknown) | null;
  /** `encode` only checks: every value that `problemWith` accepts travels as it is. */
  readonly onlyChecks?: true;
}

/** A value does not fit. The message is half a sentence without the value ("expects an integer, got a string"); the caller adds the model and property. */
export class ValueProblem extends Error {
  override readonly name = "ValueProblem";
}

/** The name of a value's type for messages, as a person would say it. Never the value itself. */
export const describe = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a fraction";
  if (typeof value === "undefined") return "undefined";
  if (typeof value === "object") {
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    return typeof name === "string" && name !== "Object" && /^\w{1,40}$/.test(name) ? `an instance of ${name}` : "an object";
  }
  return typeof value === "string" ? "a string" : `a ${typeof value}`;
};
