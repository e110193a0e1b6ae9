/**
 * A value cannot be written in the form its type needs. The message is half a sentence without the value ("expects an integer, got a string");
 * whoever knows the parameter's number and type makes the whole one.
 */
export class EncodingProblem extends Error {
  override readonly name = "EncodingProblem";
}

/** The name of a value's type for messages, as a person would say it. Never the value itself. */
export const describe = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "number") return !Number.isFinite(value) ? String(value) : Number.isInteger(value) ? "an integer" : "a fraction";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};
