// What a file's connections are doing: the writer, and the readers beside it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createEngine, int, Model } from "../../src/entry/index.ts";

class Row extends Model("pool_rows", { id: int().primaryKey() }) {}

test("poolStatus() counts transactions, readers beside them, and who waits", async () => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-pool-"));
  try {
    await using engine = await createEngine(`sqlite:${join(directory, "pool.db")}`, { readers: 2 });
    await engine.createAll([Row]);
    const idle = { total: 3, available: 3, open: 1, idle: 1, busy: 0, reserved: 0, connecting: 0, waiting: 0, lost: 0 };
    assert.deepEqual(engine.poolStatus(), idle);
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = engine.transaction(async (tx) => {
      await tx.insert(Row, { id: 1 });
      begun.resolve();
      await ended.promise;
    });
    await begun.promise;
    const second = engine.session().insert(Row, { id: 2 });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(engine.poolStatus(), { ...idle, available: 2, idle: 0, busy: 1, reserved: 1, waiting: 1 });
    ended.resolve();
    await Promise.all([first, second]);
    const { waiting, busy, available } = engine.poolStatus();
    assert.deepEqual([waiting, busy, available], [0, 0, 3]);
    await using memory = await createEngine("sqlite::memory:");
    assert.equal(memory.poolStatus().total, 1);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
