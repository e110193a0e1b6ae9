import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, test } from "node:test";
import { ConfigurationError } from "../../../src/base/errors.ts";
import { cached, cachedQuery } from "../../../src/cache/cached.ts";

describe("cachedQuery", () => {
  let calls = 0;
  const count = (): number => ++calls;
  beforeEach(() => {
    cachedQuery.clear();
    calls = 0;
  });

  test("computes once, and again when it was invalidated or is too old", async () => {
    assert.deepEqual([await cachedQuery("a", count), await cachedQuery("a", count), await cachedQuery("b", count)], [1, 1, 2]);
    cachedQuery.invalidate("a");
    assert.deepEqual([await cachedQuery("a", count), await cachedQuery("b", count)], [3, 2]);
    await sleep(15);
    assert.equal(await cachedQuery("a", count, { ttl: 0.01 }), 4);
    cachedQuery.clear();
    assert.equal(await cachedQuery("b", count), 5);
  });

  test("computes once for everyone who asks at the same time, and tells everyone of a failure, which is not kept", async () => {
    const slow = async (): Promise<number> => (await sleep(5), ++calls);
    assert.deepEqual(
      await Promise.all(Array.from({ length: 100 }, () => cachedQuery("slow", slow))),
      Array.from({ length: 100 }, () => 1),
    );
    const fail = async (): Promise<never> => {
      await sleep(1);
      throw new Error(`failure ${++calls}`);
    };
    const outcomes = await Promise.allSettled([cachedQuery("fail", fail), cachedQuery("fail", fail)]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === "rejected" && String(outcome.reason)),
      ["Error: failure 2", "Error: failure 2"],
    );
    assert.equal(await cachedQuery("fail", count), 3);
    await assert.rejects(
      cachedQuery("thrown", () => assert.fail("at once")),
      /at once/,
    );
  });

  test("does not keep what was invalidated while it was computed", async () => {
    const gate = Promise.withResolvers<number>();
    const before = cachedQuery("a", () => gate.promise);
    cachedQuery.invalidate("a");
    const after = cachedQuery("a", () => 2);
    gate.resolve(1);
    assert.deepEqual([await before, await after, await cachedQuery("a", () => 3)], [1, 2, 2]);
  });

  test("gives an old result while it computes a new one", async () => {
    const options = { ttl: 0.01, staleWhileRevalidate: 60 };
    await cachedQuery("a", count, options);
    await sleep(20);
    assert.equal(await cachedQuery("a", count, options), 1);
    await sleep(0);
    assert.equal(await cachedQuery("a", count, options), 2);
  });

  test("keeps results under any name", async () => {
    for (const key of ["__proto__", "constructor", "x".repeat(100_000)]) {
      assert.equal(await cachedQuery(key, () => key), key);
      assert.equal(await cachedQuery(key, () => "another"), key);
    }
  });

  test("refuses what it does not understand", async () => {
    for (const options of [{ tll: 1 }, { ttl: "soon" }, { tables: ["a"] }, null])
      await assert.rejects(cachedQuery("a", count, options as never), ConfigurationError, JSON.stringify(options));
    await assert.rejects(cachedQuery("", count), ConfigurationError);
    await assert.rejects(cachedQuery(5 as never, count), ConfigurationError);
    await assert.rejects(cachedQuery("a", 5 as never), ConfigurationError);
  });
});

describe("cached", () => {
  test("keeps a result for each list of arguments", async () => {
    const calls: unknown[] = [];
    const keep = cached((...args: readonly unknown[]) => calls.push(args));
    const lists: readonly (readonly unknown[])[] = [
      [],
      [1],
      ["1"],
      [1n],
      [1, 2],
      [[1, 2]],
      ["1", "2"],
      ["12"],
      [null],
      [undefined],
      [true],
      ["true"],
      [new Date(1)],
      [0],
      [-0],
      [Number.NaN],
    ];
    for (const list of lists) await keep(...list);
    assert.equal(calls.length, lists.length);
    for (const [index, list] of lists.entries()) assert.equal(await keep(...list), index + 1);
    assert.equal(calls.length, lists.length);
  });

  test("forgets one key, all of them, and those for which there is no room", async () => {
    let calls = 0;
    const keep = cached((id: number) => [id, ++calls], { max: 2 });
    await keep(1);
    await keep(2);
    keep.invalidate(1);
    assert.deepEqual(
      [await keep(1), await keep(2)],
      [
        [1, 3],
        [2, 2],
      ],
    );
    await keep(3);
    assert.deepEqual(await keep(1), [1, 5]);
    keep.clear();
    assert.deepEqual(await keep(1), [1, 6]);
  });

  test("takes a key of the caller's, for arguments that tell nothing apart by themselves", async () => {
    let calls = 0;
    const plain = cached((_user: { id: number }) => ++calls);
    await assert.rejects(plain({ id: 1 }), ConfigurationError);
    const keyed = cached((_user: { id: number }) => ++calls, { key: ({ id }) => id, ttl: "1m" });
    assert.deepEqual([await keyed({ id: 1 }), await keyed({ id: 1 }), await keyed({ id: 2 })], [1, 1, 2]);
    keyed.invalidate(1);
    assert.equal(await keyed({ id: 1 }), 3);
    for (const options of [{ max: 0 }, { key: 5 }, { unknown: 1 }])
      assert.throws(() => cached(() => 1, options as never), ConfigurationError);
    assert.throws(() => cached(5 as never), ConfigurationError);
  });
});
