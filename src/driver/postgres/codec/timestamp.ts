/**
 * timestamptz and timestamp. In binary both are microseconds from 2000-01-01 (in UTC for timestamptz), the extremes being the infinities.
 *
 * As `Date` an instant loses its microseconds (towards the past), and the infinities are the numbers `Infinity` and `-Infinity`.
 * As string it keeps everything, in PostgreSQL's own spelling: "2024-01-31 08:30:00.123456+00", "0044-03-15 00:00:00 BC", "infinity".
 */
import { UnreadableValue } from "../../../base/errors.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { checkedDay, checkedOffset, checkedTime, microsPerDay, printDay, printTime } from "./calendar.ts";
import type { TimestampForm } from "./codec-options.ts";
import { type Decode, type WireCodec, wireCodec } from "./codec.ts";

/** A moment: the day's number and the microseconds in it, or beyond all of them. */
type Moment = { readonly day: number; readonly micros: number } | "infinity" | "-infinity";

const form = /^(\d{4,6})-(\d\d)-(\d\d)[ Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?( BC)?$/;

/** Milliseconds of JavaScript's epoch at 2000-01-01. */
const epochMs = 946_684_800_000;
const firstDay = -2_451_545;
const endDay = 106_751_983;
const firstMs = firstDay * 86_400_000;
const endMs = endDay * 86_400_000;
const latestDateMs = 8_640_000_000_000_000;

/** `null` for what is not a moment of PostgreSQL. With an offset, the moment is given in UTC. */
const parse = (text: string, zone: "with" | "without"): Moment | null => {
  if (text === "infinity" || text === "-infinity") return text;
  const match = form.exec(text);
  if (match === null || (match[8] !== undefined) !== (zone === "with")) return null;
  const day = checkedDay(match[1]!, match[2]!, match[3]!, match[9] !== undefined);
  const micros = checkedTime(match[4]!, match[5]!, match[6], match[7]);
  const offset = match[8] === undefined ? 0 : checkedOffset(match[8]);
  if (day === null || micros === null || offset === null) return null;
  return carry(day, micros - offset * 1_000_000);
};

const carry = (day: number, micros: number): Moment | null => {
  const days = Math.floor(micros / microsPerDay);
  const whole = day + days;
  return whole < firstDay || whole >= endDay ? null : { day: whole, micros: micros - days * microsPerDay };
};

const print = (moment: Moment, suffix: string): string => {
  if (typeof moment === "string") return moment;
  const { text, era } = printDay(moment.day);
  return `${text} ${printTime(moment.micros)}${suffix}${era}`;
};

const infiniteHigh = 0x7fff_ffff;
const infiniteLow = -0x8000_0000;

const read = (buffer: Buffer, start: number): Moment => {
  const high = buffer.readInt32BE(start);
  const low = buffer.readUInt32BE(start + 4);
  if (high === infiniteHigh && low === 0xffff_ffff) return "infinity";
  if (high === infiniteLow && low === 0) return "-infinity";
  const total = high * 0x1_0000_0000 + low;
  if (Number.isSafeInteger(total)) {
    const day = Math.floor(total / microsPerDay);
    return { day, micros: total - day * microsPerDay };
  }
  const exact = BigInt(high) * 0x1_0000_0000n + BigInt(low);
  const remainder = exact % 86_400_000_000n;
  const micros = remainder < 0n ? remainder + 86_400_000_000n : remainder;
  return { day: Number((exact - micros) / 86_400_000_000n), micros: Number(micros) };
};

const write = (writer: ByteWriter, moment: Moment): void => {
  if (moment === "infinity") return writer.int64(0x7fff_ffff_ffff_ffffn);
  if (moment === "-infinity") return writer.int64(-0x8000_0000_0000_0000n);
  const total = moment.day * microsPerDay + moment.micros;
  if (Number.isSafeInteger(total)) writer.int64Number(total);
  else writer.int64(BigInt(moment.day) * 86_400_000_000n + BigInt(moment.micros));
};

/**
 * The instant as `Date`. The high word's microseconds are 4,294,967 ms and 296 us each, so that no product leaves the exact integers
 * within the years that a `Date` can hold.
 */
const readDate: Decode = (buffer, start) => {
  const high = (buffer[start]! << 24) | (buffer[start + 1]! << 16) | (buffer[start + 2]! << 8) | buffer[start + 3]!;
  const low = ((buffer[start + 4]! << 24) | (buffer[start + 5]! << 16) | (buffer[start + 6]! << 8) | buffer[start + 7]!) >>> 0;
  if (high === infiniteHigh && low === 0xffff_ffff) return Infinity;
  if (high === infiniteLow && low === 0) return -Infinity;
  return dateAt(high * 4_294_967 + Math.floor((high * 296 + low) / 1000) + epochMs);
};

const dateAt = (ms: number): Date => {
  if (ms <= latestDateMs) return new Date(ms);
  throw new UnreadableValue("A timestamp lies after the year 275760, which a Date cannot hold. Read timestamps as strings.");
};

const momentAsDate = (moment: Moment): Date | number => {
  if (typeof moment === "string") return moment === "infinity" ? Infinity : -Infinity;
  return dateAt(moment.day * 86_400_000 + Math.floor(moment.micros / 1000) + epochMs);
};

const momentOfDate = (date: Date): Moment => {
  const ms = date.getTime() - epochMs;
  if (Number.isNaN(ms)) throw new EncodingProblem("expects a valid Date, got an invalid one");
  if (ms < firstMs || ms >= endMs) throw new EncodingProblem("expects a Date from 4714-11-24 BC on, got an earlier one");
  const day = Math.floor(ms / 86_400_000);
  return { day, micros: (ms - day * 86_400_000) * 1000 };
};

const unreadable = (name: string): UnreadableValue =>
  new UnreadableValue(`A ${name} value is not spelled as DateStyle ISO spells it. Set the session's DateStyle to ISO.`);

const momentOf = (value: unknown, zone: "with" | "without", takesDate: boolean): Moment => {
  if (value instanceof Date && takesDate) return momentOfDate(value);
  if (value === Infinity || value === -Infinity) return value > 0 ? "infinity" : "-infinity";
  const moment = typeof value === "string" ? parse(value, zone) : null;
  if (moment !== null) return moment;
  throw new EncodingProblem(`expects ${expected(zone, takesDate)}, got ${typeof value === "string" ? "another string" : describe(value)}`);
};

const expected = (zone: "with" | "without", takesDate: boolean): string => {
  const spelling = zone === "with" ? "2024-01-31 08:30:00Z (with an offset)" : "2024-01-31 08:30:00 (without an offset)";
  return `${takesDate ? "a Date or " : ""}a string like ${spelling}`;
};

const timestampCodec = (name: string, oid: number, as: TimestampForm, zone: "with" | "without"): WireCodec => {
  const suffix = zone === "with" ? "+00" : "";
  // A Date is an instant; without a zone it is one only by the choice to read such columns as UTC.
  const takesDate = zone === "with" || as === "date";
  return wireCodec({
    name,
    oid,
    text: {
      decode: (text) => {
        const moment = parse(text, zone);
        if (moment === null) throw unreadable(name);
        return as === "date" ? momentAsDate(moment) : print(moment, suffix);
      },
      encode: (value) => print(momentOf(value, zone, takesDate), suffix),
    },
    binary: {
      sizeBytes: 8,
      decode: as === "date" ? readDate : (buffer, start) => print(read(buffer, start), suffix),
      encode: (writer, value) => write(writer, momentOf(value, zone, takesDate)),
    },
  });
};

export const timestamptz = (as: TimestampForm): WireCodec => timestampCodec("timestamptz", 1184, as, "with");

/** As `Date` the column's text is taken for UTC, in both directions. */
export const timestamp = (as: TimestampForm): WireCodec => timestampCodec("timestamp", 1114, as, "without");
