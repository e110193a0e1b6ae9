/** Floating-point numbers of 64 bits. `-0` is a value like any other here, but databases may give it back as `0`. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";
import { rangeProblem } from "./range.ts";

export const floatProblem = (type: ColumnType, value: unknown): string | null => {
  if (typeof value !== "number") return `expects a number, got ${describe(value)}`;
  if (Number.isNaN(value) && (type.min !== undefined || type.max !== undefined)) return "expects a number within its bounds, got NaN";
  return rangeProblem(type, value);
};

/** Refuses NaN, which SQLite would store as NULL. */
export const floatCodec: Codec = {
  encode: (value: number): number => {
    if (typeof value === "number" && !Number.isNaN(value)) return value;
    throw new ValueProblem(`expects a number, got ${describe(value)}`);
  },
  decode: (stored: number | bigint): number => (typeof stored === "number" ? stored : Number(stored)),
};
