/** date, time and timetz as strings in PostgreSQL's own spelling. A `Date` is not taken for them: which day it is depends on where one stands. */
import { UnreadableValue } from "../../../base/errors.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { checkedDay, checkedOffset, checkedTime, printDay, printOffset, printTime } from "./calendar.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

const dateForm = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/;
const timeForm = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?$/;
const firstDay = -2_451_545;
const endDay = 2_145_031_949;
const latest = 0x7fff_ffff;
const earliest = -0x8000_0000;

const got = (value: unknown): string => (typeof value === "string" ? "another string" : describe(value));

const parseDate = (text: string): number | null => {
  if (text === "infinity") return latest;
  if (text === "-infinity") return earliest;
  const match = dateForm.exec(text);
  const day = match === null ? null : checkedDay(match[1]!, match[2]!, match[3]!, match[4] !== undefined);
  return day === null || day < firstDay || day >= endDay ? null : day;
};

const printDate = (number: number): string => {
  if (number === latest) return "infinity";
  if (number === earliest) return "-infinity";
  const { text, era } = printDay(number);
  return text + era;
};

const dateNumber = (value: unknown): number => {
  const day = typeof value === "string" ? parseDate(value) : null;
  if (day !== null) return day;
  throw new EncodingProblem(`expects a day as a string like 2024-01-31, got ${got(value)}`);
};

const unreadable = (name: string): UnreadableValue =>
  new UnreadableValue(`A ${name} value is not spelled as DateStyle ISO spells it. Set the session's DateStyle to ISO.`);

export const date: WireCodec = wireCodec({
  name: "date",
  oid: 1082,
  text: {
    decode: (text) => {
      const day = parseDate(text);
      if (day === null) throw unreadable("date");
      return printDate(day);
    },
    encode: (value) => printDate(dateNumber(value)),
  },
  binary: {
    sizeBytes: 4,
    decode: (buffer, start) => printDate(buffer.readInt32BE(start)),
    encode: (writer, value) => writer.int32(dateNumber(value)),
  },
});

interface TimeOfDay {
  readonly micros: number;
  /** Seconds east of UTC. */
  readonly offset: number;
}

const parseTime = (text: string, zone: "with" | "without"): TimeOfDay | null => {
  const match = timeForm.exec(text);
  if (match === null || (match[5] !== undefined) !== (zone === "with")) return null;
  const micros = checkedTime(match[1]!, match[2]!, match[3], match[4]);
  const offset = match[5] === undefined ? 0 : checkedOffset(match[5]);
  return micros === null || offset === null ? null : { micros, offset };
};

const readMicros = (buffer: Buffer, start: number): number => buffer.readInt32BE(start) * 0x1_0000_0000 + buffer.readUInt32BE(start + 4);

const timeCodec = (name: string, oid: number, zone: "with" | "without"): WireCodec => {
  const example = zone === "with" ? "08:30:00+01" : "08:30:00";
  const print = ({ micros, offset }: TimeOfDay): string => printTime(micros) + (zone === "with" ? printOffset(offset) : "");
  const timeOf = (value: unknown): TimeOfDay => {
    const time = typeof value === "string" ? parseTime(value, zone) : null;
    if (time !== null) return time;
    throw new EncodingProblem(`expects a time as a string like ${example}, got ${got(value)}`);
  };
  const write = (writer: ByteWriter, { micros, offset }: TimeOfDay): void => {
    writer.int64Number(micros);
    // The server counts westwards.
    if (zone === "with") writer.int32(-offset);
  };
  return wireCodec({
    name,
    oid,
    text: {
      decode: (text) => {
        const time = parseTime(text, zone);
        if (time === null) throw unreadable(name);
        return print(time);
      },
      encode: (value) => print(timeOf(value)),
    },
    binary: {
      sizeBytes: zone === "with" ? 12 : 8,
      decode: (buffer, start) => print({ micros: readMicros(buffer, start), offset: zone === "with" ? -buffer.readInt32BE(start + 8) : 0 }),
      encode: (writer, value) => write(writer, timeOf(value)),
    },
  });
};

export const time: WireCodec = timeCodec("time", 1083, "without");
export const timetz: WireCodec = timeCodec("timetz", 1266, "with");
