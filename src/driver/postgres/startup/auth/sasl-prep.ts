/** SASLprep (RFC 4013): two ways of typing one password become the same bytes. */
import { contains, leftToRight, mappedToNothing, prohibited, rightToLeft, spaces, unassigned } from "./stringprep-tables.ts";

const map = (password: string): string => {
  let mapped = "";
  for (const character of password) {
    const codePoint = character.codePointAt(0)!;
    if (contains(spaces, codePoint)) mapped += " ";
    else if (!contains(mappedToNothing, codePoint)) mapped += character;
  }
  return mapped;
};

/** RFC 3454, section 6: right-to-left text must begin and end so, and have nothing left-to-right in it. */
const isBidiAllowed = (codePoints: readonly number[]): boolean => {
  if (!codePoints.some((codePoint) => contains(rightToLeft, codePoint))) return true;
  if (codePoints.some((codePoint) => contains(leftToRight, codePoint))) return false;
  return contains(rightToLeft, codePoints[0]!) && contains(rightToLeft, codePoints.at(-1)!);
};

/**
 * The prepared password; the password as it is where SASLprep refuses it, or nothing would be left of it.
 * PostgreSQL does the same when a password is set, so that any password that a user can have works.
 */
export const saslPrep = (password: string): string => {
  if (/^[\x20-\x7e]*$/.test(password)) return password;
  const prepared = map(password).normalize("NFKC");
  const codePoints = Array.from(prepared, (character) => character.codePointAt(0)!);
  const isRefused = codePoints.some((codePoint) => contains(prohibited, codePoint) || contains(unassigned, codePoint));
  return isRefused || codePoints.length === 0 || !isBidiAllowed(codePoints) ? password : prepared;
};
