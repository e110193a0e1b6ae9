/** The cache of a database: how it comes to be, and how it is found again. */
import { ConfigurationError } from "../base/errors.ts";
import { tableNames } from "../engine/cache-choice.ts";
import type { Database } from "../engine/database.ts";
import type { CacheStats } from "./cache-stats.ts";
import { shareChanges } from "./notifications.ts";
import { QueryCache } from "./query-cache.ts";
import { cacheSettings } from "./settings.ts";
import type { QueryCacheOptions } from "./settings.ts";

const caches = new WeakMap<object, QueryCache>();

/**
 * Keeps answers of the database's queries from now on. `name` tells databases apart that share a store: who reads which database.
 * Rejects with `ConfigurationError` for wrong options, a second cache, and for `notify` where there is no LISTEN.
 */
export const openCache = async (database: Database, options: QueryCacheOptions, name: string): Promise<void> => {
  const settings = cacheSettings(options);
  const cache = new QueryCache(settings, name);
  database.useCache(cache);
  caches.set(database.identity, cache);
  cache.whenClosed(database.whenChanged((tables) => cache.changed(tables)));
  if (settings.channel !== null) await shareChanges(database, cache, settings.channel);
};

const cacheOf = (database: Database, use: string): QueryCache => {
  const cache = caches.get(database.identity);
  if (cache !== undefined) return cache;
  throw new ConfigurationError(`${use}: the engine was opened without a cache. Open it with { performance: { queryCache: { ttl: 60 } } }.`);
};

/**
 * What the engine's cache has done so far. Throws `ConfigurationError` for an engine without one.
 *
 *     cacheStats(engine)     // { hits: 940, misses: 60, hitRate: 0.94, … }
 */
export const cacheStats = (engine: Database): CacheStats => cacheOf(engine, "cacheStats()").stats;

/**
 * Makes the kept answers about these tables void, by their names in the database; without names, all answers. For what the engine cannot see: writes of
 * other programs, of triggers, and to the tables behind a view.
 */
export const invalidateTables = (engine: Database, ...tables: readonly string[]): void => {
  const cache = cacheOf(engine, "invalidateTables()");
  cache.changed(tables.length === 0 ? null : tableNames(tables, "invalidateTables()"));
};
