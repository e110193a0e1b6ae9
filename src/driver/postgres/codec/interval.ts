/**
 * interval as the ISO 8601 duration that PostgreSQL prints with `IntervalStyle = iso_8601`: "P1Y2M3DT4H5M6.789S", "P-1M", "PT0S".
 * Months, days and microseconds are kept apart, as the database keeps them; each may have its own sign.
 */
import { UnreadableValue } from "../../../base/errors.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

interface Interval {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

const most32 = 0x7fff_ffff;
const least32 = -0x8000_0000;
const most64 = 2n ** 63n - 1n;
const least64 = -(2n ** 63n);
/** PostgreSQL 17 knows these; older servers never send them. */
const infinity: Interval = { months: most32, days: most32, micros: most64 };
const negativeInfinity: Interval = { months: least32, days: least32, micros: least64 };

const isSame = (a: Interval, b: Interval): boolean => a.months === b.months && a.days === b.days && a.micros === b.micros;

const isoForm =
  /^P(?:([+-]?\d+)Y)?(?:([+-]?\d+)M)?(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?)(\d+)(?:\.(\d{1,6}))?S)?)?$/;
/** The default of `IntervalStyle`: "1 year 2 mons -3 days +04:05:06.789". */
const postgresForm =
  /^(?:([+-]?\d+) years? ?)?(?:([+-]?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/;

const seconds = (whole: string, fraction: string | undefined): bigint =>
  BigInt(whole) * 1_000_000n + BigInt((fraction ?? "").padEnd(6, "0"));

const checked = (interval: Interval): Interval | null => {
  const isInRange = [interval.months, interval.days].every((part) => part >= least32 && part <= most32);
  return isInRange && interval.micros >= least64 && interval.micros <= most64 ? interval : null;
};

const parseIso = (text: string): Interval | null => {
  const match = isoForm.exec(text);
  if (match === null || text === "P" || text.endsWith("T")) return null;
  const [, years = "0", months = "0", weeks = "0", days = "0", hours = "0", minutes = "0", sign, whole = "0", fraction] = match;
  const part = seconds(whole, fraction);
  return checked({
    months: Number(years) * 12 + Number(months),
    days: Number(weeks) * 7 + Number(days),
    micros: BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n + (sign === "-" ? -part : part),
  });
};

const parsePostgres = (text: string): Interval | null => {
  const match = postgresForm.exec(text);
  if (match === null || text === "") return null;
  const [, years = "0", months = "0", days = "0", sign, hours = "0", minutes = "0", whole = "0", fraction] = match;
  const micros = BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n + seconds(whole, fraction);
  return checked({ months: Number(years) * 12 + Number(months), days: Number(days), micros: sign === "-" ? -micros : micros });
};

const parse = (text: string): Interval | null => {
  if (text === "infinity") return infinity;
  if (text === "-infinity") return negativeInfinity;
  return text.startsWith("P") ? parseIso(text) : parsePostgres(text);
};

const unit = (value: number | bigint, letter: string): string => (Number(value) === 0 ? "" : `${value}${letter}`);

const printSeconds = (micros: bigint): string => {
  if (micros === 0n) return "";
  const size = micros < 0n ? -micros : micros;
  const fraction = String(size % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${micros < 0n ? "-" : ""}${size / 1_000_000n}${fraction === "" ? "" : `.${fraction}`}S`;
};

const print = (interval: Interval): string => {
  if (isSame(interval, infinity)) return "infinity";
  if (isSame(interval, negativeInfinity)) return "-infinity";
  const { months, days, micros } = interval;
  const day = unit(Math.trunc(months / 12), "Y") + unit(months % 12, "M") + unit(days, "D");
  const clock = unit(micros / 3_600_000_000n, "H") + unit((micros / 60_000_000n) % 60n, "M") + printSeconds(micros % 60_000_000n);
  if (day === "" && clock === "") return "PT0S";
  return `P${day}${clock === "" ? "" : `T${clock}`}`;
};

const intervalOf = (value: unknown): Interval => {
  const interval = typeof value === "string" ? parse(value) : null;
  if (interval !== null) return interval;
  throw new EncodingProblem(
    `expects an interval as a string like P1Y2M3DT4H5M6S, got ${typeof value === "string" ? "another string" : describe(value)}`,
  );
};

const write = (writer: ByteWriter, { months, days, micros }: Interval): void => {
  writer.int64(micros);
  writer.int32(days);
  writer.int32(months);
};

export const interval: WireCodec = wireCodec({
  name: "interval",
  oid: 1186,
  text: {
    decode: (text) => {
      const parsed = parse(text);
      if (parsed === null)
        throw new UnreadableValue("An interval is spelled in a style that is not read. Set IntervalStyle to postgres or iso_8601.");
      return print(parsed);
    },
    encode: (value) => print(intervalOf(value)),
  },
  binary: {
    sizeBytes: 16,
    decode: (buffer, start) =>
      print({ micros: buffer.readBigInt64BE(start), days: buffer.readInt32BE(start + 8), months: buffer.readInt32BE(start + 12) }),
    encode: (writer, value) => write(writer, intervalOf(value)),
  },
});
