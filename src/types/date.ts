/** Calendar days as text, `YYYY-MM-DD`: a day has no time zone, so it is no `Date`. */
import { isDay } from "./calendar.ts";
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

export const dateProblem = (_type: ColumnType, value: unknown): string | null => {
  if (typeof value !== "string") return `expects a day as a string 'YYYY-MM-DD', got ${describe(value)}`;
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return "expects a day of the form 'YYYY-MM-DD', got another string";
  const exists = isDay(Number(value.slice(0, 4)), Number(value.slice(5, 7)), Number(value.slice(8)));
  return exists ? null : "expects a day that exists, got one that the calendar does not have";
};

export const dateAsText: Codec = {
  encode: (value: string): string => {
    const problem = dateProblem({ kind: "date" }, value);
    if (problem !== null) throw new ValueProblem(problem);
    return value;
  },
  // A timestamp begins with its day.
  decode: (stored: string): string => (stored.length > 10 ? stored.slice(0, 10) : stored),
};
