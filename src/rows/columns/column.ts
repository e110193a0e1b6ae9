/** One column of a result in memory: values side by side, as Arrow lays them out. */
import { printDay, printTime, microsPerDay } from "../../driver/postgres/codec/calendar.ts";
import type { ColumnFormat } from "./column-format.ts";
import { decimalText, readDecimal } from "./decimal-words.ts";

export type ColumnValues = Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | Uint32Array;

export interface ColumnParts {
  readonly name: string;
  readonly format: ColumnFormat;
  readonly length: number;
  readonly nullCount: number;
  readonly validity: Uint8Array | null;
  readonly values: ColumnValues;
  readonly offsets: Int32Array | null;
  readonly items: ColumnVector | null;
}

/** Days from 1970-01-01 to 2000-01-01, where PostgreSQL begins to count. */
export const epochDays = 10_957;
/** What PostgreSQL stores for `infinity` and `-infinity`, and columns hold in its place. */
export const infiniteDay = 0x7fff_ffff;
export const endlessDay = -0x8000_0000;
export const infiniteMicros = 2n ** 63n - 1n;
export const endlessMicros = -(2n ** 63n);

const utf8 = new TextDecoder();

/**
 * The values of one column, of type `T` as rows would have them.
 *
 * `values` has one value per row (bits for booleans, four words per decimal, sixteen bytes per UUID); for texts, JSON, bytes and lists the values of row `n`
 * lie from `offsets[n]` to `offsets[n + 1]` in `values`, or in `items` for lists. What stands in place of NULL means nothing. Nobody else uses the memory.
 */
export class ColumnVector<out T = unknown> {
  readonly name: string;
  readonly format: ColumnFormat;
  /** The number of rows. */
  readonly length: number;
  readonly nullCount: number;
  /** One bit per row, the first in the lowest bit of the first byte: 1 where there is a value. `null` when no row is NULL. */
  readonly validity: Uint8Array | null;
  readonly values: ColumnValues;
  readonly offsets: Int32Array | null;
  /** The elements of all rows of a list. */
  readonly items: ColumnVector | null;

  constructor({ name, format, length, nullCount, validity, values, offsets, items }: ColumnParts) {
    this.name = name;
    this.format = format;
    this.length = length;
    this.nullCount = nullCount;
    this.validity = validity;
    this.values = values;
    this.offsets = offsets;
    this.items = items;
  }

  isNull(row: number): boolean {
    return this.validity !== null && (this.validity[row >> 3]! & (1 << (row & 7))) === 0;
  }

  /** The value of a row, counted from 0, as the model would have it; `null` for NULL and `undefined` beyond the rows. */
  at(row: number): T | null | undefined {
    if (!Number.isInteger(row) || row < 0 || row >= this.length) return undefined;
    // The format and the type of the row are of one column.
    return this.isNull(row) ? null : (this.#read(row) as T);
  }

  /** Every value: the column as rows would have it. */
  toArray(): (T | null)[] {
    return Array.from({ length: this.length }, (_, row) => this.at(row)!);
  }

  #read(row: number): unknown {
    const { format, values, offsets } = this;
    switch (format.kind) {
      case "int":
      case "float":
        return Number(values[row]);
      case "bigint":
        return values[row];
      case "bool":
        return ((values[row >> 3] as number) & (1 << (row & 7))) !== 0;
      case "text":
        return utf8.decode((values as Uint8Array).subarray(offsets![row], offsets![row + 1]));
      case "json":
        return JSON.parse(utf8.decode((values as Uint8Array).subarray(offsets![row], offsets![row + 1])));
      case "bytes":
        return new Uint8Array((values as Uint8Array).subarray(offsets![row], offsets![row + 1]));
      case "uuid":
        return uuidText(values as Uint8Array, row * 16);
      case "decimal":
        return decimalText(readDecimal(values as Uint32Array, row), format.scale);
      case "date":
        return dayText(values[row] as number);
      case "time":
        return printTime(Number(values[row]));
      case "timestamp":
        return format.zone === null ? localText(values[row] as bigint) : dateOf(values[row] as bigint);
      case "list":
        return Array.from({ length: offsets![row + 1]! - offsets![row]! }, (_, index) => this.items!.at(offsets![row]! + index));
    }
  }
}

const uuidText = (bytes: Uint8Array, start: number): string => {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + start, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

const dayText = (days: number): string => {
  if (days === infiniteDay || days === endlessDay) return days > 0 ? "infinity" : "-infinity";
  const { text, era } = printDay(days - epochDays);
  return text + era;
};

const infiniteNumber = (micros: bigint): number | null =>
  micros === infiniteMicros ? Infinity : micros === endlessMicros ? -Infinity : null;

/** Milliseconds, as rows have them: the rest is cut towards the past. */
const dateOf = (micros: bigint): Date | number => {
  const rest = micros % 1000n;
  return infiniteNumber(micros) ?? new Date(Number((micros - (rest < 0n ? rest + 1000n : rest)) / 1000n));
};

const localText = (micros: bigint): string => {
  const infinite = infiniteNumber(micros);
  if (infinite !== null) return infinite > 0 ? "infinity" : "-infinity";
  const rest = micros % BigInt(microsPerDay);
  const ofDay = rest < 0n ? rest + BigInt(microsPerDay) : rest;
  const { text, era } = printDay(Number((micros - ofDay) / BigInt(microsPerDay)) - epochDays);
  return `${text} ${printTime(Number(ofDay))}${era}`;
};
