/** SQLite has one writer: who waits for it in vain is told who has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, createEngine, int, Model, PoolTimeout } from "../../src/entry/index.ts";

class Note extends Model("line_notes", { id: int().primaryKey(), n: int() }) {}

test("two transactions that both write: the second is told what the first does, and nothing is lost", async () => {
  await using engine = await createEngine("sqlite::memory:", { acquireTimeout: 50 });
  await engine.createAll([Note]);
  const first = await engine.session().begin();
  await first.insert(Note, { n: 1 });
  const second = await engine.session().begin();
  await assert.rejects(second.insert(Note, { n: 2 }), (error: Error) => {
    assert.ok(error instanceof PoolTimeout);
    assert.match(
      error.message,
      /^The turn to write to ':memory:' did not come within 50 ms: SQLite has one writer\. A transaction has it for \d\.\d s, last statement: INSERT INTO "line_notes"/,
    );
    assert.equal(error.mayHaveRun, false);
    return true;
  });
  await second.rollback();
  await first.commit();
  await engine.session().insert(Note, { n: 3 });
  assert.deepEqual(await engine.query(Note).orderBy("n").column("n"), [1, 3]);
});

test("who gets the turn in time is not told anything later", async () => {
  await using engine = await createEngine("sqlite::memory:", { acquireTimeout: "80ms" });
  await engine.createAll([Note]);
  const first = await engine.session().begin();
  await first.insert(Note, { n: 1 });
  const waiting = engine.transaction(async (session) => {
    await session.insert(Note, { n: 2 });
    await new Promise((resolve) => setTimeout(resolve, 120));
    await session.insert(Note, { n: 3 });
  });
  await first.commit();
  await waiting;
  assert.equal(await engine.query(Note).count(), 3);
});

test("the time to wait is a length of time", async () => {
  await assert.rejects(createEngine("sqlite::memory:", { acquireTimeout: "soon" as never }), ConfigurationError);
  await assert.rejects(createEngine("sqlite::memory:", { acquireTimeout: -1 }), ConfigurationError);
});
