import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, createEngine } from "../../src/entry/index.ts";
import { severalDatabasesSuite } from "../suites/several-databases-suite.ts";

severalDatabasesSuite("SQLite", () => Promise.resolve(["sqlite::memory:", "sqlite::memory:"]));

test("SQLite has no replicas, and the same code runs without them", async () => {
  await assert.rejects(createEngine("sqlite::memory:", { replicas: ["sqlite::memory:"] }), (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    return /SQLite has no replicas.*readers/.test(error.message);
  });
  await using engine = await createEngine("sqlite::memory:");
  const onPrimary = engine.with({ on: "primary" });
  assert.equal((await onPrimary.execute("SELECT 1 AS one")).column("one")[0], 1);
  await onPrimary.close();
  assert.equal(await engine.lastWrite(), null);
  for (const after of [null, "16/B374D848"]) {
    const mine = engine.with({ after });
    assert.deepEqual([(await mine.execute("SELECT 1 AS one")).column("one")[0], await mine.lastWrite()], [1, null]);
  }
  assert.throws(() => engine.with({ after: "yesterday" }), ConfigurationError);
  assert.equal((await engine.execute("SELECT 1 AS one", [], { on: "replica" })).column("one")[0], 1);
  const { primary } = await engine.health();
  assert.equal(primary.address, null);
});
