import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LeastFrequentlyUsed } from "../../../src/cache/lfu.ts";
import { memoryStore, shelfOf } from "../../../src/cache/memory-store.ts";
import { cacheStoreSuite } from "../../../src/cache/store-suite.ts";
import { Random } from "../../support/random.ts";

for (const evictionPolicy of ["lru", "lfu"] as const) {
  describe(`a store in memory (${evictionPolicy})`, () => {
    cacheStoreSuite(test, () => ({ store: memoryStore({ evictionPolicy }) }));
  });
}

/** The same policy, slowly: every entry is looked at. */
class Plain {
  readonly #maxSize: number;
  readonly #entries = new Map<string, { value: object; uses: number; last: number }>();
  #clock = 0;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  #use(entry: { uses: number; last: number }): void {
    entry.uses++;
    entry.last = ++this.#clock;
  }

  get(key: string): object | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#use(entry);
    return entry?.value;
  }

  set(key: string, value: object): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.value = value;
      this.#use(entry);
      return;
    }
    if (this.#entries.size >= this.#maxSize) {
      const [first] = [...this.#entries].sort(([, left], [, right]) => left.uses - right.uses || left.last - right.last);
      this.#entries.delete(first![0]);
    }
    this.#entries.set(key, { value, uses: 1, last: ++this.#clock });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }
}

test("the least frequently used goes first, and of equal ones that used longest ago", () => {
  const random = new Random(7);
  for (let round = 0; round < 50; round++) {
    const maxSize = 1 + random.below(8);
    const shelf = new LeastFrequentlyUsed<object>(maxSize);
    const plain = new Plain(maxSize);
    // Before use counts are halved for the first time.
    for (let step = 0; step < maxSize * 9; step++) {
      const key = `key ${random.below(12)}`;
      const way = random.below(5);
      if (way === 0) {
        shelf.delete(key);
        plain.delete(key);
      } else if (way < 3) assert.equal(shelf.get(key), plain.get(key));
      else {
        const value = { step };
        shelf.set(key, value);
        plain.set(key, value);
      }
      assert.equal(shelf.size, plain.size);
    }
  }
});

test("what was popular once does not stay for ever", () => {
  const shelf = new LeastFrequentlyUsed<object>(2);
  shelf.set("once", {});
  for (let uses = 0; uses < 1000; uses++) shelf.get("once");
  for (let round = 0; round < 200; round++) {
    shelf.set("new", {});
    for (let uses = 0; uses < 5; uses++) shelf.get("new");
  }
  shelf.set("newest", {});
  assert.ok(shelf.get("newest") !== undefined);
  assert.equal(shelf.size, 2);
  for (let uses = 0; uses < 40; uses++) shelf.get("newest");
  shelf.set("next", {});
  assert.equal(shelf.get("once"), undefined);
});

test("a shelf is never larger than it may be, and empty when it was cleared", () => {
  for (const policy of ["lru", "lfu"] as const) {
    const shelf = shelfOf<object>(100, policy);
    for (let index = 0; index < 1000; index++) shelf.set(String(index), {});
    assert.equal(shelf.size, 100);
    shelf.clear();
    assert.equal(shelf.size, 0);
    assert.equal(shelf.get("999"), undefined);
    shelf.set("a", {});
    assert.equal(shelf.size, 1);
  }
});
