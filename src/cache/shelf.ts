/** A limited number of entries; which one goes when there is no room is a policy's business. */
export interface Shelf<V> {
  readonly size: number;
  /** Asking counts as a use. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  clear(): void;
}

/** `lru`: what was used longest ago goes first. `lfu`: what was used least often, and among those what was used longest ago. */
export type EvictionPolicy = "lru" | "lfu";
