/**
 * What every store has to do, as functions that throw where one does not. For any test runner:
 *
 *     for (const { name, check } of fileStoreChecks) test(name, () => check(() => bucketStore("uploads-test")));
 */
import assert from "node:assert/strict";
import { FileNotFound, UnsafeFileKey } from "../base/errors.ts";
import { piecesOf, wholeOf } from "./file-body.ts";
import type { ByteRange, FileStore } from "./file-store.ts";

export interface FileStoreCheck {
  readonly name: string;
  /** `makeStore` gives an empty store each time it is called. */
  readonly check: (makeStore: () => FileStore | Promise<FileStore>) => Promise<void>;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const write = (store: FileStore, key: string, content: string | Uint8Array): Promise<void> => store.write(key, piecesOf(content));
const read = (store: FileStore, key: string, range?: ByteRange): Promise<Uint8Array> => wholeOf(store.read(key, range));
const keysOf = async (store: FileStore, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
};

/** Bytes that repeat after a prime number of them, so that no piece looks like the one before. */
const manyBytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 251);

const unsafe = [
  "",
  "/etc/passwd",
  "..",
  "../up",
  "a/../../up",
  "a//b",
  "a/./b",
  "a\\b",
  "a\0b",
  "c:/x",
  "a/",
  "con",
  "a/nul.txt",
  "x. ",
  "a:b",
];

const check = (name: string, work: (store: FileStore) => Promise<void>): FileStoreCheck => ({
  name,
  check: async (makeStore) => work(await makeStore()),
});

/** In no particular order; each with a store of its own. */
export const fileStoreChecks: readonly FileStoreCheck[] = [
  check("gives back the bytes that were written, also none and many", async (store) => {
    const many = manyBytes(1_000_003);
    await write(store, "a/many.bin", many);
    await write(store, "none.bin", new Uint8Array());
    assert.ok(Buffer.from(await read(store, "a/many.bin")).equals(many));
    assert.equal((await read(store, "none.bin")).length, 0);
    assert.equal((await store.stat("a/many.bin"))?.size, many.length);
    assert.equal((await store.stat("none.bin"))?.size, 0);
  }),
  check("takes pieces of any length, in their order", async (store) => {
    const all = manyBytes(600_000);
    const cuts = [0, 1, 2, 262_143, 262_144, 262_145, 599_999, 600_000];
    const pieces = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      for (const [index, cut] of cuts.entries()) if (index > 0) yield all.subarray(cuts[index - 1], cut);
    };
    await store.write("cut.bin", pieces());
    assert.ok(Buffer.from(await read(store, "cut.bin")).equals(all));
  }),
  check("gives a range as slice() does", async (store) => {
    const all = manyBytes(530_000);
    await write(store, "range.bin", all);
    const ranges: readonly ByteRange[] = [
      {},
      { start: 0, end: 0 },
      { start: 5, end: 10 },
      { start: 262_140, end: 262_150 },
      { start: 262_144 },
      { start: 529_999, end: 900_000 },
      { start: 530_000 },
      { start: 10, end: 5 },
    ];
    for (const { start = 0, end = all.length } of ranges) {
      const expected = all.subarray(start, Math.max(start, end));
      assert.ok(Buffer.from(await read(store, "range.bin", { start, end })).equals(expected), `${start} to ${end}`);
    }
    await assert.rejects(() => read(store, "range.bin", { start: -1 }), RangeError);
  }),
  check("replaces a file as a whole", async (store) => {
    await write(store, "same", "a longer text that was there");
    await write(store, "same", "short");
    assert.equal(text(await read(store, "same")), "short");
    assert.deepEqual(await keysOf(store, ""), ["same"]);
  }),
  check("keeps nothing of a body that fails, and what was there", async (store) => {
    const broken = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      yield manyBytes(300_000);
      throw new Error("the line is gone");
    };
    await write(store, "kept", "as it was");
    await assert.rejects(() => store.write("kept", broken()), /the line is gone/);
    await assert.rejects(() => store.write("new", broken()), /the line is gone/);
    assert.equal(text(await read(store, "kept")), "as it was");
    assert.equal(await store.stat("new"), null);
    assert.deepEqual(await keysOf(store, ""), ["kept"]);
  }),
  check("says what is not there", async (store) => {
    assert.equal(await store.stat("a/b"), null);
    assert.equal(await store.delete("a/b"), false);
    await assert.rejects(() => read(store, "a/b"), FileNotFound);
    assert.deepEqual(await keysOf(store, ""), []);
    assert.deepEqual(await keysOf(store, "a/"), []);
  }),
  check("deletes one file and no other", async (store) => {
    await write(store, "a/one", "1");
    await write(store, "a/two", "2");
    assert.equal(await store.delete("a/one"), true);
    assert.equal(await store.delete("a/one"), false);
    await assert.rejects(() => read(store, "a/one"), FileNotFound);
    assert.equal(text(await read(store, "a/two")), "2");
  }),
  check("lists by prefix, in folders and within names", async (store) => {
    for (const key of ["a/1.txt", "a/b/2.txt", "ab/3.txt", "a_/4.txt", "A/5.txt", "z%"]) await write(store, key, key);
    assert.deepEqual(await keysOf(store, ""), ["A/5.txt", "a/1.txt", "a/b/2.txt", "a_/4.txt", "ab/3.txt", "z%"]);
    assert.deepEqual(await keysOf(store, "a/"), ["a/1.txt", "a/b/2.txt"]);
    assert.deepEqual(await keysOf(store, "a"), ["a/1.txt", "a/b/2.txt", "a_/4.txt", "ab/3.txt"]);
    assert.deepEqual(await keysOf(store, "a/b/2"), ["a/b/2.txt"]);
    assert.deepEqual(await keysOf(store, "%"), []);
    for await (const { key, size, modifiedAt } of store.list("")) {
      assert.equal(size, key.length);
      assert.ok(Math.abs(Date.now() - modifiedAt.getTime()) < 60_000, "the time is about now");
    }
  }),
  check("keeps names as they are: spaces, other scripts, signs", async (store) => {
    for (const key of ["with space.txt", "Übergröße.txt", "雨/海燕.txt", "🐦.txt", "it's $1 & 50%.txt", "-rf"]) {
      await write(store, key, key);
      assert.equal(text(await read(store, key)), key);
    }
    assert.equal((await keysOf(store, "")).length, 6);
  }),
  check("refuses keys that lead elsewhere, whatever is asked", async (store) => {
    for (const key of unsafe) {
      await assert.rejects(() => write(store, key, "x"), UnsafeFileKey, JSON.stringify(key));
      await assert.rejects(() => read(store, key), UnsafeFileKey, JSON.stringify(key));
      await assert.rejects(async () => store.stat(key), UnsafeFileKey, JSON.stringify(key));
      await assert.rejects(async () => store.delete(key), UnsafeFileKey, JSON.stringify(key));
    }
    assert.deepEqual(await keysOf(store, ""), []);
  }),
  check("writes at once to one key leave one of the bodies, whole", async (store) => {
    const bodies = Array.from({ length: 8 }, (_, index) => String(index).repeat(300_000));
    await Promise.all(bodies.map((body) => write(store, "contested", body)));
    assert.ok(bodies.includes(text(await read(store, "contested"))), "one of them, whole");
    assert.deepEqual(await keysOf(store, ""), ["contested"]);
  }),
  check("stops reading when nobody listens any more", async (store) => {
    await write(store, "long", manyBytes(2_000_000));
    for await (const piece of store.read("long")) {
      assert.ok(piece.length > 0);
      break;
    }
    assert.equal(await store.delete("long"), true);
  }),
];
