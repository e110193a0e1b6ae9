/** `true` and `false`, stored as 1 and 0. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

export const booleanProblem = (_type: ColumnType, value: unknown): string | null =>
  typeof value === "boolean" ? null : `expects true or false, got ${describe(value)}`;

export const booleanAsInteger: Codec = {
  encode: (value: boolean): number => {
    if (value === true) return 1;
    if (value === false) return 0;
    throw new ValueProblem(booleanProblem({ kind: "bool" }, value)!);
  },
  // Anything but zero is true, as SQLite itself reads it.
  decode: (stored: number | bigint | boolean): boolean => stored !== 0 && stored !== 0n && stored !== false,
};
