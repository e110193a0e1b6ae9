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
