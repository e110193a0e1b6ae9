/** Results of functions, kept for a while: `cachedQuery(key, fn)` for one result under a name, `cached(fn)` for a function of arguments. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { secondsToMs, tableNames } from "../engine/cache-choice.ts";
import type { Seconds } from "../engine/cache-choice.ts";
import type { Database } from "../engine/database.ts";
import { keyPart, UnknownValue } from "./cache-key.ts";
import { Memo } from "./memo.ts";
import type { Lifetime } from "./memo.ts";
import { shelfOf } from "./memory-store.ts";
import { TableVersions } from "./table-versions.ts";

export interface CachedQueryOptions {
  /** How old a result may be: seconds, or `"5m"`. Default 60 s. */
  readonly ttl?: Seconds | undefined;
  /** For how long after that an old result is still given while a new one is computed. Default 0. */
  readonly staleWhileRevalidate?: Seconds | undefined;
  /** Names of tables in the database of `engine`: when this process changes one of them, the result is void. */
  readonly tables?: readonly string[] | undefined;
  /** Whose tables they are. */
  readonly engine?: Database | undefined;
}

export interface CachedOptions<A extends readonly unknown[]> extends CachedQueryOptions {
  /** What tells calls apart. Default: the arguments themselves, when they are texts, numbers, booleans, Dates, bytes, null, and arrays of these. */
  readonly key?: ((...args: A) => unknown) | undefined;
  /** How many results are kept; what was used longest ago goes first. Default 1,000. */
  readonly max?: number | undefined;
}

export interface CachedFunction<A extends readonly unknown[], T> {
  (...args: A): Promise<T>;
  /** Forgets the result under a key: what `key` returns for it or, without `key`, the arguments. A call under way is not kept either. */
  invalidate(...key: readonly unknown[]): void;
  /** Forgets all results. */
  clear(): void;
}

export interface CachedQuery {
  <T>(key: string, fn: () => T | Promise<T>, options?: CachedQueryOptions): Promise<T>;
  invalidate(key: string): void;
  clear(): void;
}

const lifetimeNames = ["ttl", "staleWhileRevalidate", "tables", "engine"];

const versions = new WeakMap<object, TableVersions>();

/** Counted for as long as the database lives. */
const versionsOf = (database: Database): TableVersions => {
  const known = versions.get(database.identity);
  if (known !== undefined) return known;
  const made = new TableVersions();
  versions.set(database.identity, made);
  database.whenChanged((tables) => made.changed(tables));
  return made;
};

const never = (): number => 0;

const lifetimeOf = (options: CachedQueryOptions, use: string, names: readonly string[]): Lifetime => {
  if (typeof options !== "object" || options === null) throw new ConfigurationError(`${use} takes an object such as { ttl: 60 }.`);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`${use} has no option '${unknown}'.${didYouMean(unknown, names)}`);
  const { ttl = 60, staleWhileRevalidate = 0, tables, engine } = options;
  const times = { ttlMs: secondsToMs(ttl, `${use}: ttl`), staleMs: secondsToMs(staleWhileRevalidate, `${use}: staleWhileRevalidate`) };
  if ((tables === undefined) !== (engine === undefined))
    throw new ConfigurationError(`${use}: tables and engine belong together: whose changes make the result void?`);
  if (tables === undefined || engine === undefined) return { ...times, stamp: never };
  const checked = tableNames(tables, use);
  const counted = versionsOf(engine);
  return { ...times, stamp: () => counted.stamp(checked) };
};

const assertFunction = (fn: unknown, use: string): void => {
  if (typeof fn !== "function") throw new ConfigurationError(`${use} takes a function whose results are kept.`);
};

const newMemo = (max: number): Memo => new Memo(shelfOf(max, "lru"));

const queries = newMemo(1000);

const assertKey = (key: unknown): string => {
  if (typeof key === "string" && key !== "") return key;
  throw new ConfigurationError("cachedQuery() takes a key first: a text that says all about what is computed, such as 'daily_stats'.");
};

const ask = async (key: string, fn: () => unknown, options: CachedQueryOptions = {}): Promise<unknown> => {
  assertFunction(fn, "cachedQuery()");
  return queries.get(assertKey(key), fn, lifetimeOf(options, "cachedQuery()", lifetimeNames));
};

/**
 * The result of `fn`, computed once for everyone who asks under this key at the same time, and kept in this process for `ttl` (60 s). A failure is not
 * kept. Everyone gets the same value, so do not change it. The key says all that the result depends on: with tenants, say which one.
 *
 *     await cachedQuery("daily_stats", () => engine.query(Order).count(), { ttl: 60, tables: ["orders"], engine });
 *     cachedQuery.invalidate("daily_stats");
 */
export const cachedQuery: CachedQuery = Object.assign(
  ask as <T>(key: string, fn: () => T | Promise<T>, options?: CachedQueryOptions) => Promise<T>,
  {
    invalidate: (key: string): void => queries.delete(assertKey(key)),
    clear: (): void => queries.clear(),
  },
);

const textOf = (key: readonly unknown[]): string => {
  try {
    return keyPart(key);
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    throw new ConfigurationError(
      "cached(): these arguments do not tell calls apart by themselves. Give it { key: (…) => … }, which returns a text.",
    );
  }
};

/**
 * The same function, whose results are kept: one call for everyone who asks with the same key at the same time. A failure is not kept. Everyone gets
 * the same value, so do not change it; the first argument is no place for a session or a user who may see what others may not.
 *
 *     const userName = cached((id: number) => engine.query(User).get({ id }), { ttl: "5m", max: 500 });
 *     await userName(1);
 *     userName.invalidate(1);
 */
export const cached = <A extends readonly unknown[], T>(
  fn: (...args: A) => T | Promise<T>,
  options: CachedOptions<A> = {},
): CachedFunction<A, T> => {
  assertFunction(fn, "cached()");
  const lifetime = lifetimeOf(options, "cached()", [...lifetimeNames, "key", "max"]);
  const { key, max = 1000 } = options;
  if (key !== undefined) assertFunction(key, "cached(): key");
  const memo = newMemo(max);
  const call = async (...args: A): Promise<T> => {
    const text = textOf(key === undefined ? args : [key(...args)]);
    // `fn` gives a T.
    return memo.get(text, () => fn(...args), lifetime) as Promise<T>;
  };
  return Object.assign(call, {
    invalidate: (...given: readonly unknown[]): void => memo.delete(textOf(given)),
    clear: (): void => memo.clear(),
  });
};
