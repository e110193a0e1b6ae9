/**
 * Points in time to the millisecond: a `Date`, stored as UTC text that sorts by time.
 *
 *     2026-03-01 08:30:00        2026-03-01 08:30:00.250
 */
import { daysFromEpoch, isDay } from "./calendar.ts";
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

export const timestampProblem = (_type: ColumnType, value: unknown): string | null =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? null : `expects a Date, got ${describe(value)}`;

const encode = (value: Date): string => {
  const problem = timestampProblem({ kind: "timestamp" }, value);
  if (problem !== null) throw new ValueProblem(problem);
  // `YYYY-MM-DDTHH:MM:SS.mmmZ`; years outside of 0 to 9999 have a sign and six digits.
  const iso = value.toISOString();
  if (iso.length !== 24) throw new ValueProblem("expects a Date between the years 0 and 9999, got one outside of them");
  return `${iso.slice(0, 10)} ${iso.slice(11, iso.endsWith(".000Z") ? 19 : 23)}`;
};

const unreadable = (): never => {
  throw new ValueProblem("cannot be read: the database holds text that is not a timestamp of the form YYYY-MM-DD HH:MM:SS");
};

/** The two digits at `at` as a number; NaN where one is not a digit. */
const twoDigits = (text: string, at: number): number => {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
};

const other = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|([+-])(\d\d)(?::?(\d\d))?)?)?$/i;

/** The forms that other programs write: date only, no seconds, any fraction, a zone. */
const decodeOther = (stored: string): Date => {
  const found = other.exec(stored);
  if (!found) return unreadable();
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", , sign, zoneHours = "0", zoneMinutes = "0"] = found;
  const [y, mo, d, h, mi, s] = [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)];
  if (!isDay(y, mo, d) || h > 23 || mi > 59 || s > 59) return unreadable();
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -1 : 1);
  return new Date(daysFromEpoch(y, mo, d) * 86_400_000 + ((h * 60 + mi - zone) * 60 + s) * 1000 + ms);
};

/** Reads our own two forms by their character codes; everything else, also what is wrong, goes the long way. */
const decode = (stored: string | number | bigint): Date => {
  if (typeof stored !== "string") return new Date(Number(stored));
  const { length } = stored;
  if (length !== 19 && length !== 23) return decodeOther(stored);
  const separators =
    stored.charCodeAt(4) === 45 && stored.charCodeAt(7) === 45 && stored.charCodeAt(13) === 58 && stored.charCodeAt(16) === 58;
  const between = stored.charCodeAt(10);
  if (!separators || (between !== 32 && between !== 84)) return decodeOther(stored);
  const year = twoDigits(stored, 0) * 100 + twoDigits(stored, 2);
  const [month, day] = [twoDigits(stored, 5), twoDigits(stored, 8)];
  const [hour, minute, second] = [twoDigits(stored, 11), twoDigits(stored, 14), twoDigits(stored, 17)];
  let ms = 0;
  if (length === 23) {
    ms = (stored.charCodeAt(20) - 48) * 100 + twoDigits(stored, 21);
    if (stored.charCodeAt(19) !== 46 || !(ms >= 0 && ms <= 999)) return decodeOther(stored);
  }
  if (!(year >= 0 && isDay(year, month, day) && hour <= 23 && minute <= 59 && second <= 59)) return decodeOther(stored);
  return new Date(daysFromEpoch(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + ms);
};

/** Decoding also takes a `T`, any fraction (cut to milliseconds), a zone, and numbers (milliseconds since 1970). */
export const timestampAsText: Codec = { encode, decode };
