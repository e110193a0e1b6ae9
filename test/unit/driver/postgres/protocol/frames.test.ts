import assert from "node:assert/strict";
import { test } from "node:test";
import { Frames } from "../../../../../src/driver/postgres/protocol/frames.ts";
import { cString, dataRow, int32, message } from "./server-bytes.ts";

/** Everything that came out, copied: runs of rows are put together, since where they are cut depends on the chunks. */
const collect = (): { readonly frames: Frames; readonly seen: () => string[] } => {
  const seen: string[] = [];
  const frames = new Frames({
    message: (code, buffer, start, end) => {
      seen.push(`${String.fromCharCode(code)}:${buffer.subarray(start, end).toString("hex")}`);
    },
    rows: (buffer, start, end, count) => {
      let at = start;
      for (let index = 0; index < count; index++) {
        const next = at + 1 + buffer.readInt32BE(at + 1);
        seen.push(`D:${buffer.subarray(at + 5, next).toString("hex")}`);
        at = next;
      }
      assert.equal(at, end);
    },
  });
  return { frames, seen: () => seen };
};

const stream = Buffer.concat([
  message("1"),
  message("2"),
  dataRow("a", null, "é"),
  dataRow("", "bcd", null),
  dataRow("x".repeat(300), null, null),
  message("C", cString("SELECT 3")),
  message("N", Buffer.from("SNOTICE\0\0")),
  dataRow("z"),
  message("Z", Buffer.from("I")),
]);

const whole = (): string[] => {
  const { frames, seen } = collect();
  frames.push(stream);
  return seen();
};

test("rows that follow each other are one run, and other messages stand alone", () => {
  const calls: string[] = [];
  const frames = new Frames({
    message: (code) => calls.push(String.fromCharCode(code)),
    rows: (_buffer, _start, _end, count) => calls.push(`${count} rows`),
  });
  frames.push(stream);
  assert.deepEqual(calls, ["1", "2", "3 rows", "C", "N", "1 rows", "Z"]);
});

test("the messages are the same wherever the stream is cut in two", () => {
  const expected = whole();
  for (let cut = 0; cut <= stream.length; cut++) {
    const { frames, seen } = collect();
    frames.push(stream.subarray(0, cut));
    frames.push(stream.subarray(cut));
    assert.deepEqual(seen(), expected, `cut at ${cut}`);
    assert.equal(frames.heldBytes, 0);
  }
});

test("the messages are the same when they dribble in, by chunks of any size and through one buffer that is used again", () => {
  const expected = whole();
  for (let size = 1; size <= 40; size++) {
    const { frames, seen } = collect();
    const shared = Buffer.alloc(64);
    for (let at = 0; at < stream.length; at += size) {
      const length = stream.copy(shared, 0, at, Math.min(at + size, stream.length));
      frames.push(shared, length);
      shared.fill(0xff);
    }
    assert.deepEqual(seen(), expected, `chunks of ${size}`);
  }
});

test("lengths that cannot be are refused as soon as the header is there, and nothing is allocated for them (hazard 16)", () => {
  const headers: readonly Buffer[] = [
    Buffer.concat([Buffer.from("D"), int32(3)]),
    Buffer.concat([Buffer.from("D"), int32(0)]),
    Buffer.concat([Buffer.from("D"), int32(-1)]),
    Buffer.concat([Buffer.from("D"), int32(-0x8000_0000)]),
    Buffer.concat([Buffer.from("D"), int32(0x4000_0000)]),
    Buffer.concat([Buffer.from("Z"), int32(30_001)]),
    Buffer.concat([Buffer.from("C"), int32(0x3fff_ffff)]),
  ];
  for (const header of headers) {
    const { frames, seen } = collect();
    assert.throws(() => frames.push(header), { code: "E2004" });
    assert.deepEqual(seen(), []);
    const inParts = collect().frames;
    inParts.push(header.subarray(0, 4));
    assert.throws(() => inParts.push(header.subarray(4)), { code: "E2004" });
  }
});

test("a byte that is no message's type is refused, and so is everything after it", () => {
  for (const byte of [0, 0x20, 0x42, 0x50, 0x51, 0x7a, 0xff]) {
    const { frames } = collect();
    assert.throws(() => frames.push(Buffer.concat([Buffer.from([byte]), int32(4)])), /unknown type/);
    assert.throws(() => frames.push(message("Z", Buffer.from("I"))), /lost its place/);
  }
});

test("an HTTP server's answer is recognised as no PostgreSQL", () => {
  assert.throws(() => collect().frames.push(Buffer.from("HTTP/1.1 400 Bad Request\r\n")), { code: "E2004" });
});

test("what a sink throws comes out of push, and the connection is lost", () => {
  const frames = new Frames({
    message: () => {
      throw new RangeError("from the sink");
    },
    rows: () => {},
  });
  assert.throws(() => frames.push(message("Z", Buffer.from("I"))), RangeError);
  assert.throws(() => frames.push(message("Z", Buffer.from("I"))), { code: "E2004" });
});

test("a message that announces a gigabyte takes no more memory than what came of it", () => {
  const { frames } = collect();
  const before = process.memoryUsage().arrayBuffers;
  frames.push(Buffer.concat([Buffer.from("D"), int32(0x3fff_ffff)]));
  for (let round = 0; round < 10; round++) frames.push(Buffer.alloc(1000));
  assert.equal(frames.heldBytes, 10_005);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
});

test("a row of megabytes in small chunks is put together in linear time and let go afterwards", () => {
  const row = dataRow("x".repeat(8_000_000));
  let bytesSeen = 0;
  const frames = new Frames({ message: () => {}, rows: (_buffer, start, end) => (bytesSeen += end - start) });
  const began = process.cpuUsage();
  for (let at = 0; at < row.length; at += 1000) frames.push(row.subarray(at, at + 1000));
  assert.equal(bytesSeen, row.length);
  // Copying everything anew for each chunk would be 32 GB. The time of the process alone counts, whatever else the machine does.
  const { user, system } = process.cpuUsage(began);
  assert.ok(user + system < 2_000_000);
});
