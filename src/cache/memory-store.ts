/** Answers in the memory of this process, a limited number of them. */
import { ConfigurationError } from "../base/errors.ts";
import type { CacheStore, Found, KeptAnswer, Keeping } from "./cache-store.ts";
import { LeastFrequentlyUsed } from "./lfu.ts";
import { leastRecentlyUsed } from "./lru.ts";
import type { EvictionPolicy, Shelf } from "./shelf.ts";
import { TableVersions } from "./table-versions.ts";

export interface MemoryStoreOptions {
  /** How many answers it keeps. Default 1,000. */
  readonly maxSize?: number | undefined;
  /** Which answer goes when there are more. Default `lru`. */
  readonly evictionPolicy?: EvictionPolicy | undefined;
}

interface Entry {
  readonly answer: KeptAnswer;
  readonly stamp: number;
  /** When it is of no use any more, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** A shelf of the policy. Throws `ConfigurationError` for a size that is no whole number from 1, and for an unknown policy. */
export const shelfOf = <V extends object>(maxSize: number, policy: EvictionPolicy): Shelf<V> => {
  if (!Number.isSafeInteger(maxSize) || maxSize < 1 || maxSize > 2 ** 24)
    throw new ConfigurationError("maxSize of a cache is a whole number from 1 to 16,777,216: how many answers it keeps.");
  if (policy === "lru") return leastRecentlyUsed<V>(maxSize);
  if (policy === "lfu") return new LeastFrequentlyUsed<V>(maxSize);
  throw new ConfigurationError("evictionPolicy of a cache is 'lru' or 'lfu'.");
};

class MemoryStore implements CacheStore {
  readonly isShared = false;
  readonly #shelf: Shelf<Entry>;
  readonly #versions = new TableVersions();

  constructor(shelf: Shelf<Entry>) {
    this.#shelf = shelf;
  }

  get size(): number {
    return this.#shelf.size;
  }

  get(key: string, tables: readonly string[]): Found {
    const stamp = this.#versions.stamp(tables);
    const entry = this.#shelf.get(key);
    if (entry === undefined) return { answer: null, stamp };
    if (entry.stamp === stamp && entry.endsAt > Date.now()) return { answer: entry.answer, stamp };
    this.#shelf.delete(key);
    return { answer: null, stamp };
  }

  set(key: string, answer: KeptAnswer, { tables, stamp, keepMs }: Keeping): void {
    if (stamp !== this.#versions.stamp(tables)) return;
    this.#shelf.set(key, { answer, stamp, endsAt: Date.now() + keepMs });
  }

  invalidate(tables: readonly string[] | null): void {
    this.#versions.changed(tables);
    if (tables === null) this.#shelf.clear();
  }
}

/** The store that a cache has by default: answers in this process, void ones leaving when they are asked for or when there is no room. */
export const memoryStore = ({ maxSize = 1000, evictionPolicy = "lru" }: MemoryStoreOptions = {}): CacheStore =>
  new MemoryStore(shelfOf(maxSize, evictionPolicy));
