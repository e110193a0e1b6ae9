/** Whether a JavaScript value belongs in a column, by the column's kind and its options. */
import { booleanProblem } from "./boolean.ts";
import { bytesProblem } from "./bytes.ts";
import { type ColumnType, describe, type Kind } from "./column-type.ts";
import { dateProblem } from "./date.ts";
import { decimalProblem } from "./decimal.ts";
import { floatProblem } from "./float.ts";
import { bigintProblem, integerProblem } from "./integer.ts";
import { jsonProblem } from "./json.ts";
import { isStorableText, textProblem } from "./text.ts";
import { timeProblem } from "./time.ts";
import { timestampProblem } from "./timestamp.ts";
import { uuidProblem } from "./uuid.ts";

const arrayProblem = ({ element }: ColumnType, value: unknown): string | null => {
  if (!Array.isArray(value)) return `expects an array, got ${describe(value)}`;
  if (element === undefined) return null;
  for (const [index, item] of (value as unknown[]).entries()) {
    const problem = item === null ? null : problemWith(element, item);
    if (problem !== null) return `${problem} (element ${index + 1})`;
  }
  return null;
};

const problems: Readonly<Record<Kind, (type: ColumnType, value: unknown) => string | null>> = {
  int: integerProblem,
  bigint: bigintProblem,
  float: floatProblem,
  decimal: decimalProblem,
  text: textProblem,
  bool: booleanProblem,
  uuid: uuidProblem,
  timestamp: timestampProblem,
  date: dateProblem,
  time: timeProblem,
  json: jsonProblem,
  bytes: bytesProblem,
  array: arrayProblem,
};

/**
 * What is wrong with a value that is not null, as half a sentence without the value: "expects an integer, got a string".
 * `null` when it belongs. Null itself is the caller's to judge.
 */
export const problemWith = (type: ColumnType, value: unknown): string | null => problems[type.kind](type, value);

/** What is wrong with a value, as `problemWith` says it, of one type. */
export type Check = (value: unknown) => string | null;

/**
 * `problemWith` for one type, made once for a column: it takes what plainly belongs without asking further, which halves the time to make an instance
 * (`npm run bench -- bulk-10000`).
 */
export const checkOf = (type: ColumnType): Check => {
  const { kind, min, max, minLength, maxLength = Infinity } = type;
  const isBounded = min !== undefined || max !== undefined;
  const slow: Check = (value) => problemWith(type, value);
  if (kind === "int" && type.size !== 2 && !isBounded)
    return (value) => (typeof value === "number" && (value | 0) === value ? null : slow(value));
  if (kind === "float" && !isBounded) return (value) => (typeof value === "number" ? null : slow(value));
  if (kind === "bool") return (value) => (typeof value === "boolean" ? null : slow(value));
  if (kind !== "text" || minLength !== undefined || type.pattern !== undefined || type.values !== undefined) return slow;
  return (value) => (typeof value === "string" && value.length <= maxLength && isStorableText(value) ? null : slow(value));
};
