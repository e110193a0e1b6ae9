import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../../../../../src/base/errors.ts";
import { backend } from "../../../../../src/driver/postgres/protocol/message-codes.ts";
import { blockBytes, blockPool, BlockPool } from "../../../../../src/driver/postgres/protocol/block-pool.ts";
import { Frames } from "../../../../../src/driver/postgres/protocol/frames.ts";
import { until } from "../../../../support/waiting.ts";

test("keeps four spare blocks by itself, and gives them out again", () => {
  const pool = new BlockPool();
  const taken = Array.from({ length: 6 }, () => pool.take());
  assert.equal(pool.spares, 0);
  for (const block of taken) pool.give(block);
  pool.give(Buffer.alloc(5));
  assert.equal(pool.spares, 4);
  assert.ok(taken.includes(pool.take()));
});

test("makes `size` blocks at once, keeps `maxSize`, and lets go of those beyond `size` at a cleanup", async () => {
  const pool = new BlockPool();
  const end = pool.govern({ size: 3, maxSize: 8, cleanupIntervalMs: 5 });
  assert.equal(pool.spares, 3);
  const taken = Array.from({ length: 10 }, () => pool.take());
  for (const block of taken) pool.give(block);
  assert.equal(pool.spares, 8);
  await until(() => pool.spares === 3);
  end();
  assert.equal(pool.spares, 3);
  for (const block of taken) pool.give(block);
  assert.equal(pool.spares, 4);
});

test("of several wishes the largest holds, for as long as it is wished", () => {
  const pool = new BlockPool();
  const [one, other] = [pool.govern({ size: 2 }), pool.govern({ size: 6 })];
  assert.equal(pool.spares, 6);
  other();
  assert.equal(pool.spares, 4);
  one();
  for (const options of [{ size: -1 }, { size: 1.5 }, { maxSize: 1e9 }, { size: 5, maxSize: 4 }, { size: Number.NaN }])
    assert.throws(() => pool.govern(options), ConfigurationError, JSON.stringify(options));
  assert.equal(pool.spares, 4);
});

/** A message that is cut in the middle waits in a block of the pool, and the block is there again when the message has been read. */
test("a received message waits in a block, which is given back after it was read", () => {
  const end = blockPool.govern({ size: 1 });
  const spares = blockPool.spares;
  const bodies: string[] = [];
  const frames = new Frames({
    message: (_code, buffer, start, stop) => {
      assert.equal(blockPool.spares, spares - 1, "nobody else gets the block while it is read");
      bodies.push(buffer.toString("utf8", start, stop));
    },
    rows: () => assert.fail("no rows were sent"),
  });
  const message = Buffer.concat([Buffer.from([backend.copyData, 0, 0, 0, 9]), Buffer.from("hello")]);
  for (let cut = 1; cut < message.length; cut++) {
    frames.push(message.subarray(0, cut));
    assert.equal(blockPool.spares, spares - 1);
    frames.push(message.subarray(cut));
    assert.equal(blockPool.spares, spares);
  }
  assert.deepEqual(
    bodies,
    Array.from({ length: message.length - 1 }, () => "hello"),
  );
  // One that is too large for a block has a buffer of its own, and gives the block back when it grows out of it.
  const large = Buffer.alloc(blockBytes * 3, "x");
  const whole = Buffer.concat([Buffer.from([backend.copyData]), Buffer.alloc(4), large]);
  whole.writeInt32BE(large.length + 4, 1);
  let length = 0;
  const reading = new Frames({ message: (_code, _buffer, start, stop) => (length = stop - start), rows: () => assert.fail("no rows") });
  for (let at = 0; at < whole.length; at += 10_000) reading.push(whole.subarray(at, at + 10_000));
  assert.equal(length, large.length);
  assert.equal(blockPool.spares, spares);
  end();
});
