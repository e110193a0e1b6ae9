/** Property names that a model cannot have, because something else already reads them. */

const combinators: ReadonlySet<string> = new Set(["or", "and", "not"]);
// `then` would make every row a promise to `await`; the others are read by JavaScript itself.
const language: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), "prototype", "toJSON", "then"]);

/** Why a property of a model may not have this name, as the end of a sentence; `null` when it may. */
export const reservedName = (name: string): string | null => {
  if (combinators.has(name)) return "is how lookups are combined";
  if (language.has(name)) return "has a meaning of its own in JavaScript";
  if (name.includes("__")) return "contains '__', which separates the parts of a lookup";
  if (name.endsWith("_")) return "ends in '_', which would run into the '__' of a lookup";
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? null : "is not an identifier of letters, digits, '_' and '$'";
};
