/** JSON documents. What JSON cannot say is refused with the path to it, instead of being dropped or changed on the way. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";
import { isTorn } from "./text.ts";

/** What SQLite's JSON functions read at most; PostgreSQL ends somewhere above. */
const deepest = 1000;

const step = (path: string, key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`);

const refused = (path: string, what: string): string => `expects JSON, got ${what}${path === "" ? "" : ` at ${path.replace(/^\./, "")}`}`;

/** Dates and their like write themselves; an object that is neither plain nor does so would lose what it is. */
const isWritable = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
};

/** PostgreSQL keeps documents as text of its own, so what it cannot store as text it cannot store in a document. */
const textProblem = (text: string, path: string): string | null => {
  if (text.includes("\0")) return refused(path, "text with a NUL character");
  return isTorn(text) ? refused(path, "text with a lone surrogate") : null;
};

const entriesProblem = (value: object, path: string, within: Set<object>): string | null => {
  if (within.has(value)) return refused(path, "an object that contains itself");
  if (within.size === deepest) return `expects JSON of at most ${deepest} levels`;
  within.add(value);
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    const at = typeof key === "number" ? `${path}[${key}]` : step(path, key);
    const problem =
      (typeof key === "string" ? textProblem(key, path) : null) ??
      valueProblem((value as Record<number | string, unknown>)[key], at, within);
    if (problem !== null) return problem;
  }
  within.delete(value);
  return null;
};

const valueProblem = (value: unknown, path: string, within: Set<object>): string | null => {
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "string") return textProblem(value, path);
  if (typeof value === "number") return Number.isFinite(value) ? null : refused(path, describe(value));
  if (typeof value !== "object") return refused(path, describe(value));
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
    return value instanceof Date && Number.isNaN(value.getTime()) ? refused(path, describe(value)) : null;
  }
  return Array.isArray(value) || isWritable(value) ? entriesProblem(value, path, within) : refused(path, describe(value));
};

export const jsonProblem = (_type: ColumnType, value: unknown): string | null => valueProblem(value, "", new Set());

/** Documents as JSON text. An object with `toJSON` is stored as what that returns, and so comes back as plain data. */
export const jsonAsText: Codec = {
  encode: (value: unknown): string => {
    const problem = jsonProblem({ kind: "json" }, value);
    if (problem !== null) throw new ValueProblem(problem);
    const text: unknown = JSON.stringify(value);
    if (typeof text !== "string") throw new ValueProblem("expects JSON, got an object whose toJSON gives none");
    return text;
  },
  decode: (stored: string): unknown => JSON.parse(stored),
};
