/** The shelf from which goes what was used longest ago: lru-cache, named in this file alone. */
import { LRUCache } from "lru-cache";
import type { Shelf } from "./shelf.ts";

export const leastRecentlyUsed = <V extends object>(maxSize: number): Shelf<V> => new LRUCache<string, V>({ max: maxSize });
