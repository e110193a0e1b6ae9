/** What `import … from "petrel/cache"` gives: answers that are kept. */
export type { CacheOptions, Seconds } from "../engine/cache-choice.ts";
export { cached, cachedQuery } from "../cache/cached.ts";
export type { CachedFunction, CachedOptions, CachedQuery, CachedQueryOptions } from "../cache/cached.ts";
export type { CacheStats } from "../cache/cache-stats.ts";
export type { CacheStore, Found, KeptAnswer, Keeping } from "../cache/cache-store.ts";
export { cacheStoreSuite } from "../cache/store-suite.ts";
export { memoryStore, type MemoryStoreOptions } from "../cache/memory-store.ts";
export { cacheStats, invalidateTables } from "../cache/open-cache.ts";
export { redisStore, type RedisClient, type RedisStore, type RedisStoreOptions } from "../cache/redis-store.ts";
export type { QueryCacheOptions } from "../cache/settings.ts";
export type { EvictionPolicy } from "../cache/shelf.ts";
