/** The inclusive bounds `min` and `max` of a number column. */
import type { ColumnType } from "./column-type.ts";

export const rangeProblem = ({ min, max }: ColumnType, value: number): string | null => {
  if (min !== undefined && value < min) return `expects at least ${min}, got less`;
  return max !== undefined && value > max ? `expects at most ${max}, got more` : null;
};
