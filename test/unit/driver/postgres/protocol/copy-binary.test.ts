import assert from "node:assert/strict";
import { test } from "node:test";
import { Codecs } from "../../../../../src/driver/postgres/codec/codecs.ts";
import { copyBinary } from "../../../../../src/driver/postgres/protocol/copy-binary.ts";
import { int16, int32 } from "./server-bytes.ts";

const codecs = new Codecs();
const [int4, text] = [codecs.codec(23), codecs.codec(25)];

test("a copy is laid out as the manual says", () => {
  const copy = copyBinary([int4, text]);
  assert.deepEqual(copy.start, Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), int32(0), int32(0)]));
  const rows = copy.rows([
    [1, "é"],
    [null, ""],
  ]);
  const first = Buffer.concat([int16(2), int32(4), int32(1), int32(2), Buffer.from("é")]);
  const second = Buffer.concat([int16(2), int32(-1), int32(0)]);
  assert.deepEqual(rows, Buffer.concat([first, second]));
  assert.deepEqual(copy.end, int16(-1));
  assert.equal(copy.rows([]).length, 0);
});

test("bytes that were given out stay as they are when more rows follow", () => {
  const copy = copyBinary([int4]);
  const first = copy.rows([[1]]);
  copy.rows([[2]]);
  assert.deepEqual(first, Buffer.concat([int16(1), int32(4), int32(1)]));
});

test("rows with a value that does not fit leave nothing for the next ones", () => {
  const copy = copyBinary([int4, text]);
  const tooLate = [
    [2, "b".repeat(50_000)],
    [3, 4],
  ];
  assert.throws(() => copy.rows(tooLate), { code: "E2102", parameter: 2 });
  assert.throws(() => copy.rows([[2]]), /has 1 values, and the copy has 2 columns/);
  assert.deepEqual(copy.rows([[1, "a"]]), Buffer.concat([int16(2), int32(4), int32(1), int32(1), Buffer.from("a")]));
});

test("a type without a binary form is refused before anything is written", () => {
  assert.throws(() => copyBinary([int4, codecs.codec(869)]), { code: "E1001" });
});
