import assert from "node:assert/strict";
import { test } from "node:test";
import { isPetrelError } from "../../../../../src/base/errors.ts";
import { int4 } from "../../../../../src/driver/postgres/codec/integer.ts";
import { Codecs } from "../../../../../src/driver/postgres/codec/codecs.ts";
import { bindExecute } from "../../../../../src/driver/postgres/protocol/bind.ts";
import { ByteWriter } from "../../../../../src/driver/postgres/protocol/byte-writer.ts";
import { cString, int16, int32, message } from "./server-bytes.ts";

const codecs = new Codecs();
const text = codecs.codec(25);
const jsonb = codecs.codec(3802);

const taken = (writer: ByteWriter): Buffer => {
  const bytes = Buffer.concat(writer.take());
  writer.written();
  return bytes;
};

test("Bind and Execute are laid out as the manual says, with a format for each parameter", () => {
  const writer = new ByteWriter();
  const run = bindExecute({ statement: "s1", portal: "p", parameters: [int4, text, int4], resultFormats: [0, 1], maxRows: 7 });
  run(writer, [5, "é", null]);
  const formats = Buffer.concat([int16(3), int16(1), int16(0), int16(1)]);
  const values = Buffer.concat([int16(3), int32(4), int32(5), int32(2), Buffer.from("é"), int32(-1)]);
  const bind = message("B", cString("p"), cString("s1"), formats, values, int16(2), int16(0), int16(1));
  assert.deepEqual(taken(writer), Buffer.concat([bind, message("E", cString("p"), int32(7))]));
});

test("formats that are all the same take one code, or none", () => {
  const writer = new ByteWriter();
  bindExecute({ statement: "", parameters: [int4, int4], resultFormats: [0, 0] })(writer, [1, 2]);
  const values = Buffer.concat([int16(2), int32(4), int32(1), int32(4), int32(2)]);
  const bind = message("B", cString(""), cString(""), int16(1), int16(1), values, int16(0));
  assert.deepEqual(taken(writer), Buffer.concat([bind, message("E", cString(""), int32(0))]));
});

test("a value that does not fit is refused with its number and type, never with the value", () => {
  const run = bindExecute({ statement: "", parameters: [int4, text], resultFormats: [] });
  assert.throws(
    () => run(new ByteWriter(), [1, 12_345]),
    (error: unknown) =>
      isPetrelError(error) &&
      error.parameter === 2 &&
      /\$2 of type text expects a string/.test(error.message) &&
      !error.message.includes("12345"),
  );
});

test("an encoder that throws leaves nothing behind, in every position, and the next runs are whole (hazard 20)", () => {
  const hostile: readonly unknown[] = [
    { toJSON: () => assert.fail("thrown by toJSON") },
    Object.defineProperty({}, "x", { enumerable: true, get: () => assert.fail("thrown by a getter") }),
    { x: 1n },
    () => 1,
    Symbol("s"),
  ];
  const run = bindExecute({ statement: "s", parameters: [jsonb, jsonb, jsonb], resultFormats: [] });
  const writer = new ByteWriter();
  run(writer, [{}, null, [1]]);
  const whole = taken(writer);
  for (const value of hostile) {
    for (let position = 0; position < 3; position++) {
      const values: unknown[] = [{ a: "x".repeat(50_000) }, { b: "y".repeat(50_000) }, { c: 1 }];
      values[position] = value;
      run(writer, [{}, null, [1]]);
      assert.throws(() => run(writer, values), { code: "E2102", parameter: position + 1 });
      run(writer, [{}, null, [1]]);
      assert.deepEqual(taken(writer), Buffer.concat([whole, whole]));
    }
  }
  for (let round = 0; round < 100; round++) {
    run(writer, [{}, null, [1]]);
    assert.deepEqual(taken(writer), whole);
  }
});

test("65,535 parameters are bound and 65,536 are refused when the statement is made (hazard 19)", () => {
  const parameters = new Array<typeof int4>(65_535).fill(int4);
  const writer = new ByteWriter();
  bindExecute({ statement: "", parameters, resultFormats: [] })(writer, new Array<number>(65_535).fill(1));
  const bytes = taken(writer);
  assert.equal(bytes.readUInt16BE(1 + 4 + 2 + 4), 65_535);
  assert.equal(bytes.length, 1 + 4 + 2 + 4 + 2 + 65_535 * 8 + 2 + 10);
  assert.throws(() => bindExecute({ statement: "", parameters: [...parameters, int4], resultFormats: [] }), { code: "E2102" });
});

test("a number of values other than the statement's parameters is refused", () => {
  const run = bindExecute({ statement: "", parameters: [int4], resultFormats: [] });
  assert.throws(() => run(new ByteWriter(), []), /has 1 parameters, and 0 values/);
});

test("the values given are not changed", () => {
  const values = Object.freeze([1, Object.freeze({ a: Object.freeze([1]) })]);
  bindExecute({ statement: "", parameters: [int4, jsonb], resultFormats: [] })(new ByteWriter(), values);
});
