/**
 * The line breaks between COMMIT and its answer, for whoever commits through an engine: the error says that nobody knows, nothing says "committed",
 * nothing is run again, and the engine goes on. In half of the cases the server has committed, in half it never got the COMMIT: both look the same.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  CommitOutcomeUnknown,
  ConnectionLost,
  createEngine,
  int,
  Model,
  sql,
  text,
  TransactionError,
  type Engine,
} from "../../src/entry/index.ts";
import { faultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

class Entry extends Model("entries", { id: int().primaryKey(), label: text() }) {}

let server: ScratchPostgres;
let proxy: FaultProxy;
let engine: Engine;
let direct: Engine;

before(async () => {
  server = await startScratchPostgres();
  proxy = await faultProxy(server.url());
  direct = await createEngine(server.socketUrl());
  await direct.createAll([Entry]);
  // The proxy has to read what it lets through.
  engine = await createEngine(`${proxy.url}?sslmode=disable`);
});
after(async () => {
  await Promise.all([engine.close(), direct.close()]);
  await proxy.close();
  await server.stop();
});
beforeEach(() => direct.query(Entry).delete({ all: true }));

const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (reason: unknown) => reason,
  );

for (const [when, kept] of [
  ["answered", ["kept?"]],
  ["before", []],
] as const) {
  describe(`the line breaks ${when === "before" ? "before the server has the COMMIT" : "when the server has committed"}`, () => {
    const check = (error: unknown): void => {
      assert.ok(error instanceof CommitOutcomeUnknown, String(error));
      assert.deepEqual([error.code, error.mayHaveRun], ["E2008", true]);
      assert.match(error.message, /^The connection was lost after COMMIT was sent and before its answer/);
    };
    const afterwards = async (): Promise<void> => {
      assert.deepEqual(await engine.query(Entry).column("label"), kept);
      assert.equal(engine.poolStatus().reserved, 0);
    };

    test("a callback is not run again, whatever retry says", async () => {
      let runs = 0;
      const error = await reasonOf(
        engine.transaction(
          async (tx) => {
            runs++;
            await tx.insert(Entry, { label: "kept?" });
            proxy.cutAt("COMMIT", when);
          },
          { retry: 3 },
        ),
      );
      check(error);
      assert.equal(runs, 1);
      await afterwards();
    });

    test("commit() of a transaction that was begun by hand, which then takes no more calls", async () => {
      const tx = await engine.session().begin();
      await tx.insert(Entry, { label: "kept?" });
      proxy.cutAt("COMMIT", when);
      check(await reasonOf(tx.commit()));
      assert.ok((await reasonOf(tx.query(Entry).count())) instanceof TransactionError);
      await tx.rollback();
      await afterwards();
    });

    test("commit() of a unit of work, whose afterCommit is not called", async () => {
      const calls: string[] = [];
      const session = engine.session();
      const entry = new Entry({ label: "kept?" });
      session.add(entry);
      await session.flush();
      await session.afterCommit(() => calls.push("committed"));
      proxy.cutAt("COMMIT", when);
      check(await reasonOf(session.commit()));
      assert.deepEqual(calls, []);
      await afterwards();
    });

    test("commit() whose writes travel with the COMMIT", async () => {
      const calls: string[] = [];
      const session = engine.session();
      session.on("afterCommit", () => void calls.push("committed"));
      session.on("afterRollback", () => void calls.push("rolled back"));
      session.add(new Entry({ label: "kept?" }));
      proxy.cutAt("COMMIT", when);
      check(await reasonOf(session.commit()));
      assert.deepEqual(calls, ["rolled back"]);
      await afterwards();
    });

    test("a nested transaction's error is that of the outermost COMMIT", async () => {
      const error = await reasonOf(
        engine.transaction(async (tx) => {
          await tx.transaction((inner) => inner.insert(Entry, { label: "kept?" }));
          proxy.cutAt("COMMIT", when);
        }),
      );
      check(error);
      await afterwards();
    });

    test("a statement that commits by itself, and a batch, say that they may have run", async () => {
      proxy.cutAt("INSERT INTO", when);
      const alone = await reasonOf(engine.session().insert(Entry, { label: "kept?" }));
      assert.ok(alone instanceof ConnectionLost && alone.mayHaveRun, String(alone));
      await afterwards();
      await direct.query(Entry).delete({ all: true });
      proxy.cutAt("INSERT INTO", when);
      const together = await reasonOf(engine.batch([sql`SELECT 1`, sql`INSERT INTO entries (label) VALUES ('kept?')`]));
      assert.ok(together instanceof ConnectionLost && together.mayHaveRun, String(together));
      await afterwards();
    });
  });
}
