/**
 * Parameters whose type the caller has not named: they travel as text, and the server infers their types from the statement.
 * The same value is always written in the same way, whatever the server inferred, so that the first execution and the later ones agree.
 */
import type { ParameterCodec } from "../protocol/bind.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";

const textOfDate = (value: Date): string => {
  const time = value.getTime();
  if (Number.isNaN(time)) throw new EncodingProblem("is an invalid Date");
  const iso = value.toISOString();
  const year = value.getUTCFullYear();
  if (year > 0 && year <= 9999) return iso;
  // Years outside 0..9999 have a sign and six digits in ISO; PostgreSQL wants the plain year, and BC behind. It knows no year 0.
  const rest = iso.slice(year === 0 ? 4 : 7);
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, "0")}${rest} BC`;
};

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

const textOfArray = (values: readonly unknown[]): string => {
  const elements = Array.from(values, (value) => {
    if (value === null || value === undefined) return "NULL";
    if (Array.isArray(value)) return textOfArray(value);
    return quoted(textOf(value));
  });
  return `{${elements.join(",")}}`;
};

/** A value as PostgreSQL spells it. Throws `EncodingProblem` for what it has no form for. */
export const textOf = (value: unknown): string => {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "t" : "f";
    default:
  }
  if (value instanceof Date) return textOfDate(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  if (Array.isArray(value)) return textOfArray(value);
  throw new EncodingProblem(`is ${describe(value)}, which PostgreSQL has no form for`);
};

export const untypedParameter: ParameterCodec = {
  name: "unknown",
  parameterFormat: 0,
  encode: (writer: ByteWriter, value: unknown): void => writer.text(textOf(value)),
};
