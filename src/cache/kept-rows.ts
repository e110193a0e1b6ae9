/**
 * Rows that many may read: nothing that one of them changes is seen by another. Cells that cannot be changed are shared; Dates, bytes, arrays and
 * plain objects are copied on the way in and on the way out, as are rows that their reader decodes in place.
 */
import type { Rows } from "../engine/run.ts";
import type { KeptAnswer } from "./cache-store.ts";

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Thrown for a cell that nobody knows how to copy, such as an instance of a class of the caller's own codec. */
export class Uncopied extends Error {}

const copiedObject = (value: object): object => {
  if (value instanceof Date) return new Date(value.getTime());
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (value instanceof Uint8Array && value.constructor === Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(copied);
  if (!isPlain(value)) throw new Uncopied();
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  // Defined rather than assigned: a key may be called __proto__.
  for (const [key, each] of Object.entries(value))
    Object.defineProperty(copy, key, { value: copied(each), enumerable: true, writable: true, configurable: true });
  return copy;
};

/** A value that shares nothing changeable with `value`. Throws `Uncopied`. */
export const copied = (value: unknown): unknown => {
  if (typeof value === "object" && value !== null) return copiedObject(value);
  if (typeof value === "function" || typeof value === "symbol") throw new Uncopied();
  return value;
};

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
/** What is kept of an answer; `null` when a cell cannot be copied. */
export const kept = ({ rows, count, columns }: Rows, keptAt: number): KeptAnswer | null => {
  try {
    let isFlat = true;
    const own = rows.map((row) => {
      if (row.some(isObject)) isFlat = false;
      return Object.freeze(row.map(copied));
    });
    return Object.freeze({ rows: Object.freeze(own), count, columns: Object.freeze([...columns]), keptAt, isFlat });
  } catch (error) {
    if (error instanceof Uncopied) return null;
    throw error;
  }
};

/** The answer for one reader. `inPlace`: the rows themselves are what it gives. */
export const lent = (answer: KeptAnswer, inPlace: boolean): Rows => {
  if (answer.isFlat === true) return inPlace ? { ...answer, rows: answer.rows.map((row) => [...row]) } : answer;
  return { ...answer, rows: answer.rows.map((row) => row.map(copied)) };
};
