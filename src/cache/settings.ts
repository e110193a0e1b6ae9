/** `performance: { queryCache: … }` as the cache takes it. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { secondsToMs } from "../engine/cache-choice.ts";
import type { Seconds } from "../engine/cache-choice.ts";
import type { CacheStore } from "./cache-store.ts";
import { memoryStore } from "./memory-store.ts";
import type { EvictionPolicy } from "./shelf.ts";

export interface QueryCacheOptions {
  /**
   * `true`: every query of the engine, but for those that say `noCache()`; sessions only where a query says `cache()`. `"asked"`, the default: queries
   * that say `cache()`. `false`: none, whatever they say.
   */
  readonly enabled?: boolean | "asked" | undefined;
  /** How old an answer may be: seconds, or `"5m"`. Default 300 s. */
  readonly ttl?: Seconds | undefined;
  /** For how long after that an old answer is still given while a new one is fetched. Default 0: never. */
  readonly staleWhileRevalidate?: Seconds | undefined;
  /** How many answers are kept in memory. Default 1,000. */
  readonly maxSize?: number | undefined;
  /** Which answer goes when there are more: the one used longest ago (`lru`, the default), or least often (`lfu`). */
  readonly evictionPolicy?: EvictionPolicy | undefined;
  /** Answers with more rows are not kept. Default 10,000. */
  readonly maxRows?: number | undefined;
  /** Where answers are kept instead of memory: `redisStore(…)`, or a store of your own. Closing it is its owner's business. */
  readonly store?: CacheStore | undefined;
  /** On PostgreSQL: tell other processes which tables were written, and hear of theirs, on the channel `petrel_cache` or the one named. Default false. */
  readonly notify?: boolean | string | undefined;
}

export interface CacheSettings {
  readonly enabled: boolean | "asked";
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly maxRows: number;
  readonly store: CacheStore;
  /** Whether the store is this cache's alone. */
  readonly isOwnStore: boolean;
  /** The channel of notifications; `null` for none. */
  readonly channel: string | null;
}

const known: readonly (keyof QueryCacheOptions)[] = [
  "enabled",
  "ttl",
  "staleWhileRevalidate",
  "maxSize",
  "evictionPolicy",
  "maxRows",
  "store",
  "notify",
];

const isStore = (value: unknown): value is CacheStore =>
  typeof value === "object" &&
  value !== null &&
  ["get", "set", "invalidate"].every((name) => typeof Reflect.get(value, name) === "function");

const storeOf = ({ store, maxSize, evictionPolicy }: QueryCacheOptions): CacheStore => {
  if (store === undefined) return memoryStore({ maxSize, evictionPolicy });
  if (!isStore(store))
    throw new ConfigurationError("queryCache.store is a store, such as redisStore(…) or memoryStore(…) of petrel/cache.");
  if (maxSize !== undefined || evictionPolicy !== undefined)
    throw new ConfigurationError("queryCache: maxSize and evictionPolicy are for the memory of this process. Give them to the store.");
  return store;
};

const channelOf = (notify: unknown): string | null => {
  if (notify === true) return "petrel_cache";
  if (notify === false || notify === undefined) return null;
  if (typeof notify === "string" && notify !== "") return notify;
  throw new ConfigurationError("queryCache.notify is true, false, or the name of a channel.");
};

/** Throws `ConfigurationError` for an unknown option, and for a value that is none. */
export const cacheSettings = (options: QueryCacheOptions): CacheSettings => {
  if (typeof options !== "object" || options === null)
    throw new ConfigurationError("performance.queryCache is an object such as { ttl: 60 }.");
  const unknown = Object.keys(options).find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`queryCache has no option '${unknown}'.${didYouMean(unknown, known)}`);
  const { enabled = "asked", ttl = 300, staleWhileRevalidate = 0, maxRows = 10_000, notify } = options;
  if (typeof enabled !== "boolean" && enabled !== "asked") throw new ConfigurationError("queryCache.enabled is true, false or 'asked'.");
  if (!Number.isSafeInteger(maxRows) || maxRows < 0) throw new ConfigurationError("queryCache.maxRows is a whole number of rows.");
  return {
    enabled,
    ttlMs: secondsToMs(ttl, "queryCache.ttl"),
    staleMs: secondsToMs(staleWhileRevalidate, "queryCache.staleWhileRevalidate"),
    maxRows,
    store: storeOf(options),
    isOwnStore: options.store === undefined,
    channel: channelOf(notify),
  };
};
