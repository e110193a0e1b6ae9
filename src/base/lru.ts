/** A map that keeps its `limit` most recently used entries. A `Map` keeps insertion order, so the first key is always the oldest. */
export class Lru<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #limit: number;
  readonly #onEvict: ((value: V, key: K) => void) | null;
  /** The entry used last, which a loop asks for again and again: it is in its place already. */
  #newest: { readonly key: K; readonly value: V } | null = null;

  /** `onEvict` is called for every value that leaves, also by `delete`, `set` over an old value, and `clear`. */
  constructor(limit: number, onEvict: ((value: V, key: K) => void) | null = null) {
    this.#limit = Math.max(1, limit);
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    if (this.#newest !== null && this.#newest.key === key) return this.#newest.value;
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#newest = { key, value };
    return value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#newest = { key, value };
    if (this.#entries.size > this.#limit) this.delete(this.#entries.keys().next().value!);
  }

  delete(key: K): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    if (this.#newest?.key === key) this.#newest = null;
    this.#onEvict?.(value, key);
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }
}
