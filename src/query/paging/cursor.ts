/**
 * Where a page of a keyset ended, as a text to hand out and take back: `pageAfter(cursor)`.
 *
 *     base64url( checksum · what it belongs to · the last row's values )
 *
 * Nothing in it is secret, and nothing in it is trusted: a text that was cut, changed or made for another model or order is refused,
 * and its values are bound like any other. A forged one can do no more than start a page at another place.
 */
import { InvalidCursor } from "../../base/errors.ts";

/** What a cursor can hold: values of the columns that rows are ordered by. */
export type CursorValue = string | number | bigint | boolean | Date | Uint8Array | null;

const fnv = (text: string, seed: number): number => {
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};
/** A short text that two different ones hardly ever share. */
export const digest = (text: string): string => fnv(text, 0x811c9dc5).toString(36) + fnv(text, 0x5bd1e995).toString(36);

const written = (value: CursorValue): string | null => {
  if (value === null) return null;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")}`;
  if (typeof value === "number") return `n${Object.is(value, -0) ? "-0" : value}`;
  return `${typeof value === "string" ? "s" : typeof value === "bigint" ? "i" : "b"}${value}`;
};

const readers: Readonly<Record<string, (text: string) => CursorValue | undefined>> = {
  s: (text) => text,
  n: (text) => (text === "" ? undefined : Number(text)),
  i: (text) => (/^-?\d+$/.test(text) ? BigInt(text) : undefined),
  b: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  d: (text) => new Date(Number(text)),
  x: (text) => new Uint8Array(Buffer.from(text, "base64")),
};

const read = (part: unknown): CursorValue | undefined => {
  if (part === null) return null;
  if (typeof part !== "string" || part === "") return undefined;
  return Object.hasOwn(readers, part[0]!) ? readers[part[0]!]!(part.slice(1)) : undefined;
};

/** The cursor of `values`. `owner` is a digest of what it belongs to. */
export const encodeCursor = (owner: string, values: readonly CursorValue[]): string => {
  const body = JSON.stringify([owner, ...values.map(written)]);
  return Buffer.from(digest(body) + body).toString("base64url");
};

const damaged = (modelName: string): InvalidCursor =>
  new InvalidCursor(
    `pageAfter() of ${modelName} was given something that is no cursor, or one that was cut or changed. Pass on \`next\` of the page before as it is, or null for the first page.`,
    { model: modelName },
  );

/** The values in a cursor of `owner`. Throws `InvalidCursor` for one that was changed or belongs to something else. */
export const decodeCursor = (cursor: unknown, owner: string, modelName: string): readonly CursorValue[] => {
  if (typeof cursor !== "string" || !/^[\w-]+$/.test(cursor)) throw damaged(modelName);
  const text = Buffer.from(cursor, "base64url").toString();
  const start = text.indexOf("[");
  const body = text.slice(start);
  if (start < 0 || digest(body) !== text.slice(0, start)) throw damaged(modelName);
  const [found, ...parts] = partsOf(body, modelName);
  if (found !== owner) {
    throw new InvalidCursor(
      `pageAfter() of ${modelName} was given a cursor of another query: of another model, another order, or another kind of database. ` +
        `Order as the page before was ordered, or begin with null.`,
      { model: modelName },
    );
  }
  return parts.map((part) => {
    const value = read(part);
    if (value === undefined) throw damaged(modelName);
    return value;
  });
};

const partsOf = (body: string, modelName: string): readonly unknown[] => {
  try {
    const parts: unknown = JSON.parse(body);
    if (Array.isArray(parts)) return parts;
  } catch {
    // Falls through: what is no JSON was not written here.
  }
  throw damaged(modelName);
};
