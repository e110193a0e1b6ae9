/** Values of Arrow's types as a model has them. */
import { decimalText } from "../rows/columns/decimal-words.ts";
import type { ColumnType } from "../types/column-type.ts";
import type { Arrow, DataType, Vector } from "./apache-arrow.ts";

/** Never sees NULL. Throws for a value that cannot be read; the checks of the column itself come later. */
export type Convert = (value: unknown) => unknown;

const same: Convert = (value) => value;

/** Integers below 2^53 as numbers; greater ones stay what they are, and are refused by the column. */
const asNumber: Convert = (value) => (typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value);
const asBigint: Convert = (value) => BigInt(value as number | bigint);

/** Words of 32 bits, the lowest first, in two's complement. */
const wholeOf = (words: ArrayLike<number>): bigint => {
  let bits = 0n;
  for (let at = words.length - 1; at >= 0; at--) bits = (bits << 32n) | BigInt(words[at]! >>> 0);
  return BigInt.asIntN(words.length * 32, bits);
};

const dayText: Convert = (ms) => {
  const text = new Date(ms as number).toISOString();
  // Years of more than four digits begin with a sign.
  if (/^[+-]/.test(text)) throw new RangeError("a year of more than four digits");
  return text.slice(0, 10);
};

/** Ticks of a second's part since midnight: `08:30:00.25`. */
const timeText =
  (ticksPerSecond: number): Convert =>
  (ticks) => {
    const micros = Math.floor((Number(ticks) * 1_000_000) / ticksPerSecond);
    if (micros < 0 || micros >= 86_400_000_000) throw new RangeError("a time beyond the day");
    const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(11, 19);
    const fraction = String(micros % 1_000_000)
      .padStart(6, "0")
      .replace(/0+$/, "");
    return fraction === "" ? whole : `${whole}.${fraction}`;
  };

const uuidText: Convert = (bytes) => {
  const hex = Buffer.from(bytes as Uint8Array).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

const instant: Convert = (ms) => new Date(Math.floor(ms as number));
const document: Convert = (text) => JSON.parse(text as string) as unknown;
const ownBytes: Convert = (bytes) => new Uint8Array(bytes as Uint8Array);

/** Seconds, milliseconds, microseconds, nanoseconds: the units of Arrow, by number. */
const ticks = [1, 1000, 1_000_000, 1_000_000_000];

/** From the values of an Arrow type to those of a column; `null` where they do not go together. */
export const convertersOf = (arrow: Arrow, column: ColumnType, type: DataType): Convert | null => {
  const { DataType: Is } = arrow;
  if (Is.isDictionary(type)) return convertersOf(arrow, column, type.dictionary as DataType);
  // A column without any value fits everywhere.
  if (Is.isNull(type)) return same;
  const isText = Is.isUtf8(type) || Is.isLargeUtf8(type);
  switch (column.kind) {
    case "int":
      return Is.isInt(type) ? asNumber : null;
    case "bigint":
      return Is.isInt(type) ? asBigint : null;
    case "float":
      return Is.isFloat(type) ? same : Is.isInt(type) ? asNumber : null;
    case "decimal":
      if (Is.isDecimal(type)) return (words) => decimalText(wholeOf(words as ArrayLike<number>), type.scale);
      return isText ? same : Is.isInt(type) ? String : null;
    case "text":
      return isText ? same : null;
    case "bool":
      return Is.isBool(type) ? same : null;
    case "uuid":
      return isText ? same : Is.isFixedSizeBinary(type) && type.byteWidth === 16 ? uuidText : null;
    case "timestamp":
      return Is.isTimestamp(type) || Is.isDate(type) ? instant : null;
    case "date":
      return Is.isDate(type) ? dayText : isText ? same : null;
    case "time":
      return Is.isTime(type) ? timeText(ticks[type.unit]!) : isText ? same : null;
    case "json":
      return isText ? document : null;
    case "bytes":
      return Is.isBinary(type) || Is.isLargeBinary(type) || Is.isFixedSizeBinary(type) ? ownBytes : null;
    case "array":
      return Is.isList(type) || Is.isFixedSizeList(type) ? listOf(arrow, column, type.children[0]!.type as DataType) : null;
  }
};

const listOf = (arrow: Arrow, { element = { kind: "text" } }: ColumnType, type: DataType): Convert | null => {
  const convert = convertersOf(arrow, element, type);
  if (convert === null) return null;
  return (vector) => Array.from(vector as Vector, (value: unknown) => (value === null ? null : convert(value)));
};
