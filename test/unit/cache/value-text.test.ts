import assert from "node:assert/strict";
import { test } from "node:test";
import { valueOf, valueText } from "../../../src/cache/value-text.ts";
import { copied } from "../../../src/cache/kept-rows.ts";
import { Random } from "../../support/random.ts";

const leaves = (random: Random): unknown =>
  random.of<() => unknown>([
    () => null,
    () => undefined,
    () => random.chance(0.5),
    () => random.next() * 10 ** (random.below(600) - 300),
    () => random.of([0, -0, Number.NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER, 5e-324]),
    () => BigInt(random.below(1000)) ** BigInt(random.below(50)) * (random.chance(0.5) ? -1n : 1n),
    () => String.fromCodePoint(...random.many(random.below(5), () => random.of([0, 10, 34, 92, 0x2028, 0xd7ff, 0x1f642]))),
    () => random.of(["i", "a", "o", "__proto__", "$"]),
    () => new Date(random.below(2 ** 40)),
    () => new Uint8Array(random.many(random.below(9), () => random.below(256))),
    () => Buffer.from(random.many(random.below(9), () => random.below(256))),
  ])();

const anything = (random: Random, depth: number): unknown => {
  if (depth === 0 || random.chance(0.4)) return leaves(random);
  if (random.chance(0.5)) return random.many(random.below(4), () => anything(random, depth - 1));
  const keys = random.many(random.below(4), () => random.of(["a", "b", "__proto__", "constructor", "", "toJSON", "1"]));
  return Object.fromEntries(keys.map((key) => [key, anything(random, depth - 1)]));
};

test("values come back from text, and from being copied, exactly as they were", () => {
  const random = new Random(11);
  for (let round = 0; round < 3000; round++) {
    const value = anything(random, 4);
    assert.deepStrictEqual(valueOf(valueText(value)), value);
    assert.deepStrictEqual(copied(value), value);
  }
  const bare = Object.assign(Object.create(null) as object, { a: 1 });
  assert.equal(Object.getPrototypeOf(valueOf(valueText(bare))), null);
});

test("a copy shares nothing that can be changed", () => {
  const value = { list: [{ at: new Date(1) }], bytes: new Uint8Array([1]) };
  const copy = copied(value) as typeof value;
  copy.list[0]!.at.setTime(9);
  copy.list.push(copy.list[0]!);
  copy.bytes[0] = 9;
  assert.deepEqual(value, { list: [{ at: new Date(1) }], bytes: new Uint8Array([1]) });
});

test("what cannot be kept is refused, and text of nobody's is no value", () => {
  class Own {}
  for (const value of [() => 1, Symbol("x"), new Own(), new Map(), [new Own()], { a: new Uint16Array(1) }]) {
    assert.throws(() => valueText(value));
    assert.throws(() => copied(value));
  }
  for (const text of ["", "{", '["f","x"]', '[["a"]]', '["i","x"]']) assert.throws(() => valueOf(text), text);
});
