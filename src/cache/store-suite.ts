/** What every store must do, as tests: run it on a store of your own. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { CacheStore, KeptAnswer } from "./cache-store.ts";

/** `test` of `node:test`, or anything that takes a name and a function. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown;

/** A store without answers. `close` is called when the test is over. */
export interface StoreUnderTest {
  readonly store: CacheStore;
  readonly close?: () => unknown;
}

const answer = (rows: readonly (readonly unknown[])[]): KeptAnswer =>
  Object.freeze({ rows, count: rows.length, columns: ["value"], keptAt: Date.now() });

const long = 60_000;
const tables = ["users", "posts"];

/** Keeps an answer as a cache would: with the stamp from before the database was asked. */
const keep = async (store: CacheStore, key: string, given: KeptAnswer, keepMs = long, of: readonly string[] = tables): Promise<void> => {
  const { stamp } = await store.get(key, of);
  await store.set(key, given, { tables: of, stamp, keepMs });
};

const rowsIn = async (store: CacheStore, key: string, of: readonly string[] = tables): Promise<KeptAnswer["rows"] | null> =>
  (await store.get(key, of)).answer?.rows ?? null;

/** One of each type that rows hold. */
const everyType: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2n ** 80n,
  -1n,
  "",
  "text \u0000 \n ✓ 🙂",
  "12345678901234567890.123456789",
  new Date(0),
  new Date(Number.NaN),
  new Uint8Array([0, 255]),
  Buffer.from("bytes"),
  [],
  [1, [2n, null], new Date(1)],
  {},
  { nested: { list: [{ deep: true }], "": 0 } },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'),
];

/** Registers the tests. `makeStore` makes a store of its own for each. */
export const cacheStoreSuite = (test: TestFunction, makeStore: () => StoreUnderTest | Promise<StoreUnderTest>): void => {
  const tried = (name: string, run: (store: CacheStore) => Promise<void>): void => {
    test(name, async () => {
      const { store, close } = await makeStore();
      try {
        await run(store);
      } finally {
        await close?.();
      }
    });
  };

  tried("a store has nothing under a key that was never set", async (store) => {
    assert.equal(await rowsIn(store, "unknown"), null);
  });

  tried("a store gives what was kept, with its count, columns and time", async (store) => {
    const given = answer([[1, "a"]]);
    await keep(store, "key", given);
    const { rows, count, columns, keptAt } = (await store.get("key", tables)).answer!;
    assert.deepEqual({ rows, count, columns, keptAt }, { ...given });
  });

  tried("a store keeps every type exactly", async (store) => {
    await keep(store, "types", answer([everyType]));
    const [row] = (await rowsIn(store, "types"))!;
    assert.deepStrictEqual(row, everyType);
    assert.ok(Object.is(row[4], -0));
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  tried("a store keeps answers under any key, also names of prototypes", async (store) => {
    for (const key of ["__proto__", "constructor", "toString", "a b", "a:b", "ü🙂", "x".repeat(1000)]) {
      assert.equal(await rowsIn(store, key), null, key);
      await keep(store, key, answer([[key]]));
    }
    for (const key of ["__proto__", "constructor", "toString", "a b", "a:b", "ü🙂", "x".repeat(1000)])
      assert.deepEqual(await rowsIn(store, key), [[key]]);
  });

  tried("a later answer takes the place of an earlier one", async (store) => {
    await keep(store, "key", answer([[1]]));
    await keep(store, "key", answer([[2]]));
    assert.deepEqual(await rowsIn(store, "key"), [[2]]);
  });

  tried("an answer ends with its time", async (store) => {
    await keep(store, "short", answer([[1]]), 30);
    await keep(store, "long", answer([[2]]));
    await pause(60);
    assert.equal(await rowsIn(store, "short"), null);
    assert.deepEqual(await rowsIn(store, "long"), [[2]]);
  });

  tried("a change of a table makes the answers about it void, and no others", async (store) => {
    await keep(store, "both", answer([[1]]), long, ["users", "posts"]);
    await keep(store, "users", answer([[2]]), long, ["users"]);
    await keep(store, "none", answer([[3]]), long, []);
    await store.invalidate(["posts"]);
    assert.equal(await rowsIn(store, "both", ["users", "posts"]), null);
    assert.deepEqual(await rowsIn(store, "users", ["users"]), [[2]]);
    await store.invalidate([]);
    assert.deepEqual(await rowsIn(store, "users", ["users"]), [[2]]);
    await store.invalidate(null);
    assert.equal(await rowsIn(store, "users", ["users"]), null);
    assert.equal(await rowsIn(store, "none", []), null);
  });

  tried("tables may have any name", async (store) => {
    for (const table of ["__proto__", "a b", 'sa"id', "schema.table"]) {
      await keep(store, "key", answer([[table]]), long, [table]);
      assert.deepEqual(await rowsIn(store, "key", [table]), [[table]]);
      await store.invalidate([table]);
      assert.equal(await rowsIn(store, "key", [table]), null);
    }
  });

  tried("an answer from before a change is not kept after it", async (store) => {
    const { stamp } = await store.get("key", tables);
    await store.invalidate(["users"]);
    await store.set("key", answer([["old"]]), { tables, stamp, keepMs: long });
    assert.equal(await rowsIn(store, "key"), null);
    const { stamp: later } = await store.get("key", tables);
    assert.notEqual(later, stamp);
    await store.set("key", answer([["new"]]), { tables, stamp: later, keepMs: long });
    assert.deepEqual(await rowsIn(store, "key"), [["new"]]);
  });

  tried("an answer that is void stays void, however often its tables change", async (store) => {
    const { stamp } = await store.get("key", tables);
    for (let count = 0; count < 20; count++) {
      await store.invalidate(count % 2 === 0 ? ["users"] : ["posts", "others"]);
      await store.set("key", answer([["old"]]), { tables, stamp, keepMs: long });
      assert.equal(await rowsIn(store, "key"), null);
    }
  });
};
