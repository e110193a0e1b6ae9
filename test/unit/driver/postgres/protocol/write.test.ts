import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "../../../../../src/driver/postgres/protocol/byte-writer.ts";
import {
  writeCancelRequest,
  writeCloseStatement,
  writeClosePortal,
  writeCopyData,
  writeCopyDone,
  writeCopyFail,
  writeDescribePortal,
  writeDescribeStatement,
  writeExecute,
  writeFlush,
  writeGssEncryptionRequest,
  writeParse,
  writePassword,
  writeQuery,
  writeSaslInitialResponse,
  writeSaslResponse,
  writeSslRequest,
  writeStartup,
  writeSync,
  writeTerminate,
} from "../../../../../src/driver/postgres/protocol/write.ts";
import { cString, int16, int32, message } from "./server-bytes.ts";

const written = (write: (writer: ByteWriter) => void): Buffer => {
  const writer = new ByteWriter();
  write(writer);
  const bytes = Buffer.concat(writer.take());
  writer.written();
  return bytes;
};

const untyped = (...body: readonly Buffer[]): Buffer => message("?", ...body).subarray(1);

test("the messages before a session have no type byte and carry the protocol's numbers", () => {
  assert.deepEqual(written(writeSslRequest), untyped(int32(80_877_103)));
  assert.deepEqual(written(writeGssEncryptionRequest), untyped(int32(80_877_104)));
  assert.deepEqual(
    written((writer) => writeStartup(writer, "3.0", { user: "ada", database: "é" })),
    untyped(int32(196_608), cString("user"), cString("ada"), cString("database"), cString("é"), Buffer.alloc(1)),
  );
  assert.deepEqual(written((writer) => writeStartup(writer, "3.2", {})).subarray(4, 8), int32(196_610));
});

test("a cancel request carries keys of 4 and of 256 bytes", () => {
  for (const size of [4, 32, 256]) {
    const key = Buffer.alloc(size, 9);
    assert.deepEqual(
      written((writer) => writeCancelRequest(writer, 4_000_000_000, key)),
      untyped(int32(80_877_102), int32(4_000_000_000), key),
    );
  }
});

test("each message is laid out as the manual says", () => {
  const cases: readonly (readonly [(writer: ByteWriter) => void, Buffer])[] = [
    [(writer) => writePassword(writer, "pw"), message("p", cString("pw"))],
    [(writer) => writeSaslInitialResponse(writer, "M", "n,,"), message("p", cString("M"), int32(3), Buffer.from("n,,"))],
    [(writer) => writeSaslResponse(writer, "c="), message("p", Buffer.from("c="))],
    [(writer) => writeQuery(writer, "select 1"), message("Q", cString("select 1"))],
    [
      (writer) => writeParse(writer, "s1", "select $1", [23, 4_294_967_295]),
      message("P", cString("s1"), cString("select $1"), int16(2), int32(23), int32(-1)),
    ],
    [(writer) => writeDescribeStatement(writer, "s"), message("D", Buffer.from("S"), cString("s"))],
    [(writer) => writeDescribePortal(writer, "p"), message("D", Buffer.from("P"), cString("p"))],
    [(writer) => writeCloseStatement(writer, "s"), message("C", Buffer.from("S"), cString("s"))],
    [(writer) => writeClosePortal(writer, ""), message("C", Buffer.from("P"), cString(""))],
    [(writer) => writeExecute(writer, "p", 50), message("E", cString("p"), int32(50))],
    [writeSync, message("S")],
    [writeFlush, message("H")],
    [writeTerminate, message("X")],
    [writeCopyDone, message("c")],
    [(writer) => writeCopyData(writer, Buffer.from("1\n")), message("d", Buffer.from("1\n"))],
    [(writer) => writeCopyFail(writer, "stop"), message("f", cString("stop"))],
  ];
  for (const [write, expected] of cases) assert.deepEqual(written(write), expected);
});

test("65,535 parameter types are written, and 65,536 are refused before anything is", () => {
  const types = new Array<number>(65_535).fill(23);
  const bytes = written((writer) => writeParse(writer, "", "", types));
  assert.equal(bytes.readInt32BE(1) + 1, bytes.length);
  assert.equal(bytes.readUInt16BE(7), 65_535);
  const writer = new ByteWriter();
  assert.throws(() => writeParse(writer, "", "", [...types, 23]), { code: "E2102" });
  assert.equal(writer.size, 0);
});

test("a name with a NUL is refused: the rest of it would be read as another field", () => {
  assert.throws(() => written((writer) => writeDescribeStatement(writer, "a\0b")), /NUL/);
});

test("a number of rows that 31 bits cannot hold is refused", () => {
  for (const maxRows of [-1, 0.5, NaN, 2 ** 31])
    assert.throws(() => written((writer) => writeExecute(writer, "", maxRows)), { code: "E2102" });
});
