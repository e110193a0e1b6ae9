/** Text that every database can hold: no NUL character and no lone surrogate. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

// ES2024, in every Node that Petrel runs on; the `lib` of older projects does not know it.
interface WellFormed {
  isWellFormed(): boolean;
}

/** Whether `text` holds half of a surrogate pair, which is no Unicode. */
export const isTorn = (text: string): boolean => !(text as unknown as WellFormed).isWellFormed();

/** Whether every database can hold the text. */
export const isStorableText = (text: string): boolean => !text.includes("\0") && !isTorn(text);

const storageProblem = (value: unknown): string | null => {
  if (typeof value !== "string") return `expects a string, got ${describe(value)}`;
  if (value.includes("\0")) return "expects text without NUL characters, got one at least";
  return isTorn(value) ? "expects well-formed Unicode, got a lone surrogate" : null;
};

/** Unicode code points, as PostgreSQL and SQLite count them. */
const lengthOf = (value: string): number => {
  let length = 0;
  for (const _ of value) length++;
  return length;
};

/** Counts only when the number of UTF-16 units does not tell already: a string has between half as many code points and as many. */
const lengthProblem = ({ minLength, maxLength }: ColumnType, value: string): string | null => {
  if (maxLength !== undefined && value.length > maxLength) {
    const length = lengthOf(value);
    if (length > maxLength) return `expects at most ${maxLength} characters, got ${length}`;
  }
  if (minLength === undefined || value.length >= minLength * 2) return null;
  const length = lengthOf(value);
  return length < minLength ? `expects at least ${minLength} characters, got ${length}` : null;
};

export const textProblem = (type: ColumnType, value: unknown): string | null => {
  const problem = storageProblem(value);
  if (problem !== null) return problem;
  const text = value as string;
  if (type.values !== undefined && !type.values.includes(text)) {
    return `expects one of ${type.values.map((it) => `'${it}'`).join(", ")}, got another string`;
  }
  const wrongLength = lengthProblem(type, text);
  if (wrongLength !== null || type.pattern === undefined) return wrongLength;
  return type.pattern.test(text) ? null : `expects text that matches ${String(type.pattern)}, got another string`;
};

export const textCodec: Codec = {
  encode: (value: string): string => {
    const problem = storageProblem(value);
    if (problem !== null) throw new ValueProblem(problem);
    return value;
  },
  decode: null,
  onlyChecks: true,
};
