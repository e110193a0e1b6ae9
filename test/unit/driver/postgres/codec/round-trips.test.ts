/** Thousands of values from a fixed seed, through the text form and the binary form: both must give back what went in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WireCodec } from "../../../../../src/driver/postgres/codec/codec.ts";
import { Codecs } from "../../../../../src/driver/postgres/codec/codecs.ts";
import { ByteWriter } from "../../../../../src/driver/postgres/protocol/byte-writer.ts";

/** mulberry32: small, and the same everywhere. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const next = random(20_260_101);
const below = (limit: number): number => Math.floor(next() * limit);
const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;

const hostile = [
  '"',
  "\\",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ",",
  ";",
  " ",
  "'",
  "NULL",
  "empty",
  "infinity",
  "é",
  "😀",
  "\n",
  "\u2028",
  "=",
  ":",
  "-",
  "a",
];
const text = (): string => Array.from({ length: below(6) }, () => pick(hostile)).join("");
const orNull = <T>(make: () => T): T | null => (next() < 0.2 ? null : make());

const array = <T>(make: () => T): unknown[] => {
  const dimensions = Array.from({ length: 1 + below(3) }, () => 1 + below(3));
  const build = (depth: number): unknown[] =>
    Array.from({ length: dimensions[depth]! }, () => (depth === dimensions.length - 1 ? orNull(make) : build(depth + 1)));
  return next() < 0.1 ? [] : build(0);
};

const range = <T>(make: () => T) => {
  const [lower, upper] = [orNull(make), orNull(make)];
  if (next() < 0.1) return { isEmpty: true, lower: null, upper: null, includesLower: false, includesUpper: false };
  return { isEmpty: false, lower, upper, includesLower: lower !== null && next() < 0.5, includesUpper: upper !== null && next() < 0.5 };
};

const bigint = (): bigint => BigInt.asIntN(64, (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32))) >> BigInt(below(64));
const instant = (): Date => new Date(Math.floor((next() - 0.02) * 8.2e15));
const numeric = (): string => {
  const whole = String(bigint() < 0n ? -bigint() : bigint()).replace("-", "");
  const fraction = Array.from({ length: below(12) }, () => below(10)).join("");
  const digits = fraction === "" ? whole : `${whole}.${fraction}`;
  return next() < 0.5 && /[1-9]/.test(digits) ? `-${digits}` : digits;
};

const check = (codec: WireCodec, value: unknown): void => {
  assert.deepEqual(codec.text.decode(codec.text.encode(value)), value, codec.name);
  const writer = new ByteWriter();
  codec.binary!.encode(writer, value);
  const bytes = Buffer.concat(writer.take());
  writer.written();
  assert.deepEqual(codec.binary!.decode(bytes, 0, bytes.length), value, codec.name);
};

const codecs = new Codecs();
codecs.describe({ kind: "range", oid: 30_001, name: "textrange", subtype: 25 });
codecs.describe({ kind: "array", oid: 30_002, name: "_textrange", element: 30_001 });
codecs.describe({ kind: "multirange", oid: 30_003, name: "textmultirange", subtype: 25 });
const fields = [
  { name: "t", type: 25 },
  { name: "ts", type: 1009 },
  { name: "r", type: 30_001 },
  { name: "n", type: 1700 },
];
codecs.describe({ kind: "composite", oid: 30_004, name: "thing", fields });
codecs.describe({ kind: "array", oid: 30_005, name: "_thing", element: 30_004 });

const thing = (): object => ({ t: orNull(text), ts: orNull(() => array(text)), r: orNull(() => range(text)), n: orNull(numeric) });

const makers: readonly (readonly [string, number, () => unknown])[] = [
  ["int8", 20, bigint],
  ["numeric", 1700, numeric],
  ["timestamptz", 1184, instant],
  ["text[]", 1009, () => array(text)],
  ["int8[]", 1016, () => array(bigint)],
  ["numeric[]", 1231, () => array(numeric)],
  ["timestamptz[]", 1185, () => array(instant)],
  ["tstzrange", 3910, () => range(instant)],
  ["range of text", 30_001, () => range(text)],
  ["array of ranges of text", 30_002, () => array(() => range(text))],
  ["multirange of text", 30_003, () => Array.from({ length: below(4) }, () => range(text))],
  ["composite", 30_004, thing],
  ["array of composites", 30_005, () => array(thing)],
];

for (const [name, oid, make] of makers) {
  test(`any ${name} comes back as it was, in text and in binary`, () => {
    for (let round = 0; round < 1500; round++) check(codecs.codec(oid), make());
  });
}
