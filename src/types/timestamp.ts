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

/** The digit at `at`; a great number, which makes every number that it is part of too great, where there is none. */
const digit = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : 10_000;
};
const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

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

/** The start of the day that the first ten characters name, in milliseconds since 1970; NaN where they name none. */
const dayStart = (text: string): number => {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45 || year > 9999 || !isDay(year, month, day)) return Number.NaN;
  return daysFromEpoch(year, month, day) * 86_400_000;
};

/** Milliseconds since midnight of `HH:MM:SS` and, where there are more characters, `.mmm`; NaN where it reads otherwise. */
const timeOfDay = (text: string): number => {
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const seconds = (hour * 60 + minute) * 60 + second;
  if (text.length === 19) return seconds * 1000;
  const ms = digit(text, 20) * 100 + twoDigits(text, 21);
  return text.charCodeAt(19) === 46 && ms <= 999 ? seconds * 1000 + ms : Number.NaN;
};

/** Reads our own two forms by their character codes; everything else, also what is wrong, goes the long way. */
const decode = (stored: string | number | bigint): Date => {
  if (typeof stored !== "string") return new Date(Number(stored));
  if (stored.length !== 19 && stored.length !== 23) return decodeOther(stored);
  const between = stored.charCodeAt(10);
  const time = between === 32 || between === 84 ? dayStart(stored) + timeOfDay(stored) : Number.NaN;
  return Number.isNaN(time) ? decodeOther(stored) : new Date(time);
};

/** Decoding also takes a `T`, any fraction (cut to milliseconds), a zone, and numbers (milliseconds since 1970). */
export const timestampAsText: Codec = { encode, decode };
