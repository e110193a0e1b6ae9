// Every kind: what belongs, how it is stored as text, and that it comes back the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrayAsText } from "../../../src/types/array.ts";
import { booleanAsInteger } from "../../../src/types/boolean.ts";
import { bytesCodec } from "../../../src/types/bytes.ts";
import { problemWith } from "../../../src/types/check.ts";
import { type Codec, type ColumnType, ValueProblem } from "../../../src/types/column-type.ts";
import { dateAsText } from "../../../src/types/date.ts";
import { decimalAsText } from "../../../src/types/decimal.ts";
import { floatCodec } from "../../../src/types/float.ts";
import { bigintCodec, integerCodec } from "../../../src/types/integer.ts";
import { jsonAsText } from "../../../src/types/json.ts";
import { textCodec } from "../../../src/types/text.ts";
import { timeAsText } from "../../../src/types/time.ts";
import { timestampAsText } from "../../../src/types/timestamp.ts";
import { uuidCodec } from "../../../src/types/uuid.ts";

const encode = (codec: Codec, value: unknown): unknown => (codec.encode === null ? value : codec.encode(value as never));
const decode = (codec: Codec, stored: unknown): unknown => (codec.decode === null ? stored : codec.decode(stored as never));

const int: ColumnType = { kind: "int" };
const small: ColumnType = { kind: "int", size: 2 };
const money: ColumnType = { kind: "decimal", precision: 10, scale: 2 };
const list = (element: ColumnType): ColumnType => ({ kind: "array", element });
const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";

const kept: readonly (readonly [ColumnType, Codec, value: unknown, stored: unknown, back?: unknown])[] = [
  [int, integerCodec(int), 0, 0],
  [int, integerCodec(int), -2147483648, -2147483648],
  [int, integerCodec(int), 2147483647, 2147483647],
  [small, integerCodec(small), -32768, -32768],
  [small, integerCodec(small), 32767, 32767],
  [{ kind: "bigint" }, bigintCodec, 2n ** 63n - 1n, 2n ** 63n - 1n],
  [{ kind: "bigint" }, bigintCodec, -(2n ** 63n), -(2n ** 63n)],
  [{ kind: "float" }, floatCodec, 0.1, 0.1],
  [{ kind: "float" }, floatCodec, Number.MAX_VALUE, Number.MAX_VALUE],
  [{ kind: "float" }, floatCodec, -Infinity, -Infinity],
  [{ kind: "bool" }, booleanAsInteger, true, 1],
  [{ kind: "bool" }, booleanAsInteger, false, 0],
  [money, decimalAsText(money), "12.3", "12.30", "12.30"],
  [money, decimalAsText(money), "-0.00", "0.00", "0.00"],
  [money, decimalAsText(money), "+007.50", "7.50", "7.50"],
  [money, decimalAsText(money), "12345678.99", "12345678.99"],
  [money, decimalAsText(money), "1.5e2", "150.00", "150.00"],
  [money, decimalAsText(money), ".5", "0.50", "0.50"],
  [money, decimalAsText(money), "12.300", "12.30", "12.30"],
  [money, decimalAsText(money), 0.1, "0.10", "0.10"],
  [money, decimalAsText(money), 25n, "25.00", "25.00"],
  [
    { kind: "decimal" },
    decimalAsText({ kind: "decimal" }),
    "123456789012345678901234567890.123456789",
    "123456789012345678901234567890.123456789",
  ],
  [{ kind: "text" }, textCodec, "", ""],
  [{ kind: "text" }, textCodec, "naïve \u{1f600} 'quoted' \u2028", "naïve \u{1f600} 'quoted' \u2028"],
  [{ kind: "uuid" }, uuidCodec, uuid, uuid],
  [{ kind: "uuid" }, uuidCodec, uuid.toUpperCase(), uuid, uuid],
  [{ kind: "timestamp" }, timestampAsText, new Date("2026-03-01T08:30:00.000Z"), "2026-03-01 08:30:00"],
  [{ kind: "timestamp" }, timestampAsText, new Date("2026-03-01T08:30:00.007Z"), "2026-03-01 08:30:00.007"],
  [{ kind: "timestamp" }, timestampAsText, new Date("1969-12-31T23:59:59.999Z"), "1969-12-31 23:59:59.999"],
  [{ kind: "timestamp" }, timestampAsText, new Date("0000-02-29T00:00:00.000Z"), "0000-02-29 00:00:00"],
  [{ kind: "timestamp" }, timestampAsText, new Date("9999-12-31T23:59:59.999Z"), "9999-12-31 23:59:59.999"],
  [{ kind: "date" }, dateAsText, "2024-02-29", "2024-02-29"],
  [{ kind: "time" }, timeAsText, "23:59:59", "23:59:59"],
  [{ kind: "time" }, timeAsText, "10:00:00.500000", "10:00:00.5", "10:00:00.5"],
  [{ kind: "time" }, timeAsText, "10:00:00.000", "10:00:00", "10:00:00"],
  [{ kind: "time" }, timeAsText, "10:20:30", "10:20:30"],
  [{ kind: "json" }, jsonAsText, { a: [1, null, "x", { b: true }] }, '{"a":[1,null,"x",{"b":true}]}'],
  [{ kind: "json" }, jsonAsText, "null", '"null"'],
  [{ kind: "json" }, jsonAsText, JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  [{ kind: "json" }, jsonAsText, new Date(0), '"1970-01-01T00:00:00.000Z"', "1970-01-01T00:00:00.000Z"],
  [{ kind: "bytes" }, bytesCodec, Uint8Array.of(0, 255), Uint8Array.of(0, 255)],
  [list(int), arrayAsText(list(int)), [1, null, -2], "[1,null,-2]"],
  [list({ kind: "bigint" }), arrayAsText(list({ kind: "bigint" })), [2n ** 62n], '["4611686018427387904"]'],
  [list({ kind: "bool" }), arrayAsText(list({ kind: "bool" })), [true, false], "[true,false]"],
  [list({ kind: "float" }), arrayAsText(list({ kind: "float" })), [0.5, 1], "[0.5,1]"],
  [list({ kind: "text" }), arrayAsText(list({ kind: "text" })), ["a,b", '"', ""], '["a,b","\\"",""]'],
  [list({ kind: "timestamp" }), arrayAsText(list({ kind: "timestamp" })), [new Date(1)], '["1970-01-01 00:00:00.001"]'],
  [list({ kind: "bytes" }), arrayAsText(list({ kind: "bytes" })), [Uint8Array.of(1, 171)], '["01ab"]'],
  [list({ kind: "json" }), arrayAsText(list({ kind: "json" })), [{ a: 1 }], '[{"a":1}]'],
  [list(money), arrayAsText(list(money)), ["1.5"], '["1.50"]', ["1.50"]],
  [list({ kind: "text" }), arrayAsText(list({ kind: "text" })), [], "[]"],
];
for (const [type, codec, value, stored, back = value] of kept) {
  test(`${type.kind} keeps ${typeof stored === "bigint" ? `${stored}n` : JSON.stringify(stored)}`, () => {
    assert.equal(problemWith(type, value), null);
    assert.deepEqual(encode(codec, value), stored);
    assert.deepEqual(decode(codec, stored), back);
  });
}

const circle: Record<string, unknown> = { inner: {} };
(circle["inner"] as Record<string, unknown>)["back"] = circle;
const text: ColumnType = { kind: "text", minLength: 2, maxLength: 3 };
const refused: readonly (readonly [ColumnType, Codec | null, value: unknown, problem: string])[] = [
  [int, integerCodec(int), 1.5, "expects an integer between -2147483648 and 2147483647, got a fraction"],
  [int, integerCodec(int), 2147483648, "expects an integer between -2147483648 and 2147483647, got one outside of that"],
  [int, integerCodec(int), Number.NaN, "expects an integer between -2147483648 and 2147483647, got NaN"],
  [int, integerCodec(int), "1", "expects an integer, got a string"],
  [small, integerCodec(small), 32768, "expects an integer between -32768 and 32767, got one outside of that"],
  [{ kind: "int", min: 3 }, null, 2, "expects at least 3, got less"],
  [{ kind: "int", max: 3 }, null, 4, "expects at most 3, got more"],
  [{ kind: "bigint" }, bigintCodec, 2n ** 63n, "expects a bigint of 64 bits, got a greater one"],
  [{ kind: "bigint" }, bigintCodec, 0.5, "expects a bigint, got a fraction"],
  [{ kind: "float" }, floatCodec, "1", "expects a number, got a string"],
  [{ kind: "bool" }, booleanAsInteger, 1, "expects true or false, got an integer"],
  [money, decimalAsText(money), "1.234", "expects at most 2 digits behind the point, got 3"],
  [money, decimalAsText(money), "123456789", "expects at most 8 digits before the point, got 9"],
  [money, decimalAsText(money), Number.NaN, "expects a decimal number as a string, got NaN"],
  [money, decimalAsText(money), "Infinity", "expects a decimal number such as '12.30', got another string"],
  [money, decimalAsText(money), "", "expects a decimal number such as '12.30', got another string"],
  [money, decimalAsText(money), "1e99999", "expects a decimal number such as '12.30', got another string"],
  [text, textCodec, "a\0b", "expects text without NUL characters, got one at least"],
  [text, textCodec, "\ud800a", "expects well-formed Unicode, got a lone surrogate"],
  [text, textCodec, { toString: () => "gadget" }, "expects a string, got an object"],
  [text, textCodec, ["x"], "expects a string, got an array"],
  [text, null, "abcd", "expects at most 3 characters, got 4"],
  [text, null, "\u{1f600}", "expects at least 2 characters, got 1"],
  [{ kind: "text", values: ["a", "b"] }, null, "c", "expects one of 'a', 'b', got another string"],
  [{ kind: "text", pattern: /^a+$/ }, null, "b", "expects text that matches /^a+$/, got another string"],
  [{ kind: "uuid" }, uuidCodec, "x", `expects a UUID such as '${uuid}', got another string`],
  [{ kind: "timestamp" }, timestampAsText, new Date(Number.NaN), "expects a Date, got an invalid Date"],
  [{ kind: "timestamp" }, timestampAsText, "2026-01-01", "expects a Date, got a string"],
  [{ kind: "date" }, dateAsText, "2023-02-29", "expects a day that exists, got one that the calendar does not have"],
  [{ kind: "date" }, dateAsText, "1900-02-29", "expects a day that exists, got one that the calendar does not have"],
  [{ kind: "date" }, dateAsText, "2023-2-9", "expects a day of the form 'YYYY-MM-DD', got another string"],
  [{ kind: "date" }, dateAsText, new Date(0), "expects a day as a string 'YYYY-MM-DD', got a Date"],
  [{ kind: "time" }, timeAsText, "24:00:00", "expects a time from '00:00:00' to '23:59:59.999999', got another string"],
  [{ kind: "json" }, jsonAsText, undefined, "expects JSON, got undefined"],
  [{ kind: "json" }, jsonAsText, { a: [{ b: 1n }] }, "expects JSON, got a bigint at a[0].b"],
  [{ kind: "json" }, jsonAsText, { "a b": undefined }, 'expects JSON, got undefined at ["a b"]'],
  [{ kind: "json" }, jsonAsText, [() => 1], "expects JSON, got a function at [0]"],
  [{ kind: "json" }, jsonAsText, circle, "expects JSON, got an object that contains itself at inner.back"],
  [{ kind: "json" }, jsonAsText, { a: Infinity }, "expects JSON, got Infinity at a"],
  [{ kind: "json" }, jsonAsText, { a: new Map() }, "expects JSON, got an instance of Map at a"],
  [{ kind: "bytes" }, bytesCodec, "x", "expects a Uint8Array, got a string"],
  [{ kind: "bytes" }, bytesCodec, Uint16Array.of(1), "expects a Uint8Array, got an instance of Uint16Array"],
  [list(int), arrayAsText(list(int)), "1", "expects an array, got a string"],
  [list(int), arrayAsText(list(int)), [1, "2"], "expects an integer, got a string (element 2)"],
];
for (const [type, codec, value, problem] of refused) {
  test(`${type.kind} refuses: ${problem}`, () => {
    assert.equal(problemWith(type, value), problem);
    if (codec !== null)
      assert.throws(
        () => encode(codec, value),
        (error: unknown) => error instanceof ValueProblem && error.message === problem,
      );
  });
}

test("an object shared by two places of a document is no cycle", () => {
  const shared = { x: 1 };
  assert.equal(problemWith({ kind: "json" }, [shared, shared]), null);
});

test("NaN is refused by the codec for floats, since SQLite would store NULL", () => {
  assert.throws(() => encode(floatCodec, Number.NaN), new ValueProblem("expects a number, got NaN"));
});

test("timestamps outside of the years 0 to 9999 are refused, because their text would not sort", () => {
  const years = new ValueProblem("expects a Date between the years 0 and 9999, got one outside of them");
  assert.throws(() => encode(timestampAsText, new Date(-62167219200001)), years);
  assert.throws(() => encode(timestampAsText, new Date(253402300800000)), years);
});

test("timestamps are read in the forms that other programs write", () => {
  const forms: readonly (readonly [unknown, string])[] = [
    ["2026-03-01T08:30:00", "2026-03-01T08:30:00.000Z"],
    ["2026-03-01T08:30:00.123Z", "2026-03-01T08:30:00.123Z"],
    ["2026-03-01 08:30:00.123999", "2026-03-01T08:30:00.123Z"],
    ["2026-03-01 08:30:00.1", "2026-03-01T08:30:00.100Z"],
    ["2026-03-01 08:30:00+02:00", "2026-03-01T06:30:00.000Z"],
    ["2026-03-01 08:30:00-0230", "2026-03-01T11:00:00.000Z"],
    ["2026-03-01 08:30:00+02", "2026-03-01T06:30:00.000Z"],
    ["2026-03-01 08:30", "2026-03-01T08:30:00.000Z"],
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["0099-12-31 00:00:00", "0099-12-31T00:00:00.000Z"],
    [1772353800123, "2026-03-01T08:30:00.123Z"],
    [1772353800123n, "2026-03-01T08:30:00.123Z"],
  ];
  for (const [stored, iso] of forms) assert.equal((decode(timestampAsText, stored) as Date).toISOString(), iso, String(stored));
});

test("text that is no timestamp is a problem, never an invalid Date", () => {
  const bad = [
    "",
    "now",
    "2026-13-01 00:00:00",
    "2026-02-30 00:00:00",
    "2026-02-01 24:00:00",
    "2026-02-01 00:60:00",
    "2026-02-01 00:00:00.x12",
  ];
  for (const stored of [...bad, "2026/02/01 00:00:00", "2026-02-01_00:00:00", "+026-02-01 00:00:00", "2026-02-01 00:00:61"]) {
    assert.throws(() => decode(timestampAsText, stored), ValueProblem, stored);
  }
});

test("timestamp texts sort as the times do", () => {
  const times = [0, 1, 999, 1000, 1001, 59_999, 86_399_999, 86_400_000, 253402300799999];
  const texts = times.map((time) => encode(timestampAsText, new Date(time)) as string);
  assert.deepEqual(texts.toSorted(), texts);
});

test("every day of four hundred years is read as Date reads it", () => {
  for (let day = -146_097; day < 146_097; day += 13) {
    const date = new Date(day * 86_400_000);
    assert.equal((decode(timestampAsText, encode(timestampAsText, date)) as Date).getTime(), date.getTime());
  }
});

test("integers that a driver read as bigints become numbers again", () => {
  assert.equal(decode(integerCodec(int), 5n), 5);
  assert.equal(decode(floatCodec, 5n), 5);
  assert.equal(decode(booleanAsInteger, 1n), true);
  assert.equal(decode(booleanAsInteger, 0n), false);
});

test("a Buffer goes in, and a plain Uint8Array of its own comes out", () => {
  const stored = Buffer.from([1, 2]);
  const back = decode(bytesCodec, stored) as Uint8Array;
  assert.equal(Object.getPrototypeOf(back), Uint8Array.prototype);
  stored[0] = 9;
  assert.deepEqual(back, Uint8Array.of(1, 2));
});

test("a day is read from a timestamp, and decimals from numbers", () => {
  assert.equal(decode(dateAsText, "2026-03-01 08:30:00"), "2026-03-01");
  assert.equal(decode(decimalAsText(money), 12.5), "12.50");
  assert.equal(decode(decimalAsText({ kind: "decimal" }), 1e21), "1000000000000000000000");
});
