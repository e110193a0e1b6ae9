/** What one column holds when a result is read by columns: the types of Arrow that columns of models have. */
import { BugError } from "../../base/errors.ts";
import type { ColumnType } from "../../types/column-type.ts";

/**
 * `int` of 64 bits is a number that the database counted or added up, `bigint` a column of 64 bits. Dates are days since 1970, times microseconds since
 * midnight, timestamps microseconds since 1970, in UTC or on no clock in particular.
 */
export type ColumnFormat =
  | { readonly kind: "int"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  | { readonly kind: "bigint" | "bool" | "text" | "json" | "bytes" | "uuid" | "date" | "time" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "timestamp"; readonly zone: "UTC" | null }
  | { readonly kind: "list"; readonly items: ColumnFormat };

/** The digits that 128 bits hold. */
export const maxPrecision = 38;

/** Decimals without a known number of digits, or with too many, are their text. */
export const decimalFormat = (precision: number | undefined, scale: number): ColumnFormat =>
  precision === undefined || precision > maxPrecision || scale < 0 || scale > precision
    ? { kind: "text" }
    : { kind: "decimal", precision, scale };

/** `isStored`: a column of a table. What is computed of integers may be greater than they are. */
export const formatOf = (type: ColumnType, isStored: boolean): ColumnFormat => {
  switch (type.kind) {
    case "int":
      return { kind: "int", bits: !isStored ? 64 : type.size === 2 ? 16 : 32 };
    case "float":
      return { kind: "float", bits: 64 };
    case "decimal":
      return decimalFormat(isStored ? type.precision : undefined, type.scale ?? 0);
    case "timestamp":
      return { kind: "timestamp", zone: "UTC" };
    case "array":
      if (type.element?.kind === "array") throw new BugError("a column holds arrays of arrays.");
      return { kind: "list", items: formatOf(type.element ?? { kind: "text" }, isStored) };
    default:
      return { kind: type.kind };
  }
};

const sqlNames: Readonly<Record<string, string>> = {
  bigint: "an integer of 64 bits",
  bool: "a boolean",
  text: "a text",
  json: "JSON",
  bytes: "bytes",
  uuid: "a UUID",
  date: "a day",
  time: "a time of day",
  timestamp: "a timestamp",
  list: "an array of one dimension",
};

/** The format as a person would say it, for messages. */
export const formatName = (format: ColumnFormat): string => {
  if (format.kind === "int") return `an integer of ${format.bits} bits`;
  if (format.kind === "float") return `a number of ${format.bits} bits`;
  if (format.kind === "decimal") return `a decimal number of ${format.precision} digits, ${format.scale} of them behind the point`;
  return sqlNames[format.kind]!;
};
