/** Whole numbers: `int` of 16 or 32 bits as a number, `bigint` of 64 bits as a bigint. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";
import { rangeProblem } from "./range.ts";

const limits = { 2: [-32768, 32767], 4: [-2147483648, 2147483647] } as const;
const int64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

const limitProblem = (value: number, size: 2 | 4): string | null => {
  const [low, high] = limits[size];
  if (Number.isInteger(value) && value >= low && value <= high) return null;
  return `expects an integer between ${low} and ${high}, got ${Number.isInteger(value) ? "one outside of that" : describe(value)}`;
};

const storageProblem = (type: ColumnType, value: unknown): string | null =>
  typeof value === "number" ? limitProblem(value, type.size ?? 4) : `expects an integer, got ${describe(value)}`;

export const integerProblem = (type: ColumnType, value: unknown): string | null =>
  storageProblem(type, value) ?? rangeProblem(type, value as number);

export const bigintProblem = (_type: ColumnType, value: unknown): string | null => {
  if (typeof value !== "bigint") return `expects a bigint, got ${describe(value)}`;
  return value >= int64[0] && value <= int64[1] ? null : "expects a bigint of 64 bits, got a greater one";
};

/** A column of SQLite may hold any 64 bits, whatever its model says; a sum may be as large anywhere. */
const numberOf = (stored: bigint): number => {
  const value = Number(stored);
  if (Number.isSafeInteger(value)) return value;
  throw new ValueProblem("cannot be read: it is a whole number beyond 2^53, which a number would round; bigint() reads it");
};

/** Integers travel as they are. A driver that reads 64-bit integers gives bigints for all of them, so both are understood. */
export const integerCodec = (type: ColumnType): Codec => ({
  encode: (value: number): number => {
    const problem = storageProblem(type, value);
    if (problem !== null) throw new ValueProblem(problem);
    return value;
  },
  decode: (stored: number | bigint): number => (typeof stored === "number" ? stored : numberOf(stored)),
  onlyChecks: true,
});

/** Takes bigints, and whole numbers that are exact; gives bigints, also for integers that a database wrote as text. */
export const bigintCodec: Codec = {
  encode: (value: bigint | number): bigint => {
    const whole = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
    const problem = bigintProblem({ kind: "bigint" }, whole);
    if (problem !== null) throw new ValueProblem(problem);
    return whole as bigint;
  },
  decode: (stored: bigint | number | string): bigint => (typeof stored === "bigint" ? stored : BigInt(stored)),
  onlyChecks: true,
};
