import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnRef, KeyPair } from "../../../src/ast/source.ts";
import { keyReader } from "../../../src/query/loading/row-key.ts";
import type { ColumnType } from "../../../src/types/column-type.ts";

const column = (type: ColumnType): ColumnRef => ({ name: "key", property: "key", type, nullable: true });
const pair = (near: ColumnType, far: ColumnType = near): KeyPair => [column(near), column(far)];

/** Whether two values of a key are one, as the columns of `keys` see them. */
const areOne = (keys: KeyPair, left: unknown, right: unknown): boolean => {
  const keyOf = keyReader([keys], ["key"]);
  return new Map([[keyOf({ key: left }), true]]).has(keyOf({ key: right }));
};

test("a whole number is one key as number and as bigint, and digits past a float's are not lost", () => {
  const mixed = pair({ kind: "int" }, { kind: "bigint" });
  assert.ok(areOne(mixed, 7, 7n));
  assert.ok(!areOne(mixed, 7, 8n));
  assert.ok(!areOne(pair({ kind: "bigint" }), 9007199254740992n, 9007199254740993n));
});

test("the letters of a UUID count in either case, those of a text do not", () => {
  assert.ok(areOne(pair({ kind: "uuid" }), "AB00", "ab00"));
  assert.ok(!areOne(pair({ kind: "text" }), "AB00", "ab00"));
});

test("decimals of different scales are one key where they are one number", () => {
  const decimal = pair({ kind: "decimal", precision: 9, scale: 1 }, { kind: "decimal", precision: 9, scale: 3 });
  assert.ok(areOne(decimal, "1.5", "1.500"));
  assert.ok(areOne(decimal, "100", "100.000"));
  assert.ok(!areOne(decimal, "100", "1.000"));
});

test("bytes and moments are compared by what they hold", () => {
  const bytes = pair({ kind: "bytes" });
  assert.ok(areOne(bytes, new Uint8Array([1, 255]), Buffer.from([1, 255])));
  assert.ok(!areOne(bytes, new Uint8Array([1, 2]), new Uint8Array([12])));
  assert.ok(areOne(pair({ kind: "timestamp" }), new Date(5), new Date(5)));
});

test("a key with NULL in it, or not there, is no key", () => {
  const one = keyReader([pair({ kind: "uuid" })], ["key"]);
  assert.deepEqual([one({ key: null }), one({})], [null, null]);
  const two = keyReader([pair({ kind: "int" }), pair({ kind: "text" })], ["a", "b"]);
  assert.equal(two({ a: 1, b: null }), null);
});

test("keys of two columns cannot pass for each other", () => {
  const keyOf = keyReader([pair({ kind: "text" }), pair({ kind: "text" })], ["a", "b"]);
  assert.equal(keyOf({ a: "x", b: "y" }), keyOf({ a: "x", b: "y" }));
  assert.notEqual(keyOf({ a: "1:x", b: "y" }), keyOf({ a: "1", b: "x1:y" }));
  assert.notEqual(keyOf({ a: "ab", b: "c" }), keyOf({ a: "a", b: "bc" }));
});
