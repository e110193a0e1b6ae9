/** Columns of numbers, days and times: an array with one value per row. Memory is little-endian, as Arrow's and all machines' that Node runs on. */
import { checkedDay, checkedOffset, checkedTime, microsPerDay } from "../../driver/postgres/codec/calendar.ts";
import { ColumnBuilder, grown, trimmed } from "./column-builder.ts";
import { endlessDay, endlessMicros, epochDays, infiniteDay, infiniteMicros } from "./column.ts";
import type { ColumnVector } from "./column.ts";

abstract class NumberBuilder<V extends Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array> extends ColumnBuilder<V> {
  protected grow(capacity: number): void {
    this.values = grown(this.values, capacity);
  }

  protected stored(): Pick<ColumnVector, "values" | "offsets" | "items"> {
    return { values: trimmed(this.values, this.length), offsets: null, items: null };
  }
}

/** A whole number between two bounds, or `null`. Drivers give bigints for all integers where one of them is of 64 bits. */
const wholeNumber = (value: unknown, low: number, high: number): number | null => {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= low && number <= high ? number : null;
};

export class Int16Builder extends NumberBuilder<Int16Array> {
  protected values = new Int16Array(0);

  int2(bytes: Buffer, start: number): void {
    this.values[this.length++] = (bytes[start]! << 8) | bytes[start + 1]!;
  }

  push(value: unknown): void {
    const number = wholeNumber(value, -0x8000, 0x7fff);
    if (number === null) throw this.misfit(value);
    this.values[this.length++] = number;
  }
}

export class Int32Builder extends NumberBuilder<Int32Array> {
  protected values = new Int32Array(0);

  int2(bytes: Buffer, start: number): void {
    this.values[this.length++] = ((bytes[start]! << 24) >> 16) | bytes[start + 1]!;
  }

  int4(bytes: Buffer, start: number): void {
    this.values[this.length++] = (bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!;
  }

  push(value: unknown): void {
    const number = wholeNumber(value, -0x8000_0000, 0x7fff_ffff);
    if (number === null) throw this.misfit(value);
    this.values[this.length++] = number;
  }
}

/** `2024-02-29` and PostgreSQL's years before and after those of four digits, as days since 1970. */
const dayOf = (text: string): number | null => {
  if (text === "infinity" || text === "-infinity") return text === "infinity" ? infiniteDay : endlessDay;
  const found = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/.exec(text);
  const day = found === null ? null : checkedDay(found[1]!, found[2]!, found[3]!, found[4] !== undefined);
  return day === null ? null : day + epochDays;
};

export class DateBuilder extends NumberBuilder<Int32Array> {
  protected values = new Int32Array(0);

  date(bytes: Buffer, start: number): void {
    const day = bytes.readInt32BE(start);
    this.values[this.length++] = day === infiniteDay || day === endlessDay ? day : day + epochDays;
  }

  push(value: unknown): void {
    const day = typeof value === "string" ? dayOf(value) : null;
    if (day === null) throw this.misfit(value);
    this.values[this.length++] = day;
  }
}

export class Float64Builder extends NumberBuilder<Float64Array> {
  protected values = new Float64Array(0);

  float8(bytes: Buffer, start: number): void {
    this.values[this.length++] = bytes.readDoubleBE(start);
  }

  float4(bytes: Buffer, start: number): void {
    this.values[this.length++] = bytes.readFloatBE(start);
  }

  push(value: unknown): void {
    if (typeof value !== "number") throw this.misfit(value);
    this.values[this.length++] = value;
  }
}

export class Float32Builder extends NumberBuilder<Float32Array> {
  protected values = new Float32Array(0);

  float4(bytes: Buffer, start: number): void {
    this.values[this.length++] = bytes.readFloatBE(start);
  }

  push(value: unknown): void {
    if (typeof value !== "number") throw this.misfit(value);
    this.values[this.length++] = value;
  }
}

/** Microseconds from 1970 to 2000, in words. */
const epochHigh = 0x35d01;
const epochLow = 0x3b37_e000;

/** Integers of 64 bits, which are written as two words: a bigint per cell would be an object each. */
abstract class Int64Builder extends NumberBuilder<BigInt64Array> {
  protected values = new BigInt64Array(0);
  #words = new Int32Array(0);

  protected override grow(capacity: number): void {
    super.grow(capacity);
    this.#words = new Int32Array(this.values.buffer);
  }

  protected append(high: number, low: number): void {
    const at = this.length++ * 2;
    this.#words[at] = low;
    this.#words[at + 1] = high;
  }

  protected appendBig(value: bigint): void {
    this.values[this.length++] = value;
  }
}

const highWord = (bytes: Buffer, start: number): number =>
  (bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!;

export class BigIntBuilder extends Int64Builder {
  int8(bytes: Buffer, start: number): void {
    this.append(highWord(bytes, start), highWord(bytes, start + 4));
  }

  int4(bytes: Buffer, start: number): void {
    const value = highWord(bytes, start);
    this.append(value >> 31, value);
  }

  int2(bytes: Buffer, start: number): void {
    const value = ((bytes[start]! << 24) >> 16) | bytes[start + 1]!;
    this.append(value >> 31, value);
  }

  push(value: unknown): void {
    const whole = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
    if (typeof whole !== "bigint" || whole > infiniteMicros || whole < endlessMicros) throw this.misfit(value);
    this.appendBig(whole);
  }
}

const microsOf = (text: string): number | null => {
  const found = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text);
  return found === null ? null : checkedTime(found[1]!, found[2]!, found[3], found[4]);
};

export class TimeBuilder extends Int64Builder {
  time(bytes: Buffer, start: number): void {
    this.append(highWord(bytes, start), highWord(bytes, start + 4));
  }

  push(value: unknown): void {
    const micros = typeof value === "string" ? microsOf(value) : null;
    if (micros === null) throw this.misfit(value);
    this.appendBig(BigInt(micros));
  }
}

const momentForm = /^(\d{4,6}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)([+-]\d\d(?::?\d\d(?::?\d\d)?)?)?( BC)?$/;

/** `2024-02-29 08:30:00.123456`, with or without `+01` behind it, as PostgreSQL writes both kinds of timestamps. */
const momentMicros = (text: string): bigint | null => {
  if (text === "infinity" || text === "-infinity") return text === "infinity" ? infiniteMicros : endlessMicros;
  const found = momentForm.exec(text);
  if (found === null) return null;
  const day = dayOf(found[1]! + (found[4] ?? ""));
  const micros = microsOf(found[2]!);
  const offset = found[3] === undefined ? 0 : checkedOffset(found[3]);
  return day === null || micros === null || offset === null
    ? null
    : BigInt(day) * BigInt(microsPerDay) + BigInt(micros - offset * 1_000_000);
};

const instantMicros = (value: unknown): bigint | null => {
  if (value === Infinity || value === -Infinity) return value > 0 ? infiniteMicros : endlessMicros;
  return value instanceof Date && !Number.isNaN(value.getTime()) ? BigInt(value.getTime()) * 1000n : null;
};

export class TimestampBuilder extends Int64Builder {
  timestamp(bytes: Buffer, start: number): void {
    const high = highWord(bytes, start);
    const low = highWord(bytes, start + 4);
    const isInfinite = (high === 0x7fff_ffff && low === -1) || (high === -0x8000_0000 && low === 0);
    if (isInfinite) return this.append(high, low);
    const sum = (low >>> 0) + epochLow;
    const shifted = high + epochHigh + (sum > 0xffff_ffff ? 1 : 0);
    if (shifted > 0x7fff_ffff) throw this.misfit(new Date(0));
    this.append(shifted, sum);
  }

  /** The server's text, in which a statement's first answer comes. */
  moment(bytes: Buffer, start: number, end: number): void {
    this.push(bytes.toString("latin1", start, end));
  }

  push(value: unknown): void {
    const micros = typeof value === "string" ? momentMicros(value) : instantMicros(value);
    if (micros === null || micros > infiniteMicros || micros < endlessMicros) throw this.misfit(value);
    this.appendBig(micros);
  }
}
