/** Times of day as text, `HH:MM:SS` with up to six more digits. Trailing zeros of the fraction go, so that equal times are equal texts. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

const form = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/;

export const timeProblem = (_type: ColumnType, value: unknown): string | null => {
  if (typeof value !== "string") return `expects a time as a string 'HH:MM:SS', got ${describe(value)}`;
  return form.test(value) ? null : "expects a time from '00:00:00' to '23:59:59.999999', got another string";
};

const trimmed = (value: string): string => (value.length > 8 ? value.replace(/\.?0+$/, "") : value);

export const timeAsText: Codec = {
  encode: (value: string): string => {
    const problem = timeProblem({ kind: "time" }, value);
    if (problem !== null) throw new ValueProblem(problem);
    return trimmed(value);
  },
  decode: null,
};
