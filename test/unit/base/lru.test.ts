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
