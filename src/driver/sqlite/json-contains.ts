/** Whether one JSON value contains another, as PostgreSQL's `@>` decides (manual, 8.14.3 "jsonb Containment and Existence"). */

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

const contains = (whole: unknown, part: unknown): boolean => {
  if (isScalar(whole) || isScalar(part)) return whole === part;
  if (Array.isArray(whole) || Array.isArray(part)) {
    if (!Array.isArray(whole) || !Array.isArray(part)) return false;
    return part.every((wanted) => whole.some((held) => contains(held, wanted)));
  }
  const held = whole as Record<string, unknown>;
  return Object.entries(part as Record<string, unknown>).every(([key, wanted]) => Object.hasOwn(held, key) && contains(held[key], wanted));
};

/** Both are JSON texts; throws `SyntaxError` for what is not. An array contains a bare scalar, but only at the top. */
export const jsonContains = (whole: string, part: string): boolean => {
  const document: unknown = JSON.parse(whole);
  const wanted: unknown = JSON.parse(part);
  if (Array.isArray(document) && isScalar(wanted)) return document.includes(wanted);
  return contains(document, wanted);
};
