/**
 * numeric as the string that PostgreSQL prints, every digit kept: "12.50", "NaN", "-Infinity".
 *
 * In binary a numeric is groups of four decimal digits, the first of them worth 10000^weight, and the number of digits to show behind the point:
 *
 *   12345.50  →  ndigits 3 · weight 1 · sign 0 · scale 2 · 0001 2345 5000
 */
import { UnreadableValue } from "../../../base/errors.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

const negativeSign = 0x4000;
const special: Readonly<Record<number, string>> = { 0xc000: "NaN", 0xd000: "Infinity", 0xf000: "-Infinity" };
const specialSigns: Readonly<Record<string, number>> = { NaN: 0xc000, Infinity: 0xd000, "-Infinity": 0xf000 };

const broken = (): UnreadableValue => new UnreadableValue("A numeric value of the server has another length than it says.");

const decode = (buffer: Buffer, start: number, end: number): string => {
  if (end - start < 8) throw broken();
  const count = buffer.readUInt16BE(start);
  const weight = buffer.readInt16BE(start + 2);
  const sign = buffer.readUInt16BE(start + 4);
  const scale = buffer.readUInt16BE(start + 6);
  if (special[sign] !== undefined) return special[sign];
  if (end - start !== 8 + count * 2) throw broken();
  const group = (index: number): string =>
    index < 0 || index >= count ? "0000" : String(buffer.readUInt16BE(start + 8 + index * 2)).padStart(4, "0");

  let whole = "";
  for (let index = 0; index <= weight; index++) whole += group(index);
  let fraction = "";
  for (let index = weight + 1; fraction.length < scale; index++) fraction += group(index);
  const digits = whole.replace(/^0+(?=\d)/, "") || "0";
  return `${sign === negativeSign ? "-" : ""}${digits}${scale > 0 ? `.${fraction.slice(0, scale)}` : ""}`;
};

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** The text of a numeric parameter, checked. Strings are in SQL's own spelling, with or without an exponent. */
const numericText = (value: unknown): string => {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value !== "string") throw new EncodingProblem(`expects a decimal number as a string, got ${describe(value)}`);
  if (Object.hasOwn(specialSigns, value)) return value;
  const match = form.exec(value);
  if (match === null || `${match[2]}${match[3] ?? ""}` === "")
    throw new EncodingProblem("expects a decimal number, got a string that is none");
  return value;
};

/** Digits without point and exponent: `whole` and `fraction` together, the point moved by the exponent. */
const expand = (text: string): { isNegative: boolean; whole: string; fraction: string } => {
  const [, sign, before = "", after = "", exponent = "0"] = form.exec(text)!;
  const shift = Number(exponent);
  if (Math.abs(shift) > 200_000) throw new EncodingProblem("expects a decimal number with an exponent that PostgreSQL can hold");
  const digits = before + after;
  const point = before.length + shift;
  const whole = point <= 0 ? "" : digits.slice(0, point).padEnd(point, "0");
  const fraction = point >= digits.length ? "" : "0".repeat(Math.max(0, -point)) + digits.slice(Math.max(0, point));
  return { isNegative: sign === "-", whole: whole.replace(/^0+/, ""), fraction };
};

const encode = (writer: ByteWriter, value: unknown): void => {
  const text = numericText(value);
  if (Object.hasOwn(specialSigns, text)) {
    for (const part of [0, 0, specialSigns[text]!, 0]) writer.int16(part);
    return;
  }
  const { isNegative, whole, fraction } = expand(text);
  if (whole.length > 131_072 || fraction.length > 16_383)
    throw new EncodingProblem("expects a decimal number with digits that PostgreSQL can hold");
  const front = whole.padStart(Math.ceil(whole.length / 4) * 4, "0");
  const digits = front + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, "0");
  const groups: number[] = [];
  for (let index = 0; index < digits.length; index += 4) groups.push(Number(digits.slice(index, index + 4)));
  let weight = front.length / 4 - 1;
  while (groups.length > 0 && groups[0] === 0) {
    groups.shift();
    weight--;
  }
  while (groups.at(-1) === 0) groups.pop();
  writer.int16(groups.length);
  writer.int16(groups.length === 0 ? 0 : weight);
  writer.int16(isNegative && groups.length > 0 ? negativeSign : 0);
  writer.int16(fraction.length);
  for (const group of groups) writer.int16(group);
};

/** Text in results and parameters: the string is what is wanted, and it is there already. Arrays of it travel in binary. */
export const numeric: WireCodec = wireCodec({
  name: "numeric",
  oid: 1700,
  text: { decode: (text) => text, encode: numericText },
  binary: { decode, encode },
  resultFormat: 0,
  parameterFormat: 0,
});
