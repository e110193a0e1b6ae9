/**
 * What a session keeps of a column's value to see later whether it changed. Values that can change in place are kept as something that cannot:
 * a Date as its time, a JSON document as its text, bytes and arrays as copies. All others are kept as they are.
 */
import type { ColumnType, Kind } from "../../types/column-type.ts";

export interface Keeping {
  /** What is kept of a value. */
  readonly keep: (value: unknown) => unknown;
  /** Whether a value is still the one that was kept. */
  readonly isSame: (value: unknown, kept: unknown) => boolean;
  /** The value that was kept, fresh. */
  readonly restore: (kept: unknown) => unknown;
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);

/** Equality by content, for what JSON and arrays hold. */
export const isEqual = (one: unknown, other: unknown): boolean => {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  if (one instanceof Date || other instanceof Date)
    return one instanceof Date && other instanceof Date && one.getTime() === other.getTime();
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    return one instanceof Uint8Array && other instanceof Uint8Array && sameBytes(one, other);
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  const theirs = other as Record<string, unknown>;
  return (
    keys.length === Object.keys(theirs).length &&
    keys.every((key) => Object.hasOwn(theirs, key) && isEqual((one as Record<string, unknown>)[key], theirs[key]))
  );
};

const copied = (value: unknown): unknown => {
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof Uint8Array) return value.slice();
  return Array.isArray(value) ? value.map(copied) : value;
};

const dates: Keeping = {
  keep: (value) => (value instanceof Date ? value.getTime() : value),
  isSame: (value, kept) => (value instanceof Date ? value.getTime() === kept : value === null && kept === null),
  restore: (kept) => (typeof kept === "number" ? new Date(kept) : kept),
};

const copies: Keeping = { keep: copied, isSame: isEqual, restore: copied };

const textOf = (value: unknown): unknown => {
  try {
    return value === null ? null : JSON.stringify(value);
  } catch {
    // A document that JSON cannot hold is refused when it is written; until then it only has to count as changed.
    return undefined;
  }
};

const documents: Keeping = {
  keep: textOf,
  isSame: (value, kept) => {
    const text = textOf(value);
    if (text === kept) return true;
    // The database may have its own spelling: another order of keys, other spaces.
    return typeof text === "string" && typeof kept === "string" && isEqual(JSON.parse(text), JSON.parse(kept));
  },
  restore: (kept) => (typeof kept === "string" ? JSON.parse(kept) : kept),
};

const special: Partial<Record<Kind, Keeping>> = { timestamp: dates, json: documents, bytes: copies, array: copies };

/** How values of a type are kept; `null` for those that are kept as they are. */
export const keepingOf = ({ kind }: ColumnType): Keeping | null => special[kind] ?? null;

/** What to keep of a JSON document that was just read: the text from the database, where it is one, saves writing it anew. */
export const keptDocument = (value: unknown, stored: unknown): unknown =>
  typeof stored === "string" && value !== null && typeof value !== "string" ? stored : documents.keep(value);
