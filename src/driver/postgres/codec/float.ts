/** float4 and float8 as numbers, NaN, the infinities and -0 included. A float4 is the number that it is exactly: 0.1 comes back as 0.10000000149011612. */
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

const parse = (text: string): number => {
  if (text === "NaN") return NaN;
  return Number(text);
};

/** PostgreSQL's spelling is JavaScript's, but for the sign of zero. */
const print = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

const float = (value: unknown): number => {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" && BigInt(Number(value)) === value) return Number(value);
  throw new EncodingProblem(
    `expects a number, got ${typeof value === "bigint" ? "a bigint that a float cannot hold exactly" : describe(value)}`,
  );
};

/** Rounds to the nearest float4, as the server would; refuses what would become infinite. */
const singleFloat = (value: unknown): number => {
  const given = float(value);
  const single = Math.fround(given);
  if (Number.isFinite(given) && !Number.isFinite(single))
    throw new EncodingProblem("expects a number that fits 32-bit floats, got a larger one");
  if (given !== 0 && single === 0) throw new EncodingProblem("expects a number that fits 32-bit floats, got a smaller one");
  return single;
};

export const float8: WireCodec = wireCodec({
  name: "float8",
  oid: 701,
  text: { decode: parse, encode: (value) => print(float(value)) },
  binary: {
    sizeBytes: 8,
    decode: (buffer, start) => buffer.readDoubleBE(start),
    encode: (writer, value) => writer.float64(float(value)),
  },
});

export const float4: WireCodec = wireCodec({
  name: "float4",
  oid: 700,
  text: { decode: (text) => Math.fround(parse(text)), encode: (value) => print(singleFloat(value)) },
  binary: {
    sizeBytes: 4,
    decode: (buffer, start) => buffer.readFloatBE(start),
    encode: (writer, value) => writer.float32(singleFloat(value)),
  },
});
