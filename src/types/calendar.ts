/** The Gregorian calendar in whole numbers, for years 0 to 9999. */

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Whether such a day exists. `month` counts from 1. */
export const isDay = (year: number, month: number, day: number): boolean => {
  if (!(month >= 1 && month <= 12 && day >= 1)) return false;
  return day <= (month === 2 && isLeap(year) ? 29 : monthDays[month - 1]!);
};

/**
 * Days from 1970-01-01 to a day, negative before it. Years begin in March, so that the leap day is the last of its year
 * (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
 */
export const daysFromEpoch = (year: number, month: number, day: number): number => {
  // 400 years more, which are 146097 days, keep every number positive, so that `| 0` rounds down.
  const shifted = (month > 2 ? year : year - 1) + 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  return shifted * 365 + ((shifted / 4) | 0) - ((shifted / 100) | 0) + ((shifted / 400) | 0) + dayOfYear - 719468 - 146097;
};

/**
 * The day so many days after 1970-01-01, as one integer: the year above nine bits, the month (from 1) in four, the day in five.
 * Whole numbers in and out, since this runs for every timestamp that is written (the same source, civil_from_days).
 */
export const dayFromEpoch = (days: number): number => {
  const shifted = days + 719468 + 146097;
  const era = (shifted / 146097) | 0;
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return ((era * 400 + yearOfEra - 400 + (month < 3 ? 1 : 0)) << 9) | (month << 5) | day;
};
