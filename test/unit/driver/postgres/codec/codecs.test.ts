import assert from "node:assert/strict";
import { test } from "node:test";
import type { WireCodec } from "../../../../../src/driver/postgres/codec/codec.ts";
import { Codecs, type CodecSettings } from "../../../../../src/driver/postgres/codec/codecs.ts";
import { ByteWriter } from "../../../../../src/driver/postgres/protocol/byte-writer.ts";

const codecs = new Codecs();
const byName = (name: string, options: CodecSettings = {}): WireCodec => {
  const from = new Codecs(options);
  const codec = Array.from({ length: 7000 }, (_, oid) => from.codec(oid)).find((each) => each.name === name);
  assert.ok(codec, name);
  return codec;
};

/** Through both forms and back. */
const roundTrips = (codec: WireCodec, value: unknown): unknown => {
  const fromText = codec.text.decode(codec.text.encode(value));
  const { binary } = codec;
  if (binary === null) return fromText;
  const writer = new ByteWriter();
  binary.encode(writer, value);
  const bytes = Buffer.concat(writer.take());
  writer.written();
  assert.deepEqual(binary.decode(bytes, 0, bytes.length), fromText);
  return fromText;
};

const refuses = (name: string, values: readonly unknown[], options: CodecSettings = {}): void => {
  const codec = byName(name, options);
  values.forEach((value, index) => {
    assert.throws(() => codec.text.encode(value), { name: "EncodingProblem" }, `${name}, value ${index}, as text`);
    if (codec.binary !== null)
      assert.throws(() => codec.binary!.encode(new ByteWriter(), value), { name: "EncodingProblem" }, `${name}, value ${index}`);
  });
};

test("integers outside of their range, fractions and anything else are refused", () => {
  const never = [1.5, NaN, Infinity, "1", true, null, {}, [], new Date(0), Symbol("x")];
  refuses("int2", [32_768, -32_769, 32_768n, ...never]);
  refuses("int4", [2 ** 31, -(2 ** 31) - 1, 2n ** 31n, ...never]);
  refuses("int8", [2n ** 63n, -(2n ** 63n) - 1n, 2 ** 53, -(2 ** 53), ...never]);
  refuses("oid", [-1, 2 ** 32, ...never]);
  refuses("xid8", [-1n, 2n ** 64n, ...never]);
});

test("integers may be numbers or bigints, and negative zero is zero", () => {
  assert.equal(roundTrips(byName("int4"), 5n), 5);
  assert.equal(roundTrips(byName("int8"), -5), -5n);
  assert.ok(Object.is(roundTrips(byName("int4"), -0), 0));
});

test("int8 as number is exact or an error, never rounded", () => {
  const int8 = byName("int8", { int8: "number" });
  for (const value of [0, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
    assert.equal(roundTrips(int8, value), value);
  for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    assert.throws(() => int8.binary!.decode(bytes, 0, 8), { code: "E2103" });
    assert.throws(() => int8.text.decode(String(value)), { code: "E2103" });
  }
});

test("floats keep NaN, the infinities and the sign of zero; a float4 that would overflow or vanish is refused", () => {
  for (const name of ["float4", "float8"])
    for (const value of [NaN, Infinity, -Infinity, -0, 0, 1.5]) assert.ok(Object.is(roundTrips(byName(name), value), value));
  refuses("float4", [1e39, -1e39, 1e-60, "1", true]);
  refuses("float8", ["1", 2n ** 53n + 1n, true, [1]]);
});

test("numeric keeps every digit and takes SQL's spellings", () => {
  const numeric = byName("numeric");
  const spelled: readonly (readonly [unknown, string])[] = [
    ["0", "0"],
    ["-0", "0"],
    ["00012.3400", "12.3400"],
    [".5", "0.5"],
    ["5.", "5"],
    ["1e3", "1000"],
    ["12.5e-3", "0.0125"],
    ["-1.5E+2", "-150"],
    ["99999999999999999999999999999999.00000000000000000001", "99999999999999999999999999999999.00000000000000000001"],
    [`1${"0".repeat(1000)}`, `1${"0".repeat(1000)}`],
    [`0.${"0".repeat(999)}1`, `0.${"0".repeat(999)}1`],
    [12.5, "12.5"],
    [10n ** 40n, String(10n ** 40n)],
    ["NaN", "NaN"],
    ["-Infinity", "-Infinity"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
  ];
  for (const [value, expected] of spelled) {
    const writer = new ByteWriter();
    numeric.binary!.encode(writer, value);
    const bytes = Buffer.concat(writer.take());
    writer.written();
    assert.equal(numeric.binary!.decode(bytes, 0, bytes.length), expected);
  }
  refuses("numeric", ["", ".", "e5", "1e", "1,5", " 1", "0x10", "1_000", "infinity", "١", "1;drop", {}, true, null]);
});

test("text is refused when it is no string", () => {
  refuses("text", [5, true, null, {}, [], new Date(0), Buffer.from("a")]);
  refuses("bool", [0, 1, "t", "true", null]);
  refuses("bytea", ["a", [1], {}, new ArrayBuffer(2)]);
  refuses("uuid", [
    "",
    "a0eebc99",
    "a0eebc999c0b4ef8bb6d6bb9bd380a11",
    "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
    "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    5,
  ]);
});

test("JSON strings are JSON already, and other values become it; what JSON cannot hold is refused", () => {
  for (const name of ["json", "jsonb"]) {
    assert.equal(roundTrips(byName(name), '"a"'), "a");
    assert.deepEqual(roundTrips(byName(name), { a: [1, null] }), { a: [1, null] });
    refuses(name, [undefined, () => 1, Symbol("s")]);
    assert.throws(() => byName(name).text.decode("{"), { code: "E2103" });
  }
  const polluting: unknown = byName("json").text.decode('{"__proto__":{"isAdmin":true}}');
  assert.ok(Object.hasOwn(polluting as object, "__proto__"));
  assert.equal((polluting as { isAdmin?: unknown }).isAdmin, undefined);
});

test("days and times that no calendar has are refused, and so is a Date where a day is meant", () => {
  refuses("date", [
    "2023-02-29",
    "1900-02-29",
    "2024-13-01",
    "2024-00-10",
    "2024-04-31",
    "0000-01-01",
    "4714-01-01 BC",
    "5874898-01-01",
    "today",
    "",
    new Date(0),
    5,
  ]);
  refuses("time", ["24:00:01", "25:00:00", "12:60:00", "12:00:61", "12:00:00+01", "noon", 5]);
  refuses("timetz", ["12:00:00", "12:00:00+16", "12:00:00+01:60"]);
  refuses("timestamp", ["2024-01-01", "2024-01-01 00:00:00Z", "now", "2024-01-01 24:00:01", "2024-01-01 00:00:00.1234567", new Date(0)]);
  refuses("timestamptz", [
    "2024-01-01 00:00:00",
    "294277-01-01 00:00:00Z",
    "4715-01-01 00:00:00Z BC",
    new Date(NaN),
    new Date(-8.64e15),
    0,
    NaN,
  ]);
});

test("spellings that PostgreSQL takes are taken", () => {
  const timestamptz = byName("timestamptz", { timestamptz: "string" });
  const spelled: readonly (readonly [string, string])[] = [
    ["2024-01-01T00:00Z", "2024-01-01 00:00:00+00"],
    ["2024-01-01T00:00:00.5+0530", "2023-12-31 18:30:00.5+00"],
    ["2024-02-29 23:59:60-08", "2024-03-01 08:00:00+00"],
    ["2024-12-31 24:00:00+00", "2025-01-01 00:00:00+00"],
    ["0001-01-01 00:00:00+01", "0001-12-31 23:00:00+00 BC"],
    ["-infinity", "-infinity"],
  ];
  for (const [given, expected] of spelled) assert.equal(roundTrips(timestamptz, given), expected);
});

test("every instant that a Date can hold and PostgreSQL too comes back to the millisecond", () => {
  const timestamptz = byName("timestamptz");
  for (const ms of [
    0,
    -1,
    1,
    946_684_800_000,
    946_684_799_999,
    -62_135_596_800_000,
    253_402_300_800_000,
    8.64e15,
    8.64e15 - 1,
    -210_866_803_200_000,
    4_102_444_799_999,
  ]) {
    assert.deepEqual(roundTrips(timestamptz, new Date(ms)), new Date(ms));
  }
  assert.equal(roundTrips(timestamptz, Infinity), Infinity);
});

test("every day for six thousand years is printed and read as one of the calendar", () => {
  const date = byName("date");
  const bytes = Buffer.alloc(4);
  let previous = "";
  for (let day = -1_100_000; day < 1_100_000; day += 97) {
    bytes.writeInt32BE(day);
    const text = String(date.binary!.decode(bytes, 0, 4));
    const expected = new Date(day * 86_400_000 + 946_684_800_000);
    const year = expected.getUTCFullYear();
    const monthAndDay = expected.toISOString().slice(-20, -14);
    assert.equal(text, `${String(year > 0 ? year : 1 - year).padStart(4, "0")}${monthAndDay}` + (year > 0 ? "" : " BC"));
    assert.notEqual(text, previous);
    assert.equal(roundTrips(date, text), text);
    previous = text;
  }
});

test("intervals keep months, days and time apart, and are spelled as iso_8601", () => {
  const interval = byName("interval");
  const spelled: readonly (readonly [string, string])[] = [
    ["P1Y2M3DT4H5M6.789S", "P1Y2M3DT4H5M6.789S"],
    ["P2W", "P14D"],
    ["PT-0.000001S", "PT-0.000001S"],
    ["1 year -2 mons +3 days -04:05:06", "P10M3DT-4H-5M-6S"],
    ["PT90M", "PT1H30M"],
    ["PT0S", "PT0S"],
    ["infinity", "infinity"],
  ];
  for (const [given, expected] of spelled) assert.equal(roundTrips(interval, given), expected);
  refuses("interval", ["", "P", "PT", "P1", "1 hour", "P1.5Y", "P2147483648D", 5, {}]);
  assert.throws(() => interval.text.decode("@ 1 year ago"), { code: "E2103" });
});

test("arrays of every shape come back, hostile strings included", () => {
  const text = byName("_text");
  const strings = ["", "NULL", "null", '"', "\\", "{", "}", ",", " ", "a,b", "é😀", "\u2028", "${x}", "\\N", "[1:2]={a}", "\n\t"];
  assert.deepEqual(roundTrips(text, strings), strings);
  assert.deepEqual(roundTrips(text, [strings, strings.toReversed()]), [strings, strings.toReversed()]);
  assert.deepEqual(roundTrips(text, []), []);
  assert.deepEqual(roundTrips(text, [null, "a", null]), [null, "a", null]);
  assert.deepEqual(roundTrips(byName("_int4"), [[[[[[1, null]]]]]]), [[[[[[1, null]]]]]]);
  const many = Array.from({ length: 20_000 }, (_, index) => index);
  assert.deepEqual(roundTrips(byName("_int4"), many), many);
});

test("arrays that are not rectangular, too deep or no arrays are refused", () => {
  refuses("_int4", [[[1], [1, 2]], [1, [2]], [[1], 2], [[]], [[[[[[[1]]]]]]], [1.5], ["1"], "{1}", { length: 1 }, 5]);
  refuses("_text", [[1], [["a"], null]]);
});

test("in arrays of JSON an inner array is a value", () => {
  assert.deepEqual(roundTrips(byName("_jsonb"), [[1, 2], { a: 1 }, null]), [[1, 2], { a: 1 }, null]);
});

test("an array's text with lower bounds is read without them; boxes are separated by semicolons", () => {
  assert.deepEqual(byName("_int4").text.decode("[-1:0][2:3]={{1,2},{3,NULL}}"), [
    [1, 2],
    [3, null],
  ]);
  assert.deepEqual(byName("_box").text.decode("{(1,1),(0,0);(3,3),(2,2)}"), ["(1,1),(0,0)", "(3,3),(2,2)"]);
});

test("text of an array that is broken is refused and never loops", () => {
  for (const text of [
    "",
    "{",
    "}",
    "{1",
    "{1,",
    "{1,}",
    "{,1}",
    '{"a',
    '{"a\\',
    "{1}}",
    "{{1}",
    "{1}x",
    "[1:2]",
    "[1:2]={",
    "{".repeat(1000),
  ]) {
    assert.throws(() => byName("_text").text.decode(text), { code: "E2103" }, text.slice(0, 20));
  }
});

test("binary arrays with counts and lengths that are not true are refused", () => {
  const int4s = byName("_int4").binary!;
  const writer = new ByteWriter();
  int4s.encode(writer, [1, 2, 3]);
  const good = Buffer.concat(writer.take());
  writer.written();
  for (let length = 0; length < good.length; length++) assert.throws(() => int4s.decode(good, 0, length), { code: "E2103" });
  for (const [at, value] of [
    [0, 7],
    [0, -1],
    [12, -1],
    [12, 0x7fff_ffff],
    [12, 2],
    [20, -2],
    [20, 5],
    [20, 0x7fff_ffff],
  ] as const) {
    const bad = Buffer.from(good);
    bad.writeInt32BE(value, at);
    assert.throws(() => int4s.decode(bad, 0, bad.length), { code: "E2103" }, `${value} at ${at}`);
  }
});

test("ranges say what they include, and an absent bound is without end", () => {
  const range = byName("int4range");
  const expected = { isEmpty: false, lower: 1, upper: 5, includesLower: true, includesUpper: false };
  assert.deepEqual(roundTrips(range, { lower: 1, upper: 5 }), expected);
  assert.deepEqual(roundTrips(range, { lower: null, upper: 5, includesLower: true }), { ...expected, lower: null, includesLower: false });
  assert.deepEqual(roundTrips(range, { isEmpty: true }), {
    isEmpty: true,
    lower: null,
    upper: null,
    includesLower: false,
    includesUpper: false,
  });
  refuses("int4range", [
    {},
    { lower: 1 },
    { lower: 1.5, upper: 2 },
    { lower: 1, upper: 2, includesLower: "yes" },
    "[1,2)",
    [1, 2],
    null,
    5,
  ]);
  for (const text of ["", "[", "[1", "[1,2", "1,2)", "[1,2)x", "[1;2)", "[1,2,3)"])
    assert.throws(() => range.text.decode(text), { code: "E2103" }, text);
});

test("multiranges are arrays of ranges", () => {
  const of = (lower: number, upper: number | null) => ({ isEmpty: false, lower, upper, includesLower: true, includesUpper: false });
  for (const value of [[], [of(1, 2)], [of(1, 2), of(5, null)]]) assert.deepEqual(roundTrips(byName("int4multirange"), value), value);
  refuses("int4multirange", [{}, "{}", [5], of(1, 2)]);
});

test("composite values are objects with all fields in order, whatever the fields are called", () => {
  const described = new Codecs();
  const fields = ["a", "__proto__", 'q"x', "constructor"].map((name) => ({ name, type: 25 }));
  const composite = described.describe({ kind: "composite", oid: 20_000, name: "thing", fields });
  const texts = ["", 'a"b\\c', "(1,2)", " "];
  const value: unknown = roundTrips(composite, texts);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual(
    Object.entries(value as object),
    fields.map((field, index) => [field.name, texts[index]]),
  );
  assert.deepEqual(Object.values(roundTrips(composite, { a: "x" }) as object), ["x", null, null, null]);
  for (const bad of [["a"], { a: 1 }, "x", 5, new Date(0)]) assert.throws(() => composite.text.encode(bad), { name: "EncodingProblem" });
  assert.throws(() => composite.text.encode({ constructr: "x" }), /Did you mean 'constructor'/);
});

test("a described type can be used in arrays, ranges, domains and composites", () => {
  const described = new Codecs();
  described.describe({ kind: "enum", oid: 20_001, name: "mood", labels: ["sad", "ok"] });
  described.describe({ kind: "domain", oid: 20_002, name: "happy", base: 20_001 });
  const moods = described.describe({ kind: "array", oid: 20_003, name: "_happy", element: 20_002 });
  assert.deepEqual(roundTrips(moods, ["sad", null, "ok"]), ["sad", null, "ok"]);
  assert.throws(() => moods.text.encode(["bad"]), /one of its 2 labels/);
  described.describe({ kind: "base", oid: 20_004, name: "citext", delimiter: "," });
  const texts = described.describe({ kind: "array", oid: 20_005, name: "_citext", element: 20_004 });
  assert.equal(texts.binary, null);
  assert.deepEqual(roundTrips(texts, ["a,b", null]), ["a,b", null]);
  assert.throws(() => described.describe({ kind: "array", oid: 20_006, name: "_x", element: 29_999 }), { code: "E1001" });
  assert.ok(described.knows(20_003));
  described.forgetDescribed();
  assert.ok(!described.knows(20_003));
  assert.ok(described.knows(23));
});

test("a type that nobody described is the server's own text, and the same codec every time", () => {
  assert.ok(!codecs.knows(99_999));
  assert.equal(codecs.codec(99_999), codecs.codec(99_999));
  assert.equal(roundTrips(codecs.codec(99_999), "POINT(1 2)"), "POINT(1 2)");
  assert.equal(codecs.codec(4_294_967_295).resultFormat, 0);
});

test("types of one's own replace the built-in ones, in arrays too", () => {
  const point = {
    decode: (text: string): unknown => text.slice(1, -1).split(",").map(Number),
    encode: (value: unknown): string => `(${String(value)})`,
  };
  const custom = new Codecs({ custom: { point } });
  assert.deepEqual(roundTrips(custom.codec(600), [1, 2]), [1, 2]);
  assert.deepEqual(custom.codec(1017).text.decode('{"(1,2)",NULL}'), [[1, 2], null]);
});
