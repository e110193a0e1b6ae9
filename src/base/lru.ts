/**
 * A map that keeps its `limit` most recently used entries. Entries know their neighbours in the order of use: one that is asked for is moved by a few
 * references, where moving it inside of a `Map` costs more than finding it, and each statement of a transaction asks for another one.
 *
 *     oldest ⇄ … ⇄ newest
 */
class Entry<K, V> {
  readonly key: K;
  readonly value: V;
  older: Entry<K, V> | null = null;
  newer: Entry<K, V> | null = null;

  constructor(key: K, value: V) {
    this.key = key;
    this.value = value;
  }
}

export class Lru<K, V> {
  readonly #entries = new Map<K, Entry<K, V>>();
  readonly #limit: number;
  readonly #onEvict: ((value: V, key: K) => void) | null;
  #oldest: Entry<K, V> | null = null;
  #newest: Entry<K, V> | null = null;

  /** `onEvict` is called for every value that leaves, also by `delete`, `set` over an old value, and `clear`. */
  constructor(limit: number, onEvict: ((value: V, key: K) => void) | null = null) {
    this.#limit = Math.max(1, limit);
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const newest = this.#newest;
    // A loop asks for one entry again and again.
    if (newest !== null && newest.key === key) return newest.value;
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#unlink(entry);
    this.#append(entry);
    return entry.value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    const entry = new Entry(key, value);
    this.#entries.set(key, entry);
    this.#append(entry);
    if (this.#entries.size > this.#limit) this.delete(this.#oldest!.key);
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unlink(entry);
    this.#onEvict?.(entry.value, key);
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }

  /** From the one that was not used for longest to the newest. */
  *values(): Generator<V, void, undefined> {
    for (let entry = this.#oldest; entry !== null; entry = entry.newer) yield entry.value;
  }

  #append(entry: Entry<K, V>): void {
    entry.older = this.#newest;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: Entry<K, V>): void {
    const { older, newer } = entry;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    entry.older = null;
    entry.newer = null;
  }
}
