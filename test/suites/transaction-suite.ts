/** What transactions promise, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ConfigurationError,
  DatabaseClosed,
  type Engine,
  F,
  ForeignKeyViolation,
  int,
  Model,
  outside,
  QueryCanceled,
  QueryError,
  type Session,
  sql,
  StaleObject,
  text,
  TransactionError,
  UniqueViolation,
} from "../../src/entry/index.ts";
import { failure } from "./session-suite.ts";

export interface TransactionsUnderTest {
  readonly name: string;
  /** An engine on an empty database of its own. */
  readonly open: () => Promise<Engine>;
  /** Whether reads outside go on while a transaction is open. */
  readonly readsBesideWriter: boolean;
}

export class Entry extends Model("entries", { id: int().primaryKey(), label: text().unique() }) {}
export class Purse extends Model("purses", { id: int().primaryKey(), coins: int() }) {}

/** One turn of the event loop, so that what can happen has happened. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A repeatable sequence of numbers from 0 to below `limit`. */
export const numbers = (seed: number): ((limit: number) => number) => {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
};

export const transactionSuite = ({ name, open, readsBesideWriter }: TransactionsUnderTest): void => {
  const check = (title: string, body: (engine: Engine, session: Session) => Promise<void>): void => {
    test(`${name}: ${title}`, { timeout: 20_000 }, async () => {
      await using engine = await open();
      await engine.createAll([Entry, Purse]);
      await body(engine, engine.session());
    });
  };
  const labels = (engine: Engine): Promise<string[]> => engine.query(Entry).orderBy("id").column("label");
  const add = (session: Session, ...names: string[]): Promise<Entry[]> =>
    session.insertAll(
      Entry,
      names.map((label) => ({ label })),
    );
  const insert = (session: Session, label: string): Promise<Entry> => session.insert(Entry, { label });

  check("commits when the callback returns, and gives what it returned", async (engine, session) => {
    const result = await engine.transaction(async (tx) => (await insert(tx, "a")).id);
    assert.equal(result, 1);
    await session.transaction(async (tx) => {
      await insert(tx, "b");
      assert.deepEqual(await tx.query(Entry).orderBy("id").column("label"), ["a", "b"]);
    });
    assert.deepEqual(await labels(engine), ["a", "b"]);
  });

  check("rolls back when the callback throws, whatever and whenever it throws", async (engine) => {
    const oops = new Error("oops");
    const later = async (tx: Session, reason: unknown): Promise<void> => {
      await insert(tx, "a");
      await turn();
      throw reason;
    };
    for (const reason of [oops, "a string", undefined, null, 0]) {
      const thrown = await engine
        .transaction((tx) => later(tx, reason))
        .then(
          () => assert.fail(),
          (error: unknown) => error,
        );
      assert.equal(thrown, reason);
    }
    const atOnce = engine.transaction(() => {
      throw oops;
    });
    assert.equal(await failure(atOnce, Error), oops);
    const nestedFailure = engine.transaction(async (tx) => {
      await insert(tx, "a");
      await failure(
        tx.transaction((inner) => later(inner, oops)),
        Error,
      );
      await insert(tx, "b");
      throw oops;
    });
    assert.equal(await failure(nestedFailure, Error), oops);
    assert.deepEqual(await labels(engine), []);
    await engine.transaction((tx) => insert(tx, "c"));
    assert.deepEqual(await labels(engine), ["c"]);
  });

  check("a call that never was a transaction is refused", async (engine, session) => {
    await failure(session.transaction(undefined as never), ConfigurationError);
    await failure(
      session.transaction(async () => {}, { readonly: true } as never),
      ConfigurationError,
    );
    const typo = await failure(
      engine.transaction(async () => {}, { isolaton: "serializable" } as never),
      ConfigurationError,
    );
    assert.match(typo.message, /Did you mean 'isolation'/);
    const level = await failure(session.begin({ isolation: "serialisable" as never }), ConfigurationError);
    assert.match(level.message, /Did you mean 'serializable'/);
    await failure(session.begin({ readOnly: "yes" as never }), ConfigurationError);
    await insert(session, "still works");
  });

  check("an aborted transaction takes no more calls and is rolled back, also when its callback returns", async (engine) => {
    for (const returns of [true, false]) {
      const controller = new AbortController();
      const aborted = engine.transaction(
        async (tx) => {
          await insert(tx, "a");
          controller.abort(new Error("enough"));
          if (!returns) await insert(tx, "b");
        },
        { signal: controller.signal },
      );
      await assert.rejects(aborted, /enough/);
    }
    assert.deepEqual(await labels(engine), []);
  });

  check("an aborted call leaves the line, and the transaction goes on", async (engine, session) => {
    const first = await session.begin();
    await insert(first, "a");
    const controller = new AbortController();
    const waiting = engine.transaction(async (tx) => {
      const aborted = tx.insert(Entry, { label: "b" }, { signal: controller.signal });
      const rejected = assert.rejects(aborted, /enough/);
      controller.abort(new Error("enough"));
      await rejected;
      await first.commit();
      await insert(tx, "c");
    });
    await waiting;
    assert.deepEqual(await labels(engine), ["a", "c"]);
  });

  check("begin() rolls back at the end of its block unless it was committed", async (engine, session) => {
    {
      await using tx = await session.begin();
      await insert(tx, "a");
    }
    {
      await using tx = await session.begin();
      await insert(tx, "b");
      await tx.commit();
    }
    {
      await using tx = await session.begin();
      await insert(tx, "c");
      await tx.rollback();
    }
    const thrown = async (): Promise<void> => {
      await using tx = await session.begin();
      await insert(tx, "d");
      throw new Error("oops");
    };
    await assert.rejects(thrown, /oops/);
    assert.deepEqual(await labels(engine), ["b"]);
  });

  check("a transaction that is over takes no more calls, and says how it ended", async (engine, session) => {
    const committed = await session.begin();
    const entry = await insert(committed, "a");
    await committed.commit();
    const rolledBack = await session.begin();
    await rolledBack.rollback();
    await rolledBack.rollback();
    for (const [tx, word] of [
      [committed, /committed/],
      [rolledBack, /rolled back/],
    ] as const) {
      const calls: (() => Promise<unknown>)[] = [
        () => insert(tx, "b"),
        () => tx.update(entry, { label: "c" }),
        () => tx.query(Entry).all(),
        () => tx.query(Entry).count(),
        () => tx.query(Entry).stream()[Symbol.asyncIterator]().next(),
        () => tx.executeRaw("SELECT 1"),
        () => tx.execute(sql`SELECT 1`),
        () => tx.begin(),
        () => tx.transaction(async () => {}),
        () => tx.insertAll(Entry, [{ label: "d" }]),
        () => tx.commit(),
      ];
      for (const call of calls) assert.match((await failure(call(), TransactionError)).message, word, String(call));
    }
    assert.match((await failure(committed.rollback(), TransactionError)).message, /cannot be undone/);
    let kept: Session | null = null;
    await engine.transaction(async (tx) => {
      kept = tx;
    });
    await failure(insert(kept!, "e"), TransactionError);
    assert.deepEqual(await labels(engine), ["a"]);
  });

  check("a callback may commit or roll back early", async (engine) => {
    await engine.transaction(async (tx) => {
      await insert(tx, "a");
      await tx.commit();
    });
    const value = await engine.transaction(async (tx) => {
      await insert(tx, "b");
      await tx.rollback();
      return 5;
    });
    assert.equal(value, 5);
    const after = engine.transaction(async (tx) => {
      await insert(tx, "c");
      await tx.commit();
      await insert(tx, "d");
    });
    await failure(after, TransactionError);
    assert.deepEqual(await labels(engine), ["a", "c"]);
  });

  check("savepoints, three deep: what fails inside does not touch what is outside", async (engine) => {
    await engine.transaction(async (one) => {
      await insert(one, "1");
      await one.transaction(async (two) => {
        await insert(two, "2");
        const inner = two.transaction(async (three) => {
          await insert(three, "3");
          assert.equal(await three.query(Entry).count(), 3);
          throw new Error("oops");
        });
        await assert.rejects(inner, /oops/);
        await two.transaction((three) => insert(three, "3 again"));
      });
      const failed = one.transaction(async (two) => {
        await insert(two, "4");
        await two.transaction((three) => insert(three, "5"));
        throw new Error("oops");
      });
      await assert.rejects(failed, /oops/);
      await insert(one, "6");
    });
    assert.deepEqual(await labels(engine), ["1", "2", "3 again", "6"]);
    const outer = engine.transaction(async (one) => {
      await insert(one, "7");
      await one.transaction((two) => two.transaction((three) => insert(three, "8")));
      throw new Error("oops");
    });
    await assert.rejects(outer, /oops/);
    assert.equal(await engine.query(Entry).count(), 4);
  });

  check("savepoints by begin()", async (engine, session) => {
    await using outer = await session.begin();
    {
      await using inner = await outer.begin();
      await insert(inner, "a");
      await failure(insert(outer, "b"), TransactionError);
      await failure(outer.commit(), TransactionError);
    }
    await using inner = await outer.begin();
    await insert(inner, "c");
    await inner.commit();
    await insert(outer, "d");
    await outer.commit();
    assert.deepEqual(await labels(engine), ["c", "d"]);
  });

  check("a savepoint left open by begin() rolls everything back", async (engine) => {
    const left = engine.transaction(async (tx) => {
      await insert(tx, "a");
      const inner = await tx.begin();
      await insert(inner, "b");
    });
    await failure(left, TransactionError);
    assert.deepEqual(await labels(engine), []);
    await engine.transaction((tx) => insert(tx, "c"));
  });

  check("a savepoint has no isolation and no access mode of its own", async (engine) => {
    await engine.transaction(async (tx) => {
      await failure(
        tx.transaction(async () => {}, { isolation: "serializable" }),
        TransactionError,
      );
      await failure(tx.begin({ readOnly: true }), TransactionError);
      await insert(tx, "a");
    });
    assert.deepEqual(await labels(engine), ["a"]);
  });

  check("calls made at once run in the order in which they were made", async (engine) => {
    const order = await engine.transaction(async (tx) => {
      const entries = await Promise.all(["a", "b", "c", "d"].map((label) => insert(tx, label)));
      return entries.map((entry) => entry.id);
    });
    assert.deepEqual(order, [1, 2, 3, 4]);
    // The same when the transaction has to wait for its connection first, and a call comes while it does.
    const blocker = await engine.session().begin();
    await insert(blocker, "blocker");
    const waiting = engine.transaction(async (tx) => {
      const calls = ["e", "f"].map((label) => insert(tx, label));
      await turn();
      await blocker.commit();
      calls.push(insert(tx, "g"));
      return (await Promise.all(calls)).map((entry) => entry.id);
    });
    assert.deepEqual(await waiting, [6, 7, 8]);
  });

  check("nested transactions made at once run one after another, and other calls wait for them", async (engine) => {
    const log: string[] = [];
    await engine.transaction(async (tx) => {
      const nested = (label: string, fails: boolean): Promise<void> =>
        tx.transaction(async (inner) => {
          log.push(`${label} begins`);
          await insert(inner, label);
          await sleep(5);
          await insert(inner, `${label}2`);
          log.push(`${label} ends`);
          if (fails) throw new Error(label);
        });
      const outcomes = await Promise.allSettled([
        insert(tx, "first"),
        nested("a", false),
        nested("b", true),
        insert(tx, "between"),
        nested("c", false),
        tx.query(Entry).count(),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status === "fulfilled"),
        [true, true, false, true, true, true],
      );
      assert.equal((outcomes[5] as PromiseFulfilledResult<number>).value, 6);
    });
    assert.deepEqual(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    assert.deepEqual(await labels(engine), ["first", "a", "a2", "between", "c", "c2"]);
  });

  check("transactions made at once on one session do not interleave", async (engine, session) => {
    const log: string[] = [];
    const run = (label: string): Promise<void> =>
      session.transaction(async (tx) => {
        await insert(tx, label);
        log.push(label);
        await sleep(3);
        await insert(tx, `${label}2`);
        log.push(`${label}2`);
      });
    await Promise.all([run("a"), run("b"), run("c")]);
    if (!readsBesideWriter || name.includes("sqlite")) assert.deepEqual(log, ["a", "a2", "b", "b2", "c", "c2"]);
    assert.equal(await engine.query(Entry).count(), 6);
  });

  check("using an outer session inside of a nested callback is an error, not a wait", async (engine, session) => {
    await engine.transaction(async (tx) => {
      await tx.transaction(async (inner) => {
        await failure(insert(tx, "a"), TransactionError);
        await failure(tx.query(Entry).all(), TransactionError);
        await failure(
          tx.transaction(async () => {}),
          TransactionError,
        );
        await failure(tx.commit(), TransactionError);
        await failure(
          outside(() => tx.query(Entry).count()),
          TransactionError,
        );
        await inner.transaction(async (innermost) => {
          await failure(insert(tx, "b"), TransactionError);
          await failure(insert(inner, "c"), TransactionError);
          await insert(innermost, "d");
        });
      });
      await insert(tx, "e");
    });
    await session.transaction(async () => {
      await failure(insert(session, "f"), TransactionError);
      await failure(session.begin(), TransactionError);
    });
    assert.deepEqual(await labels(engine), ["d", "e"]);
  });

  check("using the engine inside of its own transaction is an error", async (engine) => {
    await engine.transaction(async (tx) => {
      await insert(tx, "a");
      const calls: (() => Promise<unknown>)[] = [
        () => engine.query(Entry).all(),
        () => engine.query(Entry).filter({ id: 1 }).update({ label: "x" }),
        () => engine.query(Entry).stream()[Symbol.asyncIterator]().next(),
        () => engine.execute("SELECT 1"),
        () => engine.transaction(async () => {}),
        () => insert(engine.session(), "b"),
        () => engine.session().begin(),
        () => engine.createAll([Entry]),
        () => engine.close(),
      ];
      for (const call of calls) {
        await failure(call(), TransactionError);
        await failure(Promise.resolve().then(turn).then(call), TransactionError);
      }
      await tx.transaction(async () => {
        await failure(engine.query(Entry).all(), TransactionError);
      });
    });
    // Once it is over, code that began inside may use the engine.
    let late: Promise<number> | null = null;
    let over = (): void => {};
    const ended = new Promise<void>((resolve) => (over = resolve));
    await engine.transaction(async (tx) => {
      await insert(tx, "c");
      late = ended.then(() => engine.query(Entry).count());
    });
    over();
    assert.equal(await late, 2);
  });

  check("another engine may be used inside of a transaction", async (engine) => {
    await using other = await open();
    await other.createAll([Entry]);
    await engine.transaction(async (tx) => {
      await insert(tx, "a");
      await other.transaction((beside) => insert(beside, "b"));
      assert.deepEqual(await labels(other), ["b"]);
    });
    assert.deepEqual(await labels(engine), ["a"]);
  });

  check(
    "a COMMIT that the database refuses keeps nothing, gives objects back as they were, and lets rollback() be called",
    async (engine) => {
      await engine.execute("CREATE TABLE promises (entry INTEGER REFERENCES entries (id) DEFERRABLE INITIALLY DEFERRED)");
      const breaking = (tx: Session): Promise<unknown> => tx.executeRaw("INSERT INTO promises VALUES (99)");
      const calls: string[] = [];
      const tx = await engine.session().begin();
      const entry = await tx.insert(Entry, { label: "a" });
      for (const hook of ["afterCommit", "afterRollback"] as const) tx.on(hook, () => void calls.push(hook));
      await breaking(tx);
      await assert.rejects(tx.commit(), ForeignKeyViolation);
      await tx.rollback();
      await tx[Symbol.asyncDispose]();
      assert.equal(tx.has(entry), false);
      assert.deepEqual(calls, ["afterRollback"]);
      await assert.rejects(engine.transaction(breaking), ForeignKeyViolation);
      const session = engine.session();
      session.add(new Entry({ label: "b" }));
      await session.flush();
      await breaking(session);
      await assert.rejects(session.commit(), ForeignKeyViolation);
      await session.rollback();
      assert.deepEqual([await labels(engine), (await engine.execute("SELECT count(*) AS n FROM promises")).scalar()], [[], 0]);
    },
  );

  check("two transactions on one engine never mix their statements", async (engine, session) => {
    // "begin, delete, commit, then insert": the insert of one must not join, or end, the transaction of the other.
    await add(session, "old");
    const replace = (label: string): Promise<void> =>
      engine.transaction(
        async (tx) => {
          await turn();
          await tx.query(Entry).delete({ all: true });
          await turn();
          assert.equal(await tx.query(Entry).count(), 0);
          await insert(tx, label);
          await turn();
          if (label === "fails") throw new Error("oops");
          // Where transactions run side by side, only serializable ones see nothing of each other; the one that loses is run again.
        },
        { isolation: "serializable", retry: 50 },
      );
    const outcomes = await Promise.allSettled([
      replace("a"),
      replace("fails"),
      insert(session, "beside"),
      replace("b"),
      engine.query(Entry).count(),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"],
    );
    const left = await labels(engine);
    assert.ok((left.includes("a") || left.includes("b")) && !left.includes("fails") && !left.includes("old"), left.join());
  });

  check("money moved at random between purses by many at once is neither made nor lost", async (engine, session) => {
    const random = numbers(7);
    const purses = await session.insertAll(
      Purse,
      Array.from({ length: 5 }, () => ({ coins: 100 })),
    );
    let sums = 0;
    const move = async (): Promise<void> => {
      const [from, to, coins] = [random(5), random(5), 1 + random(60)];
      const pauses = [random(3), random(3)];
      const [breaks, nested, byBegin] = [random(4) === 0, random(3) === 0, random(3) === 0];
      const body = async (tx: Session): Promise<void> => {
        const purse = await tx.getOrThrow(Purse, purses[from]!.id);
        await sleep(pauses[0]);
        await tx.update(purse, { coins: F("coins").minus(coins) });
        await sleep(pauses[1]);
        const give = (inner: Session): Promise<number> =>
          inner
            .query(Purse)
            .filter({ id: purses[to]!.id })
            .update({ coins: F("coins").plus(coins) });
        await (nested ? tx.transaction(give) : give(tx));
        if (breaks || purse.coins < 0) throw new Error("not enough");
      };
      if (!byBegin) return engine.transaction(body);
      await using tx = await session.begin();
      await body(tx);
      await tx.commit();
    };
    const look = async (): Promise<void> => {
      await sleep(random(8));
      assert.equal(await engine.query(Purse).sum("coins"), 500);
      sums++;
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 80 }, (_, index) => (index % 4 === 3 ? look() : move())));
    const failures = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => String(reason));
    // Rows are locked one by one on PostgreSQL, and two moves may wait for each other.
    const unexpected = failures.filter((failure) => !failure.startsWith("DeadlockDetected"));
    assert.deepEqual([...new Set(unexpected)], ["Error: not enough"]);
    assert.equal(sums, 20);
    assert.equal(await engine.query(Purse).sum("coins"), 500);
    assert.equal(await engine.query(Purse).filter({ coins__lt: 0 }).count(), 0);
  });

  check("reads beside an open transaction see what is committed", async (engine, session) => {
    await add(session, "old");
    const tx = await session.begin();
    await insert(tx, "new");
    const beside = labels(engine);
    if (readsBesideWriter) assert.deepEqual(await beside, ["old"]);
    await tx.rollback();
    assert.deepEqual(await beside, ["old"]);
  });

  check("a read-only transaction reads, refuses writes, and goes on", async (engine, session) => {
    await add(session, "a");
    await engine.transaction(
      async (tx) => {
        assert.equal(await tx.query(Entry).count(), 1);
        await failure(insert(tx, "b"), TransactionError);
        await failure(tx.query(Entry).delete({ all: true }), TransactionError);
        await failure(tx.execute(sql`DELETE FROM entries`), TransactionError);
        await tx.transaction((inner) => failure(insert(inner, "c"), TransactionError));
        assert.equal((await tx.executeRaw("WITH one AS (SELECT 1 AS n) SELECT n FROM one")).scalar(), 1);
        assert.equal(await tx.query(Entry).count(), 1);
      },
      { readOnly: true },
    );
    await insert(session, "d");
    assert.deepEqual(await labels(engine), ["a", "d"]);
  });

  check("every isolation level that SQL has may be asked for", async (engine) => {
    for (const isolation of ["read uncommitted", "read committed", "repeatable read", "serializable"] as const) {
      await engine.transaction((tx) => insert(tx, isolation), { isolation });
    }
    assert.equal(await engine.query(Entry).count(), 4);
  });

  check("a statement may fail in a savepoint, and the transaction goes on", async (engine) => {
    await engine.transaction(async (tx) => {
      await insert(tx, "a");
      const error = await failure(
        tx.transaction((inner) => insert(inner, "a")),
        UniqueViolation,
      );
      assert.deepEqual([error.model, error.property], ["Entry", "label"]);
      await insert(tx, "b");
    });
    assert.deepEqual(await labels(engine), ["a", "b"]);
  });

  check("calls that nobody awaited belong to the transaction, also when they have to wait for it", async (engine, session) => {
    await engine.transaction(async (tx) => {
      void insert(tx, "a");
      void tx.transaction(async (inner) => {
        await insert(inner, "b");
        await sleep(5);
        await insert(inner, "c");
      });
      void tx.insertAll(Entry, [{ label: "d" }, { label: "e" }]);
    });
    assert.deepEqual(await labels(engine), ["a", "b", "c", "d", "e"]);
    const blocker = await session.begin();
    await insert(blocker, "blocker");
    const waiting = engine.transaction(async (tx) => {
      void insert(tx, "f");
    });
    await turn();
    await blocker.commit();
    await waiting;
    assert.equal((await labels(engine)).at(-1), "f");
  });

  check("a call that nobody awaited, and that fails while the commit waits for it, rolls everything back", async (engine, session) => {
    const blocker = await session.begin();
    await insert(blocker, "a");
    const forgotten: Promise<unknown>[] = [];
    const failed = engine.transaction(async (tx) => {
      forgotten.push(insert(tx, "b"), insert(tx, "a"));
      for (const call of forgotten) call.catch(() => {});
    });
    const rejected = failure(failed, UniqueViolation);
    await turn();
    await blocker.commit();
    await rejected;
    const nested = engine.transaction(async (tx) => {
      await insert(tx, "c");
      void tx
        .transaction(async () => {
          await sleep(2);
          throw new Error("late");
        })
        .catch(() => {});
    });
    await assert.rejects(nested, /late/);
    assert.deepEqual(await labels(engine), ["a"]);
  });

  check("what a forgotten callback does after the end is refused", async (engine) => {
    let late: Promise<unknown> | null = null;
    await engine.transaction(async (tx) => {
      await insert(tx, "a");
      late = failure(
        sleep(5).then(() => insert(tx, "b")),
        TransactionError,
      );
    });
    await late;
    let afterFailure: Promise<unknown> | null = null;
    const failed = engine.transaction(async (tx) => {
      afterFailure = failure(
        tx.transaction(async (inner) => {
          await insert(inner, "c");
          await sleep(5);
          await insert(inner, "d");
        }),
        TransactionError,
      );
      await turn();
      throw new Error("oops");
    });
    await assert.rejects(failed, /oops/);
    await afterFailure;
    assert.deepEqual(await labels(engine), ["a"]);
    await engine.transaction((tx) => insert(tx, "e"));
  });

  check("BEGIN, COMMIT and their like as SQL text do not get underneath a transaction", async (engine) => {
    await engine.transaction(async (tx) => {
      await insert(tx, "a");
      for (const text of ["COMMIT", " rollback", "/* x */ END", "-- x\nBEGIN", "SAVEPOINT x", "RELEASE x", "START TRANSACTION", "ABORT"]) {
        await failure(tx.executeRaw(text), TransactionError);
      }
      await failure(tx.execute(sql`COMMIT`), TransactionError);
      await insert(tx, "b");
    });
    assert.deepEqual(await labels(engine), ["a", "b"]);
    await failure(engine.execute("BEGIN"), TransactionError);
  });

  check("a stream inside of a transaction gives way to what its loop does", async (engine, session) => {
    await add(session, ...Array.from({ length: 25 }, (_, index) => `entry ${index}`));
    const seen: number[] = [];
    await engine.transaction(async (tx) => {
      for await (const entry of tx.query(Entry).orderBy("id").stream({ batchSize: 4 })) {
        seen.push(entry.id);
        if (entry.id % 3 === 0) await tx.update(entry, { label: `changed ${entry.id}` });
        else if (entry.id % 3 === 1) await tx.transaction((inner) => inner.remove(entry));
      }
    });
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, index) => index + 1),
    );
    assert.equal(await engine.query(Entry).count(), 16);
    for await (const entry of engine.query(Entry).stream({ batchSize: 2 })) await session.remove(entry);
    assert.equal(await engine.query(Entry).count(), 0);
  });

  check("a stream does not outlive its transaction, and does not keep it from ending", async (engine, session) => {
    await add(session, ...Array.from({ length: 25 }, (_, index) => `entry ${index}`));
    const read: AsyncIterator<Entry>[] = [];
    const start = async (tx: Session): Promise<void> => {
      const rows = tx.query(Entry).stream({ batchSize: 2 })[Symbol.asyncIterator]();
      await rows.next();
      read.push(rows);
    };
    await engine.transaction(start);
    const failed = engine.transaction(async (tx) => {
      await start(tx);
      throw new Error("oops");
    });
    await assert.rejects(failed, /oops/);
    for (const rows of read) {
      const rest = async (): Promise<void> => {
        while ((await rows.next()).done !== true);
      };
      await failure(rest(), TransactionError);
    }
    await engine.transaction((tx) => insert(tx, "more"));
  });

  check("an instance that someone else removed is stale in the next transaction", async (engine, session) => {
    const [entry] = (await add(session, "a", "b")) as [Entry, Entry];
    await engine.transaction((tx) => tx.remove(entry));
    const stale = engine.transaction(async (tx) => {
      await insert(tx, "c");
      await tx.update(entry, { label: "d" });
    });
    await failure(stale, StaleObject);
    assert.deepEqual(await labels(engine), ["b"]);
  });

  check("a transaction that asks nothing sends nothing, and holds up nobody", async (engine, session) => {
    const idle = await session.begin();
    await insert(session, "a");
    await engine.transaction(async () => {});
    await engine.transaction((tx) => insert(tx, "b"));
    await idle.commit();
    assert.deepEqual(await labels(engine), ["a", "b"]);
  });

  check("a timeout is for all of a transaction, and nothing of it is kept", async (engine, session) => {
    const slow = async (tx: Session): Promise<void> => {
      await insert(tx, "a");
      await sleep(60);
      await insert(tx, "b");
    };
    await failure(engine.transaction(slow, { timeout: 20 }), QueryCanceled);
    const lateCommit = engine.transaction(
      async (tx) => {
        await insert(tx, "c");
        await sleep(60);
      },
      { timeout: "20ms" },
    );
    await failure(lateCommit, QueryCanceled);
    await failure(
      session.transaction((outer) => outer.transaction(slow, { timeout: 20 })),
      QueryCanceled,
    );
    await using begun = await session.begin({ timeout: 20 });
    const lateByHand = async (): Promise<void> => {
      await insert(begun, "d");
      await sleep(60);
      await begun.commit();
    };
    await failure(lateByHand(), QueryCanceled);
    assert.deepEqual(await labels(engine), []);
    await engine.transaction(slow, { timeout: "10s" });
    assert.deepEqual(await labels(engine), ["a", "b"]);
    await failure(engine.transaction(slow, { timeout: "soon" as never }), ConfigurationError);
  });

  check("after close() nothing runs, and an open transaction is told", async () => {
    const engine = await open();
    await engine.createAll([Entry]);
    const idle = await engine.session().begin();
    await engine.close();
    await engine.close();
    const session = engine.session();
    const calls: (() => Promise<unknown>)[] = [
      () => engine.query(Entry).all(),
      () => insert(session, "a"),
      () => engine.transaction((tx) => insert(tx, "b")),
      () => engine.execute("SELECT 1"),
      () => engine.createAll([Entry]),
      () => engine.query(Entry).stream()[Symbol.asyncIterator]().next(),
      () => insert(idle, "c"),
    ];
    for (const call of calls) await failure(call(), DatabaseClosed);
    await idle.rollback();
  });

  check("a wrong statement is a QueryError and leaves the engine usable", async (engine, session) => {
    await failure(session.executeRaw("SELEC 1"), QueryError);
    await failure(
      engine.transaction((tx) => tx.executeRaw("SELECT * FROM nowhere")),
      QueryError,
    );
    await insert(session, "a");
  });
};
