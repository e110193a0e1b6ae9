/**
 * Days, times of day and UTC offsets in PostgreSQL's ISO spelling: "2024-02-29", "0044-03-15 BC", "23:59:59.5", "+05:30".
 * A day is its number from 2000-01-01, a time of day its microseconds: what the binary forms hold.
 */

export const microsPerDay = 86_400_000_000;

/** The day's number in the proleptic Gregorian calendar; year 0 is 1 BC. After "chrono-Compatible Low-Level Date Algorithms" by Howard Hinnant. */
export const dayNumber = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 730_425;
};

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** The day as text, and what follows the time of day in it: " BC", or nothing. */
export const printDay = (number: number): { readonly text: string; readonly era: string } => {
  const shifted = number + 730_425;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const shown = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return { text: `${shown}-${two(month)}-${two(day)}`, era: year > 0 ? "" : " BC" };
};

/** "03:04:05", with as many digits of a second's fraction as it has. 24:00:00 is the end of a day. */
export const printTime = (micros: number): string => {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = micros - seconds * 1_000_000;
  const minutes = Math.floor(seconds / 60);
  const text = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`;
};

/** Seconds east of UTC as "+00", "-03:30", "+05:53:28". */
export const printOffset = (seconds: number): string => {
  const size = Math.abs(seconds);
  const text = `${seconds < 0 ? "-" : "+"}${two(Math.floor(size / 3600))}`;
  if (size % 3600 === 0) return text;
  const minutes = `${text}:${two(Math.floor(size / 60) % 60)}`;
  return size % 60 === 0 ? minutes : `${minutes}:${two(size % 60)}`;
};

const daysInMonth = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31;

/** The day's number; `null` for a day that no calendar has. `isBc` counts the year backwards. */
export const checkedDay = (yearText: string, monthText: string, dayText: string, isBc: boolean): number | null => {
  const given = Number(yearText);
  const year = isBc ? 1 - given : given;
  const month = Number(monthText);
  const day = Number(dayText);
  if (given === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return dayNumber(year, month, day);
};

/** Microseconds of the day; `null` for a time that no day has. 24:00:00 and a leap second (:60) are allowed, as PostgreSQL allows them. */
export const checkedTime = (hours: string, minutes: string, seconds: string | undefined, fraction: string | undefined): number | null => {
  const parts = [Number(hours), Number(minutes), Number(seconds ?? 0)] as const;
  const micros = Number((fraction ?? "").padEnd(6, "0"));
  const isLeap = parts[2] === 60 && micros === 0;
  if (parts[0] > 24 || parts[1] > 59 || (parts[2] > 59 && !isLeap)) return null;
  const total = (parts[0] * 3600 + parts[1] * 60 + parts[2]) * 1_000_000 + micros;
  return total > microsPerDay ? null : total;
};

/** Seconds east of UTC of "Z", "+05", "+0530", "-03:30", "+05:53:28"; `null` when they are more than PostgreSQL allows (15:59:59). */
export const checkedOffset = (text: string): number | null => {
  if (text === "Z" || text === "z") return 0;
  const [hours = "0", minutes = "0", seconds = "0"] = text.slice(1).match(/\d\d/g) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (Number(minutes) > 59 || Number(seconds) > 59 || size >= 16 * 3600) return null;
  return text.startsWith("-") ? -size : size;
};
