/**
 * The key of an answer: which statement, in which context, with which values. Every part says its kind, and texts their length, so that two different
 * questions never have one key. Long keys are hashed: values of a megabyte cost the memory of 43 characters.
 */
import { hash } from "node:crypto";
import type { BoundValue } from "../base/bound-value.ts";
import { Lru } from "../base/lru.ts";
import { bind } from "../engine/plans/plan.ts";
import type { Plan } from "../engine/plans/plan.ts";

const longestKey = 256;

const digest = (text: string | Uint8Array): string => hash("sha256", text, "base64url");

/** One value, told apart from every other one: 1 from "1" and from 1n, -0 from 0. */
export const keyPart = (value: unknown): string => {
  if (typeof value === "string") return `s${value.length}:${value}`;
  if (typeof value === "number") return Object.is(value, -0) ? "n-0;" : `n${value};`;
  if (value === null) return "_";
  if (typeof value === "bigint") return `i${value};`;
  if (typeof value === "boolean") return value ? "t" : "f";
  if (value === undefined) return "u";
  if (value instanceof Date) return `d${value.getTime()};`;
  if (value instanceof Uint8Array) return `b${value.byteLength}:${digest(value)}`;
  if (Array.isArray(value)) return `a${value.length}[${value.map(keyPart).join("")}`;
  throw new UnknownValue();
};

/** Thrown for a value of a kind that only a codec of the caller's knows: such a query has no key. */
export class UnknownValue extends Error {}

export class CacheKeys {
  /** `null` where the store is this cache's own, so that a number tells its texts apart. */
  readonly #database: string | null;
  readonly #isHashed: boolean;
  readonly #texts = new Lru<string, string>(2000);
  #count = 0;

  /** `database` tells databases apart that share a store. `isHashed`: keys show no values. */
  constructor(database: string | null, isHashed: boolean) {
    this.#database = database === null ? null : digest(database);
    this.#isHashed = isHashed;
  }

  /** Throws `UnknownValue`, and `ValidationError` for a value that does not fit its column. */
  keyOf(plan: Plan, values: readonly unknown[], contextKey: string): string {
    const bound: readonly BoundValue[] = bind(plan, values);
    let key = contextKey === "" ? "" : keyPart(contextKey);
    for (const value of bound) key += keyPart(value);
    if (this.#isHashed || key.length > longestKey) key = `#${digest(key)}`;
    return `${this.#texts.get(plan.sql) ?? this.#newText(plan.sql)}${plan.bigints ? "n" : " "}${key}`;
  }

  /** Statements of one text read the same rows; as `bigint` or not is the other half of what they answer. */
  #newText(sql: string): string {
    const made = this.#database === null ? String(this.#count++) : digest(this.#database + sql);
    this.#texts.set(sql, made);
    return made;
  }
}
