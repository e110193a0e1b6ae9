import assert from "node:assert/strict";
import { it } from "node:test";
import { bindWhereExact, hasExactBinary } from "../../../../src/driver/postgres/statements/described-parameter.ts";
import { ByteWriter } from "../../../../src/driver/postgres/protocol/byte-writer.ts";

const formatFor = (type: number, value: unknown): string => {
  let chosen = "none";
  const bind = bindWhereExact(
    [type],
    () => (chosen = "binary"),
    () => (chosen = "text"),
  );
  bind(new ByteWriter(), [value]);
  return chosen;
};

const exact: readonly (readonly [string, number, readonly unknown[]])[] = [
  ["bool", 16, [true, false]],
  ["int2", 21, [-32_768, 32_767]],
  ["int4", 23, [0, -2_147_483_648, 2_147_483_647]],
  ["int8", 20, [Number.MAX_SAFE_INTEGER, 2n ** 63n - 1n, -(2n ** 63n)]],
  ["float8", 701, [1.5, NaN, -Infinity]],
  ["timestamptz", 1184, [new Date(0), new Date("0001-01-01T00:00:00Z"), new Date("9999-12-31T23:59:59.999Z")]],
  ["int4[]", 1007, [[], [1, null, 3]]],
  ["text[]", 1009, [["a", null, ""]]],
  ["uuid[]", 2951, [[], ["8A7f0c7e-1f0a-4b7e-9d0b-1f2e3d4c5b6a", null]]],
];

for (const [name, type, values] of exact) {
  it(`values that ${name} holds travel in binary`, () => {
    for (const value of [...values, null, undefined]) assert.equal(formatFor(type, value), "binary");
  });
}

const others: readonly (readonly [string, number, readonly unknown[]])[] = [
  ["bool", 16, ["t", 1]],
  ["int2", 21, [32_768]],
  ["int4", 23, ["1", 1.5, NaN, 2_147_483_648, 1n, true]],
  ["int8", 20, [2 ** 53, 2n ** 63n, "1"]],
  ["float8", 701, [-0, "1.5", 1n]],
  ["timestamptz", 1184, [new Date(NaN), new Date("-000001-01-01T00:00:00Z"), new Date("+010000-01-01T00:00:00Z"), "2024-01-01"]],
  ["int4[]", 1007, [[1.5], [[1]], "{1}"]],
  ["text[]", 1009, [[1], [["a"]]]],
  ["uuid[]", 2951, [["none"], ["{8a7f0c7e-1f0a-4b7e-9d0b-1f2e3d4c5b6a}"], ["8a7f0c7e1f0a4b7e9d0b1f2e3d4c5b6a"], [[]], "{}"]],
];

for (const [name, type, values] of others) {
  it(`what is no plain value of ${name} is left to the server, as text`, () => {
    for (const value of values) assert.equal(formatFor(type, value), "text");
  });
}

it("types whose text is what the server is to judge are never sent in binary", () => {
  for (const type of [25, 700, 1043, 1082, 1114, 1700, 2950, 3802]) assert.equal(hasExactBinary(type), false);
});
