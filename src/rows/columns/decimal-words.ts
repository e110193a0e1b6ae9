/** Decimals of 128 bits: a whole number in units of the last digit, as four words of 32 bits, the lowest first, in two's complement. */
import { ValueProblem } from "../../types/column-type.ts";

const wordMask = 0xffff_ffffn;
const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

export const writeDecimal = (words: Uint32Array, row: number, value: bigint): void => {
  const bits = BigInt.asUintN(128, value);
  for (let word = 0; word < 4; word++) words[row * 4 + word] = Number((bits >> BigInt(word * 32)) & wordMask);
};

/** A whole number that a double holds exactly. */
const writeSmall = (words: Uint32Array, row: number, value: number): void => {
  const at = row * 4;
  const high = Math.floor(value / 0x1_0000_0000);
  // Both are cut to 32 bits by the array, and the sign goes on through the upper half.
  words[at] = value - high * 0x1_0000_0000;
  words[at + 1] = high;
  words[at + 2] = words[at + 3] = value < 0 ? 0xffff_ffff : 0;
};

export const readDecimal = (words: Uint32Array, row: number): bigint => {
  let bits = 0n;
  for (let word = 3; word >= 0; word--) bits = (bits << 32n) | BigInt(words[row * 4 + word]!);
  return BigInt.asIntN(128, bits);
};

/** `12345n` with two digits behind the point is "123.45". */
export const decimalText = (value: bigint, scale: number): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

const form = /^([+-]?)(\d+)(?:\.(\d*))?$/;

const noNumber = (name: string): ValueProblem =>
  new ValueProblem(`cannot be read: '${name}' holds something that is no decimal number, such as NaN`);

/** A decimal from its digits. Throws `ValueProblem` for more of them than the column has, and for NaN and the infinities. */
export const parseDecimal = (text: string, precision: number, scale: number, name: string): bigint => {
  const found = form.exec(text);
  if (found === null) throw noNumber(name);
  const [, sign, whole = "", behind = ""] = found;
  const fraction = behind.length > scale ? behind.replace(/0+$/, "") : behind;
  const value = BigInt(whole + fraction.padEnd(scale, "0"));
  if (fraction.length > scale || value >= 10n ** BigInt(precision))
    throw new ValueProblem(`does not fit: '${name}' holds decimals of ${precision} digits, ${scale} of them behind the point`);
  return sign === "-" ? -value : value;
};

/** The same from the bytes of a text. Most numbers have few enough digits for a double, and become no string. */
export const readDecimalText = (
  bytes: Buffer,
  start: number,
  end: number,
  words: Uint32Array,
  row: number,
  { precision, scale }: { readonly precision: number; readonly scale: number },
  name: string,
): void => {
  const slowly = (): bigint => parseDecimal(bytes.toString("latin1", start, end), precision, scale, name);
  const isNegative = bytes[start] === 0x2d;
  const first = isNegative ? start + 1 : start;
  if (end - first + scale >= 15 || first === end) return writeDecimal(words, row, slowly());
  let value = 0;
  let point = end;
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2 && point === end) point = at;
    else point = -1;
  }
  const behind = point === end ? 0 : end - point - 1;
  const scaled = value * powers[Math.max(0, scale - behind)]!;
  const isPlain = point > first && behind <= scale && (precision >= 15 || scaled < powers[precision]!);
  if (isPlain) writeSmall(words, row, isNegative ? -scaled : scaled);
  else writeDecimal(words, row, slowly());
};
