import assert from "node:assert/strict";
import { test } from "node:test";
import { decimalText, parseDecimal, readDecimal, readDecimalText, writeDecimal } from "../../../src/rows/columns/decimal-words.ts";
import { columnSet } from "../../../src/rows/columns/column-set.ts";
import { formatOf } from "../../../src/rows/columns/column-format.ts";
import { formatOfField } from "../../../src/rows/columns/inferred-format.ts";
import { cellMethod, makeBuilder } from "../../../src/rows/columns/make-builder.ts";
import { interpreted, wireColumnsReader } from "../../../src/rows/columns/wire-columns.ts";
import { ValueProblem } from "../../../src/types/column-type.ts";

/** DataRow messages of cells; `null` is NULL. */
const messages = (rows: readonly (readonly (Buffer | null)[])[]): Buffer =>
  Buffer.concat(
    rows.map((cells) => {
      const body = cells.flatMap((cell) => {
        const size = Buffer.alloc(4);
        size.writeInt32BE(cell === null ? -1 : cell.length);
        return cell === null ? [size] : [size, cell];
      });
      const head = Buffer.alloc(7);
      head.write("D");
      head.writeInt32BE(6 + body.reduce((sum, part) => sum + part.length, 0), 1);
      head.writeInt16BE(cells.length, 5);
      return Buffer.concat([head, ...body]);
    }),
  );

const int4 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const rows = [
  [int4(7), Buffer.from("ä"), int4(1)],
  [null, null, int4(2)],
  [int4(-1), Buffer.from("x".repeat(100)), null],
];
const fields = [
  { name: "n", type: 23, modifier: -1, format: 1 },
  { name: "t", type: 25, modifier: -1, format: 0 },
] as const;
const newBuilders = () => fields.map((field) => makeBuilder(field.name, formatOfField(field)!));

test("rows on the wire become columns, by generated code and without, and columns that nobody wants are passed over", () => {
  const bytes = messages(rows);
  const methods = fields.map((field) => cellMethod(formatOfField(field)!, field));
  assert.deepEqual(methods, ["int4", "copy"]);
  for (const kind of ["chosen", "interpreted"] as const) {
    const builders = [...newBuilders(), null];
    const read =
      kind === "interpreted"
        ? interpreted([...methods, null])
        : wireColumnsReader(builders.map((builder, at) => (builder === null ? null : { builder, method: methods[at]! })));
    for (const builder of builders) builder?.reserve(rows.length, bytes.length);
    read(bytes, 0, bytes.length, rows.length, builders);
    const [numbers, texts] = builders.map((builder) => builder?.finish());
    assert.deepEqual(numbers!.toArray(), [7, null, -1]);
    assert.deepEqual(texts!.toArray(), ["ä", null, "x".repeat(100)]);
    assert.deepEqual(numbers!.validity, new Uint8Array([0b101]));
  }
});

test("bytes that are no rows of these columns are refused", () => {
  const bytes = messages(rows);
  for (const count of [0, 1]) {
    const builders = newBuilders();
    for (const builder of builders) builder.reserve(10, bytes.length);
    const columns = builders.map((builder) => ({ builder, method: "other" as const }));
    const read = count === 0 ? interpreted(["other", "other"]) : wireColumnsReader(columns);
    assert.throws(() => read(bytes, 0, bytes.length, 1, builders), { name: "ProtocolError" });
  }
});

test("builders grow, and give no more than they were given", () => {
  const builder = makeBuilder("n", { kind: "int", bits: 32 });
  for (let row = 0; row < 1000; row++) {
    builder.reserve(1, 0);
    if (row % 10 === 3) builder.pushNull();
    else builder.push(row);
  }
  const column = builder.finish();
  assert.equal(column.values.length, 1000);
  assert.equal(column.nullCount, 100);
  assert.deepEqual([column.at(3), column.at(999), column.at(998)], [null, 999, 998]);
});

test("decimals are exact to the last of 38 digits, from digits in any number", () => {
  const words = new Uint32Array(8);
  for (const text of [
    "0",
    "-0",
    "1",
    "-1",
    "0.01",
    "-0.01",
    "99999999.99",
    "-4294967296",
    "4294967295.5",
    "-123456789012345678901234567890.12",
  ]) {
    const bytes = Buffer.from(text);
    readDecimalText(bytes, 0, bytes.length, words, 1, { precision: 38, scale: 2 }, "price");
    const found = readDecimal(words, 1);
    assert.equal(found, parseDecimal(text, 38, 2, "price"), text);
    assert.equal(Number(decimalText(found, 2)), Number(text) + 0);
  }
  writeDecimal(words, 0, -(10n ** 38n - 1n));
  assert.equal(decimalText(readDecimal(words, 0), 0), `-${"9".repeat(38)}`);
  for (const text of ["NaN", "Infinity", "", "-", ".", "1e3", "1..2", "1234.5", "0.001", "100"]) {
    const bytes = Buffer.from(text);
    assert.throws(() => readDecimalText(bytes, 0, bytes.length, words, 0, { precision: 3, scale: 2 }, "price"), ValueProblem, text);
  }
});

test("what is computed from columns may be greater than they are", () => {
  assert.deepEqual(formatOf({ kind: "int", size: 2 }, true), { kind: "int", bits: 16 });
  assert.deepEqual(formatOf({ kind: "int", size: 2 }, false), { kind: "int", bits: 64 });
  assert.deepEqual(formatOf({ kind: "decimal", precision: 10, scale: 2 }, false), { kind: "text" });
  assert.deepEqual(formatOf({ kind: "decimal", precision: 39, scale: 2 }, true), { kind: "text" });
});

test("numeric of PostgreSQL says its digits in the column's modifier, a negative scale included", () => {
  const numeric = (modifier: number) => formatOfField({ type: 1700, modifier });
  assert.deepEqual(numeric(((10 << 16) | 3) + 4), { kind: "decimal", precision: 10, scale: 3 });
  assert.deepEqual(numeric(((10 << 16) | (2048 - 3)) + 4), { kind: "text" });
  assert.deepEqual(numeric(-1), { kind: "text" });
});

test("a column may have any name", () => {
  const { columns } = columnSet(1, [
    makeBuilder("__proto__", { kind: "text" }).finish(),
    makeBuilder("constructor", { kind: "bool" }).finish(),
  ]);
  assert.deepEqual(Object.keys(columns), ["__proto__", "constructor"]);
});
