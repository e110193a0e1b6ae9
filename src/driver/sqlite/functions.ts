/**
 * SQL functions that every connection has, so that text compares as on PostgreSQL: case beyond ASCII, regular expressions, JSON by content.
 * All are deterministic, and NULL makes NULL.
 */
import { QueryError } from "../../base/errors.ts";
import { Lru } from "../../base/lru.ts";
import type { BindingDatabase } from "./binding.ts";
import { jsonContains } from "./json-contains.ts";

const patternLimit = 100;

export const defineFunctions = (database: BindingDatabase): void => {
  const patterns = new Lru<string, RegExp>(patternLimit);
  database.define("petrel_lower", 1, (text) => (text === null ? null : asText(text).toLowerCase()));
  database.define("petrel_upper", 1, (text) => (text === null ? null : asText(text).toUpperCase()));
  database.define("petrel_json", 1, (text) => (text === null ? null : unlessMalformed(() => canonical(JSON.parse(asText(text))))));
  database.define("petrel_json_contains", 2, (whole, part) =>
    whole === null || part === null ? null : unlessMalformed(() => Number(jsonContains(asText(whole), asText(part)))),
  );
  // `text REGEXP pattern` calls regexp(pattern, text).
  database.define("regexp", 2, (pattern, text) => matches(patterns, "u", pattern, text));
  database.define("regexp_i", 2, (pattern, text) => matches(patterns, "iu", pattern, text));
};

const asText = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value));

const matches = (patterns: Lru<string, RegExp>, flags: string, pattern: unknown, text: unknown): number | null => {
  if (pattern === null || text === null) return null;
  const key = `${flags}:${asText(pattern)}`;
  let expression = patterns.get(key);
  if (expression === undefined) patterns.set(key, (expression = compile(asText(pattern), flags)));
  return expression.test(asText(text)) ? 1 : 0;
};

const compile = (pattern: string, flags: string): RegExp => {
  try {
    return new RegExp(pattern, flags);
  } catch {
    // The engine's own message quotes the pattern, which is a value.
    throw new QueryError("A pattern is not a regular expression as JavaScript writes them (with the flag u).");
  }
};

/** NULL for a text that is not JSON. */
const unlessMalformed = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

/** The same text for equal JSON, in whatever order its keys were written. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`).join(",")}}`;
};
