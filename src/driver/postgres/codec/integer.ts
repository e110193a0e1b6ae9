/** int2, int4, int8, oid and their kin. Four bytes and less are numbers; eight are bigint, or by choice a number where it is exact. */
import { UnreadableValue } from "../../../base/errors.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import type { TextForm } from "./codec-options.ts";
import { type BinaryForm, type WireCodec, wireCodec } from "./codec.ts";

/** A whole number in the given range, from a number or bigint; everything else is refused. */
const wholeNumber = (value: unknown, min: number, max: number): number => {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value === 0 ? 0 : value;
  if (typeof value === "bigint" && value >= min && value <= max) return Number(value);
  const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
  throw new EncodingProblem(`expects an integer from ${min} to ${max}, got ${isWhole ? "one outside of them" : describe(value)}`);
};

/** The text, which must be an integer's. The engine's own errors would quote it. */
const digits = (text: string): string => {
  if (/^-?\d+$/.test(text)) return text;
  throw new UnreadableValue("An integer of the server is not written as one.");
};

const bigintOf = (text: string): bigint => BigInt(digits(text));

const textForm = (min: number, max: number): TextForm => ({
  decode: (text) => Number(digits(text)),
  encode: (value) => String(wholeNumber(value, min, max)),
});

const int2Binary: BinaryForm = {
  sizeBytes: 2,
  decode: (buffer, start) => ((buffer[start]! << 24) >> 16) | buffer[start + 1]!,
  encode: (writer, value) => writer.int16(wholeNumber(value, -32_768, 32_767)),
};

const int4Binary: BinaryForm = {
  sizeBytes: 4,
  decode: (buffer, start) => (buffer[start]! << 24) | (buffer[start + 1]! << 16) | (buffer[start + 2]! << 8) | buffer[start + 3]!,
  encode: (writer, value) => writer.int32(wholeNumber(value, -0x8000_0000, 0x7fff_ffff)),
};

const uint32Binary: BinaryForm = {
  sizeBytes: 4,
  decode: (buffer, start) => buffer.readUInt32BE(start),
  encode: (writer, value) => writer.int32(wholeNumber(value, 0, 0xffff_ffff)),
};

export const int2: WireCodec = wireCodec({ name: "int2", oid: 21, text: textForm(-32_768, 32_767), binary: int2Binary });
export const int4: WireCodec = wireCodec({ name: "int4", oid: 23, text: textForm(-0x8000_0000, 0x7fff_ffff), binary: int4Binary });

/** Object identifiers, transaction and command ids: unsigned. */
export const uint32Codecs: readonly WireCodec[] = [
  { name: "oid", oid: 26 },
  { name: "xid", oid: 28 },
  { name: "cid", oid: 29 },
].map(({ name, oid }) => wireCodec({ name, oid, text: textForm(0, 0xffff_ffff), binary: uint32Binary }));

const min64 = -(2n ** 63n);
const max64 = 2n ** 63n - 1n;

const wide = (value: unknown, min: bigint, max: bigint): bigint => {
  if (typeof value === "number" && !Number.isInteger(value)) throw new EncodingProblem(`expects an integer, got ${describe(value)}`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new EncodingProblem("expects a bigint for integers above 2^53, got a number that is not exact");
  }
  if (typeof value !== "number" && typeof value !== "bigint") throw new EncodingProblem(`expects an integer, got ${describe(value)}`);
  const whole = BigInt(value);
  if (whole < min || whole > max) throw new EncodingProblem(`expects an integer from ${min} to ${max}, got one outside of them`);
  return whole;
};

const exactNumber = (value: bigint): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new UnreadableValue("A 64-bit integer above 2^53 cannot be read as a number. Read 64-bit integers as bigint.");
};

const int8Encode: BinaryForm["encode"] = (writer, value) => {
  if (typeof value === "number" && Number.isSafeInteger(value)) writer.int64Number(value);
  else writer.int64(wide(value, min64, max64));
};

const readInt64AsNumber: BinaryForm["decode"] = (buffer, start) => {
  const number = buffer.readInt32BE(start) * 0x1_0000_0000 + buffer.readUInt32BE(start + 4);
  return Number.isSafeInteger(number) ? number : exactNumber(buffer.readBigInt64BE(start));
};

/** `bigint` always, or `number` with `UnreadableValue` for what a number cannot hold. */
export const int8 = (as: "bigint" | "number"): WireCodec =>
  wireCodec({
    name: "int8",
    oid: 20,
    text: {
      decode: as === "bigint" ? bigintOf : (text) => exactNumber(bigintOf(text)),
      encode: (value) => String(wide(value, min64, max64)),
    },
    binary: {
      sizeBytes: 8,
      decode: as === "bigint" ? (buffer, start) => buffer.readBigInt64BE(start) : readInt64AsNumber,
      encode: int8Encode,
    },
  });

/** 64-bit transaction ids: unsigned, always bigint. */
export const xid8: WireCodec = wireCodec({
  name: "xid8",
  oid: 5069,
  text: { decode: bigintOf, encode: (value) => String(wide(value, 0n, 2n ** 64n - 1n)) },
  binary: {
    sizeBytes: 8,
    decode: (buffer, start) => buffer.readBigUInt64BE(start),
    encode: (writer, value) => writer.int64(wide(value, 0n, 2n ** 64n - 1n)),
  },
});
