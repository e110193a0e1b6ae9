/** What a query says to a cache of answers: `cache({ ttl: 60 })`, `noCache()`, or nothing. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { milliseconds } from "../config/duration.ts";
import type { Duration } from "../config/duration.ts";

/** A length of time; numbers are seconds. */
export type Seconds = Duration;

/** What `.cache(…)` takes. */
export interface CacheOptions {
  /** How old an answer may be: seconds, or `"5m"`. Default: what the engine was opened with. */
  readonly ttl?: Seconds | undefined;
  /** For how long after that an old answer is still given while a new one is fetched. Default: what the engine was opened with, usually 0. */
  readonly staleWhileRevalidate?: Seconds | undefined;
  /** Database names of tables whose changes make the answer void, beside those that the query itself names: what a view or SQL of your own reads. */
  readonly tables?: readonly string[] | undefined;
}

/** What a query says; `null` where it is never kept. */
export interface CacheChoice {
  /** Whether the query asked for it, rather than leaving it to the engine. */
  readonly isAsked: boolean;
  readonly ttlMs: number | null;
  readonly staleMs: number | null;
  readonly tables: readonly string[] | null;
}

/** The choice of queries that say nothing. */
export const byEngine: CacheChoice = { isAsked: false, ttlMs: null, staleMs: null, tables: null };

/** Seconds or a text as milliseconds. Throws `ConfigurationError` naming `option`. */
export const secondsToMs = (given: unknown, option: string): number => {
  const value = typeof given === "number" ? given * 1000 : given;
  try {
    return milliseconds(value, option);
  } catch {
    throw new ConfigurationError(`${option} is a number of seconds or a text such as "30s" or "10m".`);
  }
};

const known: readonly (keyof CacheOptions)[] = ["ttl", "staleWhileRevalidate", "tables"];

/** Table names as callers give them. Throws `ConfigurationError` for anything but an array of texts. */
export const tableNames = (given: unknown, use: string): readonly string[] => {
  if (Array.isArray(given) && given.every((name) => typeof name === "string" && name !== "")) return [...(given as string[])];
  throw new ConfigurationError(`${use}: tables is an array of names of tables in the database, such as ["users"].`);
};

/** The choice behind `.cache(options)`. */
export const cacheChoice = (options: CacheOptions): CacheChoice => {
  if (typeof options !== "object" || options === null) throw new ConfigurationError("cache() takes an object such as { ttl: 60 }.");
  const unknown = Object.keys(options).find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`cache() has no option '${unknown}'.${didYouMean(unknown, known)}`);
  const { ttl, staleWhileRevalidate, tables } = options;
  return {
    isAsked: true,
    ttlMs: ttl === undefined ? null : secondsToMs(ttl, "ttl"),
    staleMs: staleWhileRevalidate === undefined ? null : secondsToMs(staleWhileRevalidate, "staleWhileRevalidate"),
    tables: tables === undefined ? null : tableNames(tables, "cache()"),
  };
};

/** Refuses `.cache()` where an answer is never kept. */
export const assertNotAsked = (choice: CacheChoice | null, use: string): void => {
  if (choice?.isAsked !== true) return;
  throw new ConfigurationError(`${use} never uses the cache. Take cache() out of the query.`);
};

/** The choice of whoever reads in order to write: only what was asked for by `.cache()` may be an answer that was kept. */
export const ifAsked = (choice: CacheChoice | null | undefined): CacheChoice | null => (choice?.isAsked === true ? choice : null);

export const onlyAsked = <R extends { readonly cache?: CacheChoice | null }>(reads: readonly R[]): R[] =>
  reads.map((read) => ({ ...read, cache: ifAsked(read.cache) }));
