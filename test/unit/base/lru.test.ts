import assert from "node:assert/strict";
import { test } from "node:test";
import { Lru } from "../../../src/base/lru.ts";

test("the entry that was not used for longest leaves first, however often the newest was asked for", () => {
  const left: string[] = [];
  const lru = new Lru<string, number>(2, (_, key) => left.push(key));
  lru.set("a", 1);
  lru.set("b", 2);
  for (let times = 0; times < 3; times++) assert.equal(lru.get("b"), 2);
  assert.equal(lru.get("a"), 1);
  lru.set("c", 3);
  assert.deepEqual(left, ["b"]);
  assert.deepEqual([...lru.values()], [1, 3]);
});

test("an entry that has left is gone, also when it was the newest", () => {
  const lru = new Lru<string, number>(2);
  lru.set("a", 1);
  lru.get("a");
  lru.delete("a");
  assert.equal(lru.get("a"), undefined);
  lru.set("b", 2);
  lru.clear();
  assert.equal(lru.get("b"), undefined);
});

test("a new value under a known key is what is found from then on", () => {
  const lru = new Lru<string, number>(2);
  lru.set("a", 1);
  lru.get("a");
  lru.set("a", 2);
  assert.equal(lru.get("a"), 2);
  assert.equal(lru.size, 1);
});

test("entries leave in the order of their last use, wherever they stood before", () => {
  const left: string[] = [];
  const lru = new Lru<string, number>(3, (_, key) => left.push(key));
  for (const [index, key] of ["a", "b", "c"].entries()) lru.set(key, index);
  lru.get("a");
  lru.get("c");
  lru.get("b");
  lru.delete("c");
  for (const key of ["d", "e", "f", "g"]) lru.set(key, 9);
  assert.deepEqual(left, ["c", "a", "b", "d"]);
  assert.deepEqual([lru.get("e"), lru.get("f"), lru.get("g"), lru.size], [9, 9, 9, 3]);
});
