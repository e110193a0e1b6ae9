import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryMonitor } from "../../../src/observe/memory-monitor.ts";

const fill = (): number[][] => Array.from({ length: 100 }, (_, row) => Array.from({ length: 20_000 }, (__, column) => row + column + 0.5));

test("a memory monitor tells how many megabytes the heap grew by at its peak, and gives what the work gives", async () => {
  const monitor = new MemoryMonitor();
  assert.equal(monitor.getUsage(), 0);
  const rows = await monitor.track(() => fill());
  assert.equal(rows.length, 100);
  assert.ok(monitor.getUsage() > 8, String(monitor.getUsage()));
  assert.equal(monitor.getDetails().heapUsed, monitor.getUsage());
});

test("it tracks the rest of a block, and work that throws", async () => {
  const monitor = new MemoryMonitor();
  let rows: number[][] = [];
  {
    using _ = monitor.track();
    rows = fill();
  }
  assert.equal(rows.length, 100);
  assert.ok(monitor.getUsage() > 8, String(monitor.getUsage()));
  await assert.rejects(
    monitor.track(() => {
      throw new RangeError("no");
    }),
    new RangeError("no"),
  );
});
