/** Money is exact: amounts come as decimal strings (`"13.86"`), and are added up as whole cents. */

/** The cents of a decimal string with up to two digits behind the point; 0 for `null`, the sum of nothing. */
export const centsOf = (amount: string | null): number => {
  const found = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount ?? "0");
  if (found === null) throw new RangeError("An amount of money has up to two digits behind the point.");
  const [, sign, whole, fraction = ""] = found;
  return Number(`${sign}${whole}${fraction.padEnd(2, "0")}`);
};

/** `1386` as `"13.86"`, `232860` as `"2,328.60"`. */
export const formatCents = (cents: number): string => {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${cents < 0 ? "-" : ""}${whole}.${digits.slice(-2)}`;
};
