import assert from "node:assert/strict";
import { test } from "node:test";
import {
  readAuthentication,
  readBackendKeyData,
  readCommandCount,
  readCommandTag,
  readCopyResponse,
  readFieldOffsets,
  readFunctionResult,
  readNegotiateProtocolVersion,
  readNotification,
  readParameterDescription,
  readParameterStatus,
  readReport,
  readRowDescription,
  readTransactionStatus,
} from "../../../../../src/driver/postgres/protocol/read.ts";
import { cString, dataRow, int16, int32 } from "./server-bytes.ts";

type Read<T> = (buffer: Buffer, start: number, end: number) => T;

/** Reads the body from the middle of a larger buffer, where a reader that leaves its message would find other bytes. */
const read = <T>(reader: Read<T>, ...parts: readonly Buffer[]): T => {
  const body = Buffer.concat(parts);
  const buffer = Buffer.concat([Buffer.alloc(3, 0xee), body, Buffer.from("zz\0zz\0")]);
  return reader(buffer, 3, 3 + body.length);
};

test("every way of authentication is told apart", () => {
  assert.deepEqual(read(readAuthentication, int32(0)), { kind: "ok" });
  assert.deepEqual(read(readAuthentication, int32(3)), { kind: "cleartext" });
  assert.deepEqual(read(readAuthentication, int32(5), Buffer.from([1, 2, 3, 4])), { kind: "md5", salt: Buffer.from([1, 2, 3, 4]) });
  const sasl = read(readAuthentication, int32(10), cString("SCRAM-SHA-256-PLUS"), cString("SCRAM-SHA-256"), Buffer.alloc(1));
  assert.deepEqual(sasl, { kind: "sasl", mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"] });
  assert.deepEqual(read(readAuthentication, int32(11), Buffer.from("r=x")), { kind: "saslContinue", data: "r=x" });
  assert.deepEqual(read(readAuthentication, int32(12), Buffer.from("v=x")), { kind: "saslFinal", data: "v=x" });
  assert.deepEqual(read(readAuthentication, int32(7)), { kind: "unsupported", name: "GSSAPI" });
  assert.throws(() => read(readAuthentication, int32(99)), { code: "E2004" });
});

test("cancel keys of 4 to 256 bytes are kept as they are", () => {
  for (const size of [4, 32, 256]) {
    assert.deepEqual(read(readBackendKeyData, int32(-1), Buffer.alloc(size, 5)), { processId: -1, secretKey: Buffer.alloc(size, 5) });
  }
  for (const size of [0, 3, 257]) assert.throws(() => read(readBackendKeyData, int32(1), Buffer.alloc(size)), { code: "E2004" });
});

test("OIDs are unsigned in descriptions of parameters and results", () => {
  assert.deepEqual(read(readParameterDescription, int16(2), int32(23), int32(0xffff_ffff)), [23, 4_294_967_295]);
  const field = [cString("__proto__"), int32(0xffff_fffe), int16(-1), int32(0xffff_ffff), int16(-1), int32(-1), int16(1)];
  assert.deepEqual(read(readRowDescription, int16(1), ...field), [
    { name: "__proto__", tableOid: 4_294_967_294, columnNumber: -1, type: 4_294_967_295, modifier: -1, format: 1 },
  ]);
  assert.deepEqual(read(readRowDescription, int16(0)), []);
});

test("counts come from the end of a command's tag", () => {
  const counts: readonly (readonly [string, number])[] = [
    ["SELECT 0", 0],
    ["INSERT 0 12", 12],
    ["UPDATE 4294967296", 4_294_967_296],
    ["CREATE TABLE", 0],
    ["BEGIN", 0],
    ["", 0],
  ];
  for (const [tag, count] of counts) {
    assert.equal(read(readCommandCount, cString(tag)), count, tag);
    assert.equal(read(readCommandTag, cString(tag)), tag);
  }
});

test("transaction status is one of three letters", () => {
  assert.deepEqual(
    ["I", "T", "E"].map((letter) => read(readTransactionStatus, Buffer.from(letter))),
    ["I", "T", "E"],
  );
  for (const body of ["", "X", "II"]) assert.throws(() => read(readTransactionStatus, Buffer.from(body)), { code: "E2004" });
});

test("a report's fields are kept by their letter, known or not", () => {
  const fields = read(
    readReport,
    Buffer.from("S"),
    cString("ERROR"),
    Buffer.from("M"),
    cString("fällt aus"),
    Buffer.from("?"),
    cString("new"),
    Buffer.alloc(1),
  );
  assert.deepEqual(
    [...fields],
    [
      ["S", "ERROR"],
      ["M", "fällt aus"],
      ["?", "new"],
    ],
  );
});

test("the remaining messages say what they hold", () => {
  assert.deepEqual(read(readParameterStatus, cString("TimeZone"), cString("UTC")), { name: "TimeZone", value: "UTC" });
  assert.deepEqual(read(readNotification, int32(7), cString('we"ird'), cString("")), { processId: 7, channel: 'we"ird', payload: "" });
  assert.deepEqual(read(readCopyResponse, Buffer.from([1]), int16(2), int16(1), int16(1)), { format: 1, columnFormats: [1, 1] });
  assert.deepEqual(read(readNegotiateProtocolVersion, int32(0x0003_0000), int32(1), cString("_pq_.x")), {
    version: "3.0",
    unknownOptions: ["_pq_.x"],
  });
  assert.deepEqual(read(readFunctionResult, int32(2), Buffer.from("ab")), Buffer.from("ab"));
  assert.equal(read(readFunctionResult, int32(-1)), null);
});

test("a body that is cut short, or longer than it says, is refused by every reader", () => {
  const bodies: readonly (readonly [Read<unknown>, Buffer])[] = [
    [readAuthentication, Buffer.concat([int32(5), Buffer.alloc(4, 1)])],
    [readAuthentication, Buffer.concat([int32(10), cString("S"), Buffer.alloc(1)])],
    [readParameterStatus, Buffer.concat([cString("a"), cString("b")])],
    [readParameterDescription, Buffer.concat([int16(1), int32(1)])],
    [readRowDescription, Buffer.concat([int16(1), cString("a"), int32(1), int16(1), int32(1), int16(1), int32(1), int16(0)])],
    [readCommandTag, cString("SELECT 1")],
    [readReport, Buffer.concat([Buffer.from("M"), cString("x"), Buffer.alloc(1)])],
    [readNotification, Buffer.concat([int32(1), cString("a"), cString("b")])],
    [readCopyResponse, Buffer.concat([Buffer.from([0]), int16(1), int16(0)])],
    [readNegotiateProtocolVersion, Buffer.concat([int32(0), int32(1), cString("a")])],
    [readFunctionResult, Buffer.concat([int32(2), Buffer.from("ab")])],
  ];
  for (const [reader, body] of bodies) {
    read(reader, body);
    for (let length = 0; length < body.length; length++) {
      assert.throws(() => read(reader, body.subarray(0, length)), { code: "E2004" }, `${reader.name} cut at ${length}`);
    }
    assert.throws(() => read(reader, body, Buffer.from("x")), { code: "E2004" }, `${reader.name} too long`);
  }
});

test("a row's fields are found, NULL being none", () => {
  const row = dataRow("ab", null, "");
  const offsets = new Int32Array(6);
  readFieldOffsets(row, 5, row.length, 3, offsets);
  assert.deepEqual([...offsets], [11, 13, -1, -1, 21, 21]);
});

test("negative, overlong and overlapping field lengths are refused (hazard 17)", () => {
  const offsets = new Int32Array(4);
  const lengths: readonly (readonly [number, number])[] = [
    [-2, 2],
    [-0x8000_0000, 2],
    [3, 2],
    [0x7fff_ffff, 2],
    [2, 1],
    [2, 3],
    [100, -98],
    [2, -3],
  ];
  for (const [first, second] of lengths) {
    const body = Buffer.concat([int16(2), int32(first), Buffer.from("ab"), int32(second), Buffer.from("cd")]);
    const followed = Buffer.concat([body, Buffer.alloc(200)]);
    assert.throws(() => readFieldOffsets(followed, 0, body.length, 2, offsets), { code: "E2004" }, `${first}, ${second}`);
  }
  for (const count of [1, 3, 65_535]) {
    const row = dataRow("a", "b");
    assert.throws(() => readFieldOffsets(row, 5, row.length, count, new Int32Array(count * 2)), { code: "E2004" });
  }
});
