/**
 * Bytes that no server should send, thousands of them, from a fixed seed: a parser may answer or throw a ProtocolError, and nothing else.
 * It may not hang, nor take memory on the word of a length.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError, UnreadableValue } from "../../src/base/errors.ts";
import { Codecs } from "../../src/driver/postgres/codec/codecs.ts";
import { errorFromReport, serverReportOf } from "../../src/driver/postgres/errors.ts";
import { Frames } from "../../src/driver/postgres/protocol/frames.ts";
import { backend } from "../../src/driver/postgres/protocol/message-codes.ts";
import * as read from "../../src/driver/postgres/protocol/read.ts";
import { cString, dataRow, int16, int32, message } from "../unit/driver/postgres/protocol/server-bytes.ts";

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

const readers: Readonly<Record<number, (buffer: Buffer, start: number, end: number) => unknown>> = {
  [backend.authentication]: read.readAuthentication,
  [backend.backendKeyData]: read.readBackendKeyData,
  [backend.parameterStatus]: read.readParameterStatus,
  [backend.negotiateProtocolVersion]: read.readNegotiateProtocolVersion,
  [backend.readyForQuery]: read.readTransactionStatus,
  [backend.rowDescription]: read.readRowDescription,
  [backend.parameterDescription]: read.readParameterDescription,
  [backend.commandComplete]: read.readCommandTag,
  [backend.errorResponse]: (buffer, start, end) => errorFromReport(serverReportOf(read.readReport(buffer, start, end))),
  [backend.noticeResponse]: read.readReport,
  [backend.notificationResponse]: read.readNotification,
  [backend.copyInResponse]: read.readCopyResponse,
  [backend.functionCallResponse]: read.readFunctionResult,
};

const conversation = Buffer.concat([
  message("R", int32(10), cString("SCRAM-SHA-256"), Buffer.alloc(1)),
  message("R", int32(0)),
  message("S", cString("server_version"), cString("15.4")),
  message("K", int32(1234), Buffer.alloc(32, 7)),
  message("Z", Buffer.from("I")),
  message("t", int16(2), int32(23), int32(25)),
  message("T", int16(1), cString("a"), int32(1), int16(1), int32(25), int16(-1), int32(-1), int16(0)),
  message("2"),
  ...Array.from({ length: 20 }, (_, index) => dataRow("x".repeat(index))),
  message("C", cString("SELECT 20")),
  message("E", Buffer.from("SERROR\0C42601\0Msyntax\0P3\0\0")),
  message("A", int32(1), cString("c"), cString("p")),
  message("v", int32(0x0003_0000), int32(1), cString("x")),
  message("V", int32(2), Buffer.from("ab")),
  message("G", Buffer.from([1]), int16(1), int16(1)),
  message("Z", Buffer.from("I")),
]);

/** Parses everything as a connection would; answers with how many messages were understood before the end, or the protocol's. */
const parse = (bytes: Buffer, nextChunk: () => number): number => {
  let understood = 0;
  const offsets = new Int32Array(2);
  const frames = new Frames({
    message: (code, buffer, start, end) => {
      readers[code]?.(buffer, start, end);
      if (code === backend.commandComplete) assert.ok(read.readCommandCount(buffer, start, end) >= 0);
      understood++;
    },
    rows: (buffer, start, end, count) => {
      let at = start;
      for (let index = 0; index < count; index++) {
        const next = at + 1 + buffer.readInt32BE(at + 1);
        read.readFieldOffsets(buffer, at + 5, next, 1, offsets);
        at = next;
        understood++;
      }
      assert.equal(at, end);
    },
  });
  try {
    for (let at = 0; at < bytes.length;) {
      const chunk = bytes.subarray(at, (at += nextChunk()));
      frames.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
  return understood;
};

test("the conversation is understood whole, whatever the chunks", () => {
  const next = random(1);
  for (let round = 0; round < 200; round++)
    assert.equal(
      parse(conversation, () => 1 + Math.floor(next() * 60)),
      35,
    );
});

test("a conversation with a few wrong bytes is understood or refused", () => {
  const next = random(2);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(conversation);
    for (let change = 0; change <= next() * 4; change++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
    parse(bytes, () => 1 + Math.floor(next() * 200));
  }
});

test("a conversation with bytes missing, doubled or cut off is understood or refused (invariant I4)", () => {
  const next = random(3);
  for (let round = 0; round < 5000; round++) {
    const at = Math.floor(next() * conversation.length);
    const to = Math.floor(next() * conversation.length);
    parse(Buffer.concat([conversation.subarray(0, at), conversation.subarray(to)]), () => 1 + Math.floor(next() * 200));
  }
});

test("noise is refused without taking memory for it", () => {
  const next = random(4);
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  for (let round = 0; round < 5000; round++) {
    const bytes = Buffer.from(Array.from({ length: 200 }, () => Math.floor(next() * 256)));
    bytes[0] = Object.values(backend)[Math.floor(next() * 24)]!;
    parse(bytes, () => 1 + Math.floor(next() * 50));
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }
  assert.ok(peak < 64 * 1024 * 1024, `${peak} bytes`);
});

test("every decoder survives wrong bytes: a value, or an error that is ours", () => {
  const next = random(5);
  const codecs = new Codecs();
  const oids = Array.from({ length: 7000 }, (_, oid) => oid).filter((oid) => codecs.knows(oid));
  assert.ok(oids.length > 150);
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(Array.from({ length: Math.floor(next() * 60) }, () => (next() < 0.5 ? 0 : Math.floor(next() * 256))));
    for (const oid of oids) {
      const codec = codecs.codec(oid);
      const hasItsSize = codec.binary?.sizeBytes === undefined || codec.binary.sizeBytes === bytes.length;
      const decoders = [
        () => codec.text.decode(bytes.toString("latin1")),
        ...(hasItsSize ? [() => codec.binary?.decode(bytes, 0, bytes.length)] : []),
      ];
      for (const decode of decoders) {
        try {
          decode();
        } catch (error) {
          assert.ok(error instanceof UnreadableValue, `${codec.name}: ${String(error)}`);
        }
      }
    }
  }
});
