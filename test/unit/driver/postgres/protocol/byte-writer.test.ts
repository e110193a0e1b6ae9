import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteWriter } from "../../../../../src/driver/postgres/protocol/byte-writer.ts";

/** What the socket would get; the writer's blocks are given back. */
const taken = (writer: ByteWriter): Buffer => {
  const bytes = Buffer.concat(writer.take());
  writer.written();
  return bytes;
};

test("integers and floats are written in network byte order", () => {
  const writer = new ByteWriter();
  writer.int8(255);
  writer.int16(-2);
  writer.int32(-0x8000_0000);
  writer.int32(0xffff_ffff);
  writer.int64(-5n);
  writer.float64(-0);
  writer.float32(0.5);
  const expected = Buffer.alloc(31);
  expected.writeUInt8(255, 0);
  expected.writeInt16BE(-2, 1);
  expected.writeInt32BE(-0x8000_0000, 3);
  expected.writeUInt32BE(0xffff_ffff, 7);
  expected.writeBigInt64BE(-5n, 11);
  expected.writeDoubleBE(-0, 19);
  expected.writeFloatBE(0.5, 27);
  assert.deepEqual(taken(writer), expected);
});

test("a safe integer is written as the bigint of the same value is", () => {
  for (const value of [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    const [a, b] = [new ByteWriter(), new ByteWriter()];
    a.int64Number(value);
    b.int64(BigInt(value));
    assert.deepEqual(taken(a), taken(b), String(value));
  }
});

test("text of every length around the limits arrives whole, in ASCII and beyond", () => {
  for (const unit of ["a", "é", "漢", "😀"]) {
    for (const length of [0, 1, 8, 23, 24, 25, 2730, 2731, 8191, 8192, 8193, 40_000]) {
      const writer = new ByteWriter();
      writer.int8(1);
      const text = unit.repeat(length);
      writer.text(text);
      writer.int8(2);
      assert.deepEqual(taken(writer), Buffer.concat([Buffer.from([1]), Buffer.from(text), Buffer.from([2])]));
    }
  }
});

test("text that PostgreSQL cannot hold is refused, wherever it stands in a short or long string", () => {
  const problems: readonly (readonly [string, RegExp])[] = [
    ["\0", /NUL/],
    ["\ud800", /surrogate/],
    ["\udc00", /surrogate/],
  ];
  for (const [character, expected] of problems) {
    for (const text of [character, `ab${character}`, `${character}${"x".repeat(30)}`, `${"x".repeat(30_000)}${character}`]) {
      assert.throws(() => new ByteWriter().text(text), expected);
    }
  }
});

test("a message's length counts itself and the body, also when the body spans blocks", () => {
  for (const bodyBytes of [0, 10, 8192, 8193, 32_768, 100_000]) {
    const writer = new ByteWriter();
    writer.bytes(Buffer.alloc(8000));
    writer.startMessage(0x51);
    for (let left = bodyBytes; left > 0; left -= 1000) writer.bytes(Buffer.alloc(Math.min(left, 1000), 7));
    writer.endMessage();
    const bytes = taken(writer).subarray(8000);
    assert.equal(bytes.length, 5 + bodyBytes);
    assert.equal(bytes.readInt32BE(1), 4 + bodyBytes);
  }
});

test("values nest, and each length counts only what is inside", () => {
  const writer = new ByteWriter();
  writer.startValue();
  writer.int8(1);
  writer.startValue();
  writer.bytes(Buffer.alloc(20_000));
  writer.endValue();
  writer.startValue();
  writer.endValue();
  writer.endValue();
  const bytes = taken(writer);
  assert.equal(bytes.readInt32BE(0), bytes.length - 4);
  assert.equal(bytes.readInt32BE(5), 20_000);
  assert.equal(bytes.readInt32BE(9 + 20_000), 0);
});

test("after a rollback exactly what was written before the mark goes out", () => {
  for (const before of [0, 10, 32_760, 32_768, 70_000]) {
    for (const after of [0, 10, 9000, 33_000, 200_000]) {
      const writer = new ByteWriter();
      for (let left = before; left > 0; left -= 1000) writer.bytes(Buffer.alloc(Math.min(left, 1000), 1));
      const mark = writer.mark();
      writer.startMessage(0x42);
      writer.startValue();
      for (let left = after; left > 0; left -= 1000) writer.bytes(Buffer.alloc(Math.min(left, 1000), 2));
      if (after > 10_000) writer.bytes(Buffer.alloc(after, 3));
      writer.rollback(mark);
      assert.equal(writer.size, before);
      writer.startMessage(0x53);
      writer.endMessage();
      const bytes = taken(writer);
      assert.equal(bytes.length, before + 5, `${before} then ${after}`);
      assert.ok(bytes.subarray(0, before).every((byte) => byte === 1));
      assert.deepEqual(bytes.subarray(before), Buffer.from([0x53, 0, 0, 0, 4]));
    }
  }
});

test("bytes are copied: the caller may change them after writing", () => {
  for (const size of [10, 100_000]) {
    const writer = new ByteWriter();
    const bytes = Buffer.alloc(size, 1);
    writer.bytes(bytes);
    bytes.fill(2);
    assert.ok(taken(writer).every((byte) => byte === 1));
  }
});

test("what the socket holds is not overwritten by what is written meanwhile", () => {
  const writer = new ByteWriter();
  const held: (readonly Buffer[])[] = [];
  for (let round = 0; round < 100; round++) {
    writer.bytes(Buffer.alloc(3000, round));
    held.push(writer.take());
  }
  held.forEach((chunks, round) => assert.ok(Buffer.concat(chunks).every((byte) => byte === round)));
  for (const _ of held) writer.written();
});

test("an idle writer holds no block", () => {
  const writer = new ByteWriter();
  writer.bytes(Buffer.alloc(100_000));
  writer.int8(1);
  writer.take();
  writer.written();
  assert.equal(writer.block.length, 0);
  assert.equal(writer.size, 0);
});

test("two connections that take turns share one block and never see each other's bytes", () => {
  const [a, b] = [new ByteWriter(), new ByteWriter()];
  a.int8(1);
  const block = a.block;
  assert.deepEqual(taken(a), Buffer.from([1]));
  b.int8(2);
  assert.equal(b.block, block);
  a.int8(3);
  assert.notEqual(a.block, b.block);
  assert.deepEqual([taken(a), taken(b)], [Buffer.from([3]), Buffer.from([2])]);
});

test("a message above 1 GiB is refused before its last part is copied (hazard 18)", () => {
  const writer = new ByteWriter();
  const mark = writer.mark();
  writer.startMessage(0x42);
  // A view that claims a size without having it: no copy may be tried.
  const huge = new Proxy(new Uint8Array(0), { get: (target, key) => (key === "byteLength" ? 0x3fff_ffff : Reflect.get(target, key)) });
  assert.throws(() => writer.bytes(huge), { code: "E2102" });
  writer.rollback(mark);
  assert.equal(writer.size, 0);
});

test("a writer that is never at rest neither loses nor repeats a byte", () => {
  const writer = new ByteWriter();
  const sent: Buffer[] = [];
  let underWay: (readonly Buffer[])[] = [];
  for (let round = 0; round < 2000; round++) {
    writer.bytes(Buffer.alloc(700, round % 251));
    underWay.push(writer.take());
    // Something is always written before the socket reports that it is done.
    writer.int8(255);
    if (underWay.length < 3) continue;
    for (const chunks of underWay) {
      sent.push(Buffer.concat(chunks));
      writer.written();
    }
    underWay = [];
  }
  for (const chunks of underWay) sent.push(Buffer.concat(chunks));
  sent.push(Buffer.concat(writer.take()));
  const expected = Array.from({ length: 2000 }, (_, round) => Buffer.concat([Buffer.alloc(700, round % 251), Buffer.from([255])]));
  assert.deepEqual(Buffer.concat(sent), Buffer.concat(expected));
});

test("a text with its length is what the length and the text are, of every kind, and where a block ends", () => {
  const texts = ["", "a", "x".repeat(23), "x".repeat(24), "x".repeat(25), "é", `${"x".repeat(22)}é`, "💡".repeat(12), "x".repeat(70_000)];
  // A block has 32 KiB.
  for (const before of [0, ...Array.from({ length: 40 }, (_, index) => 32_768 - 35 + index)]) {
    const filler = new Uint8Array(before);
    for (const text of texts) {
      const [sized, plain] = [new ByteWriter(), new ByteWriter()];
      for (const writer of [sized, plain]) for (let at = 0; at < before; at += 1024) writer.bytes(filler.subarray(at, at + 1024));
      sized.sizedText(text);
      sized.int8(9);
      plain.startValue();
      plain.text(text);
      plain.endValue();
      plain.int8(9);
      assert.ok(taken(sized).equals(taken(plain)), `${text.length} behind ${before}`);
    }
  }
  const writer = new ByteWriter();
  assert.throws(() => writer.sizedText("a\0"), /NUL/);
  assert.throws(() => writer.sizedText("\ud800"), /surrogate/);
});
