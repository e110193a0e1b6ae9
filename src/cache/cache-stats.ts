/** What a cache has done since it was made. */
export interface CacheStats {
  /** Answers given without a statement. */
  readonly hits: number;
  /** Of these, answers that were older than their ttl, while a new one was fetched. */
  readonly stale: number;
  /** Questions that the database was asked. */
  readonly misses: number;
  /** Questions that waited for the answer to the same question of somebody else. */
  readonly joined: number;
  /** Reads that never use the cache: `noCache()`, locks, SQL of your own without its tables. */
  readonly bypassed: number;
  /** Answers that were not kept: too many rows, or values that cannot be copied. */
  readonly refused: number;
  /** Writes and commits that made answers void. */
  readonly invalidations: number;
  /** Failures of the store or of refreshing an answer. No query fails by them. */
  readonly errors: number;
  /** Answers that are kept, where the store knows. */
  readonly size: number | null;
  /** `hits` of all questions, from 0 to 1; 0 before the first one. */
  readonly hitRate: number;
}

export class CacheCounts {
  hits = 0;
  stale = 0;
  misses = 0;
  joined = 0;
  bypassed = 0;
  refused = 0;
  invalidations = 0;
  errors = 0;

  stats(size: number | null): CacheStats {
    const { hits, stale, misses, joined, bypassed, refused, invalidations, errors } = this;
    const asked = hits + misses + joined;
    return { hits, stale, misses, joined, bypassed, refused, invalidations, errors, size, hitRate: asked === 0 ? 0 : hits / asked };
  }
}
