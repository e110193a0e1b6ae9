/**
 * The line breaks between COMMIT and its answer, for whoever commits through an engine: the error says that nobody knows, nothing says "committed",
 * nothing is run again, and the engine goes on. In half of the cases the server has committed, in half it never got the COMMIT: both look the same.
 */
import assert from "node:assert/strict";
import { tracingChannel } from "node:diagnostics_channel";
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
  type Session,
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
      const late = await reasonOf(tx.query(Entry).count());
      assert.ok(late instanceof TransactionError);
      assert.match(late.message, /^The transaction was lost at its COMMIT and takes no more calls\./);
      await tx.rollback();
      await afterwards();
    });

    /** A session that remembers which hooks were called. */
    const watched = (session: Session): { readonly calls: string[]; readonly session: Session } => {
      const calls: string[] = [];
      for (const hook of ["afterCommit", "afterRollback"] as const) session.on(hook, () => void calls.push(hook));
      return { calls, session };
    };

    test("commit() of a unit of work: no hook claims anything, objects keep their values, and nothing is written twice", async () => {
      const { calls, session } = watched(engine.session());
      const entry = new Entry({ label: "kept?" });
      session.add(entry);
      await session.flush();
      const { id } = entry;
      await session.afterCommit(() => calls.push("called back"));
      proxy.cutAt("COMMIT", when);
      check(await reasonOf(session.commit()));
      assert.deepEqual([entry.id, entry.label], [id, "kept?"]);
      await session.commit();
      await afterwards();
      // The first hook since is about a commit that has had its answer; the callback was about the lost one.
      assert.deepEqual(calls, ["afterCommit"]);
      const { length } = kept;
      assert.equal(((await session.get(Entry, id)) !== null) as boolean, length === 1);
      assert.notEqual(await session.get(Entry, id), entry);
    });

    test("a changed object is let go: it keeps the change, and a later commit does not write it", async () => {
      await direct.session().insert(Entry, { label: "old" });
      const { calls, session } = watched(engine.session());
      const entry = await session.query(Entry).one();
      entry.label = "new";
      proxy.cutAt("COMMIT", when);
      check(await reasonOf(session.commit()));
      assert.deepEqual([entry.label, calls], ["new", []]);
      await direct.query(Entry).update({ label: "theirs" }, { all: true });
      await session.commit();
      await session.rollback();
      assert.deepEqual(await session.query(Entry).column("label"), ["theirs"]);
      assert.equal((await session.query(Entry).one()).label, "theirs");
      assert.equal(entry.label, "new");
    });

    test("a callback of transaction(), and a commit() in its middle: no hook claims anything", async () => {
      const { calls, session } = watched(engine.session());
      const outcome = session.transaction(async (tx) => {
        tx.add(new Entry({ label: "kept?" }));
        await tx.flush();
        proxy.cutAt("COMMIT", when);
      });
      check(await reasonOf(outcome));
      await afterwards();
      await direct.query(Entry).delete({ all: true });
      const early = session.transaction(async (tx) => {
        tx.add(new Entry({ label: "kept?" }));
        proxy.cutAt("COMMIT", when);
        await tx.commit();
      });
      check(await reasonOf(early));
      await afterwards();
      assert.deepEqual(calls, []);
    });

    test("commit() whose writes travel with the COMMIT", async () => {
      const { calls, session } = watched(engine.session());
      session.add(new Entry({ label: "kept?" }));
      proxy.cutAt("COMMIT", when);
      check(await reasonOf(session.commit()));
      assert.deepEqual(calls, []);
      await session.commit();
      await afterwards();
    });

    test("who listens to petrel:transaction hears that nobody knows", async () => {
      const outcomes: unknown[] = [];
      const asyncEnd = (message: unknown): void => void outcomes.push((message as { outcome?: string }).outcome);
      const channel = tracingChannel("petrel:transaction");
      channel.asyncEnd.subscribe(asyncEnd);
      try {
        proxy.cutAt("COMMIT", when);
        check(await reasonOf(engine.transaction((tx) => tx.insert(Entry, { label: "kept?" }))));
      } finally {
        channel.asyncEnd.unsubscribe(asyncEnd);
      }
      assert.deepEqual(outcomes, ["unknown"]);
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

describe("the line falls silent at COMMIT (invariants I1, I6)", () => {
  const silentCommit = async (commit: (session: Session) => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    const error = await reasonOf(commit(engine.session()));
    assert.ok(error instanceof CommitOutcomeUnknown, String(error));
    assert.match(error.message, /^COMMIT was sent and not answered in the time there was, and the connection was closed/);
    // The limit, and what a cancellation may take; far from what a lost line takes to be noticed.
    assert.ok(performance.now() - began < 8000);
    assert.equal(engine.poolStatus().reserved, 0);
    assert.equal(await engine.query(Entry).count(), 0);
  };
  const fallSilent = (): void => proxy.cutAt("COMMIT", "silence");
  const late = { timeout: 150 };

  test("a transaction's timeout ends the wait, and nobody claims to know", () =>
    silentCommit((session) =>
      session.transaction(async (tx) => {
        await tx.insert(Entry, { label: "kept?" });
        fallSilent();
      }, late),
    ));

  test("so does that of commit(), alone and with its writes in one packet; nothing is written twice", async () => {
    await silentCommit(async (session) => {
      session.add(new Entry({ label: "kept?" }));
      await session.flush();
      fallSilent();
      await session.commit(late);
    });
    const calls: string[] = [];
    await silentCommit(async (session) => {
      session.on("afterRollback", () => void calls.push("rolled back"));
      session.add(new Entry({ label: "kept?" }));
      fallSilent();
      try {
        await session.commit(late);
      } finally {
        await session.commit();
      }
    });
    assert.deepEqual(calls, []);
  });
});
