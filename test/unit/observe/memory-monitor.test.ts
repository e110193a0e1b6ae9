import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryNow } from "../../../src/observe/memory.ts";
import { MemoryMonitor } from "../../../src/observe/memory-monitor.ts";

/** A process whose memory is `heap.now` megabytes of objects in ten more. */
const heap = { now: 0 };
const read = (): { heapUsed: number; rss: number } => ({ heapUsed: heap.now, rss: heap.now + 10 });

test("a memory monitor tells how many megabytes the heap grew by, and gives what the work gives", async () => {
  const monitor = new MemoryMonitor(read);
  assert.equal(monitor.getUsage(), 0);
  heap.now = 5;
  assert.equal(await monitor.track(() => (heap.now = 125)), 125);
  assert.equal(monitor.getUsage(), 120);
  assert.deepEqual(monitor.getDetails(), { heapUsed: 120, rss: 120 });
});

test("it tracks the rest of a block, and work that throws; less memory than before is no use of it", async () => {
  const monitor = new MemoryMonitor(read);
  heap.now = 1;
  {
    using _ = monitor.track();
    heap.now = 8;
  }
  assert.equal(monitor.getUsage(), 7);
  const failing = monitor.track(() => {
    heap.now = 3;
    throw new RangeError("no");
  });
  await assert.rejects(failing, new RangeError("no"));
  assert.equal(monitor.getUsage(), 0);
});

test("memory is read from the process", () => {
  const { heapUsed, rss } = memoryNow();
  assert.ok(heapUsed > 1 && rss > heapUsed && rss < 100_000);
});
