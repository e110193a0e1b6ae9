/**
 * The shelf from which goes what was used least often, in constant time: entries stand in groups by the number of their uses, in the order of their
 * last use (Shah, Mitra, Matani: "An O(1) algorithm for implementing the LFU cache eviction scheme").
 *
 *     1 use: c, d      2 uses: b      7 uses: a        c goes first; the next use of b makes it the newest of 3 uses
 *
 * What was popular once would stay for ever. So every use count is halved after ten times as many uses as there is room for entries.
 */
import type { Shelf } from "./shelf.ts";

interface Entry<V> {
  value: V;
  uses: number;
}

const usesPerPlace = 10;

export class LeastFrequentlyUsed<V> implements Shelf<V> {
  readonly #maxSize: number;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #groups = new Map<number, Set<string>>();
  /** No entry has fewer uses. */
  #fewest = 1;
  #usesUntilAged: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
    this.#usesUntilAged = maxSize * usesPerPlace;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#use(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = value;
      this.#use(key, known);
      return;
    }
    if (this.#entries.size >= this.#maxSize) this.#evict();
    this.#entries.set(key, { value, uses: 1 });
    this.#group(1).add(key);
    this.#fewest = 1;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#leave(key, entry.uses);
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#groups.clear();
    this.#fewest = 1;
  }

  #use(key: string, entry: Entry<V>): void {
    this.#leave(key, entry.uses);
    if (this.#fewest === entry.uses && !this.#groups.has(entry.uses)) this.#fewest++;
    entry.uses++;
    this.#group(entry.uses).add(key);
    if (--this.#usesUntilAged === 0) this.#age();
  }

  #group(uses: number): Set<string> {
    const known = this.#groups.get(uses);
    if (known !== undefined) return known;
    const made = new Set<string>();
    this.#groups.set(uses, made);
    return made;
  }

  #leave(key: string, uses: number): void {
    const group = this.#groups.get(uses)!;
    group.delete(key);
    if (group.size === 0) this.#groups.delete(uses);
  }

  #evict(): void {
    while (!this.#groups.has(this.#fewest)) this.#fewest++;
    const [oldest] = this.#groups.get(this.#fewest)!;
    this.delete(oldest!);
  }

  #age(): void {
    this.#usesUntilAged = this.#maxSize * usesPerPlace;
    const groups = [...this.#groups].sort(([left], [right]) => left - right);
    this.#groups.clear();
    this.#fewest = 1;
    for (const [uses, keys] of groups) {
      const halved = Math.max(1, uses >> 1);
      for (const key of keys) {
        this.#entries.get(key)!.uses = halved;
        this.#group(halved).add(key);
      }
    }
  }
}
