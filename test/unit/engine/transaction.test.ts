/** Transactions on a database that answers later, refuses and breaks: what SQLite in the process cannot be made to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DatabaseClosed, QueryError, TransactionError } from "../../../src/base/errors.ts";
import { sqlite } from "../../../src/dialect/sqlite/sqlite.ts";
import type { Answer, Driver, Request, ReservedConnection } from "../../../src/driver/driver.ts";
import { Database } from "../../../src/engine/database.ts";
import type { Transaction } from "../../../src/engine/transactions/transaction.ts";

const nothing: Answer = { rows: [], count: 0, columns: [] };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const request = (text: string, signal?: AbortSignal): Request => ({
  text,
  values: [],
  writes: true,
  bigints: false,
  batched: false,
  signal,
});

/** A database on the wire: every answer takes a turn of the event loop. `log` is what arrived. */
class Wire implements Driver {
  readonly log: string[] = [];
  /** Texts that are answered with an error. */
  readonly refused = new Set<string>();
  /** Texts after which the connection says that it has no transaction. */
  readonly endsTransaction = new Set<string>();
  lent = 0;
  /** Resolves when connections are to be had. */
  ready: Promise<void> = Promise.resolve();

  async run(given: Request): Promise<Answer> {
    return this.answer(given, () => {});
  }

  async *stream(given: Request): AsyncIterable<Answer> {
    for (let batch = 0; batch < 3; batch++) yield await this.answer(given, () => {});
  }

  async reserve({ signal }: { readonly signal?: AbortSignal | undefined }): Promise<ReservedConnection> {
    await Promise.race([this.ready, new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)))]);
    this.lent++;
    let inTransaction = false;
    let isReleased = false;
    const set = (text: string): void => {
      inTransaction = !/^(?:COMMIT|ROLLBACK$)/.test(text) && !this.endsTransaction.has(text);
    };
    return {
      run: (given) => {
        assert.ok(!isReleased, `${given.text} on a connection that was given back`);
        return this.answer(given, set);
      },
      stream: (given) => this.stream(given),
      release: () => {
        assert.ok(!isReleased, "released twice");
        isReleased = true;
        this.lent--;
      },
      get inTransaction() {
        return inTransaction;
      },
    };
  }

  async close(): Promise<void> {}

  async answer({ text, signal }: Request, answered: (text: string) => void): Promise<Answer> {
    signal?.throwIfAborted();
    this.log.push(text);
    await turn();
    if (!this.refused.has(text)) answered(text);
    else if (this.endsTransaction.has(text)) answered(text);
    if (this.refused.has(text)) throw new QueryError(`refused: ${text}`);
    return nothing;
  }
}

const open = (): { wire: Wire; database: Database } => {
  const wire = new Wire();
  return { wire, database: new Database(sqlite, wire) };
};

test("a transaction sends BEGIN with its first statement, statements in order, and COMMIT behind them", async () => {
  const { wire, database } = open();
  await database.runInTransaction(async (tx) => {
    await turn();
    assert.deepEqual(wire.log, []);
    await Promise.all([tx.send(request("a")), tx.send(request("b")), tx.send(request("c"))]);
  });
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "a", "b", "c", "COMMIT"]);
  assert.equal(wire.lent, 0);
});

test("a transaction without statements sends nothing and takes no connection", async () => {
  const { wire, database } = open();
  await database.runInTransaction(async () => {});
  await database.runInTransaction(async (tx) => tx.nestedRun(async () => {}));
  assert.deepEqual([wire.log, wire.lent], [[], 0]);
});

test("a nested transaction opens the outer one first, once, also when the outer one is being opened", async () => {
  const { wire, database } = open();
  await database.runInTransaction(async (tx) => {
    await Promise.all([
      tx.send(request("a")),
      tx.nestedRun(async (inner) => {
        await inner.send(request("b"));
        await inner.nestedRun(async (innermost) => void (await innermost.send(request("c"))));
      }),
      tx.send(request("d")),
    ]);
  });
  assert.deepEqual(wire.log, [
    "BEGIN IMMEDIATE",
    "a",
    "SAVEPOINT petrel_1",
    "b",
    "SAVEPOINT petrel_2",
    "c",
    "RELEASE SAVEPOINT petrel_2",
    "RELEASE SAVEPOINT petrel_1",
    "d",
    "COMMIT",
  ]);
});

test("a call that comes while earlier ones wait for the connection does not overtake them", async () => {
  const { wire, database } = open();
  let admit = (): void => {};
  wire.ready = new Promise((resolve) => (admit = resolve));
  await database.runInTransaction(async (tx) => {
    const calls = [tx.send(request("a")), tx.send(request("b"))];
    void wire.ready.then(() => calls.push(tx.send(request("c"))));
    admit();
    for (let times = 0; times < 10; times++) await Promise.resolve().then(() => calls.push(tx.send(request(`d${times}`))));
    await Promise.all(calls);
  });
  const sent = wire.log.filter((text) => !text.startsWith("d"));
  assert.deepEqual(sent, ["BEGIN IMMEDIATE", "a", "b", "c", "COMMIT"]);
  assert.deepEqual(
    wire.log.filter((text) => text.startsWith("d")),
    Array.from({ length: 10 }, (_, index) => `d${index}`),
  );
});

test("a commit waits for the connection that a forgotten call asked for", async () => {
  const { wire, database } = open();
  await database.runInTransaction(async (tx) => {
    void tx.send(request("a"));
  });
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "a", "COMMIT"]);
  assert.equal(wire.lent, 0);
});

test("a forgotten call that fails under the commit rolls back", async () => {
  const { wire, database } = open();
  wire.refused.add("a");
  const failed = database.runInTransaction(async (tx) => {
    Promise.resolve(tx.send(request("a"))).catch(() => {});
  });
  await assert.rejects(failed, /refused: a/);
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "a", "ROLLBACK"]);
  assert.equal(wire.lent, 0);
});

test("a rollback waits for the connection that is on its way, and lets nothing else through", async () => {
  const { wire, database } = open();
  let refusal: unknown = null;
  const failed = database.runInTransaction(async (tx) => {
    Promise.resolve(tx.send(request("a"))).catch((error: unknown) => (refusal = error));
    throw new Error("oops");
  });
  await assert.rejects(failed, /oops/);
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "ROLLBACK"]);
  await turn();
  assert.ok(refusal instanceof TransactionError);
  assert.equal(wire.lent, 0);
});

test("rollback() and commit() called twice at once end once", async () => {
  const { wire, database } = open();
  const tx = database.newTransaction();
  await tx.send(request("a"));
  await Promise.all([tx.rollback(), tx.rollback(), tx.rollback()]);
  const second = database.newTransaction();
  await second.send(request("b"));
  const outcomes = await Promise.allSettled([
    Promise.resolve(second.commit()),
    Promise.resolve().then(() => second.commit()),
    second.rollback(),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "a", "ROLLBACK", "BEGIN IMMEDIATE", "b", "COMMIT"]);
  assert.equal(wire.lent, 0);
});

test("a refused BEGIN gives the connection back, and the next call tries again", async () => {
  const { wire, database } = open();
  wire.refused.add("BEGIN IMMEDIATE");
  await database.runInTransaction(async (tx) => {
    await assert.rejects(async () => tx.send(request("a")), /refused/);
    assert.equal(wire.lent, 0);
    wire.refused.clear();
    await tx.send(request("b"));
  });
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "BEGIN IMMEDIATE", "b", "COMMIT"]);
  assert.equal(wire.lent, 0);
});

test("a refused COMMIT rolls back", async () => {
  const { wire, database } = open();
  wire.refused.add("COMMIT");
  await assert.rejects(
    database.runInTransaction(async (tx) => void (await tx.send(request("a")))),
    /refused: COMMIT/,
  );
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "a", "COMMIT", "ROLLBACK"]);
  assert.equal(wire.lent, 0);
});

test("a ROLLBACK that fails gives the connection back and throws what led to it", async () => {
  const { wire, database } = open();
  wire.refused.add("ROLLBACK");
  const failed = database.runInTransaction(async (tx) => {
    await tx.send(request("a"));
    throw new Error("oops");
  });
  await assert.rejects(failed, /oops/);
  assert.equal(wire.lent, 0);
});

test("a savepoint that cannot be rolled back takes the whole transaction with it", async () => {
  const { wire, database } = open();
  wire.refused.add("ROLLBACK TO SAVEPOINT petrel_1");
  const failed = database.runInTransaction(async (tx) => {
    const inner = tx.nestedRun(async (nested) => {
      await nested.send(request("a"));
      throw new Error("oops");
    });
    await assert.rejects(inner, /oops/);
    await assert.rejects(async () => tx.send(request("b")), TransactionError);
  });
  await assert.rejects(failed, (error: unknown) => error instanceof TransactionError && error.cause instanceof QueryError);
  assert.ok(!wire.log.includes("COMMIT") && !wire.log.includes("b"));
  assert.equal(wire.lent, 0);
});

test("a transaction that the database ended in a nested one is over at every depth", async () => {
  const { wire, database } = open();
  wire.refused.add("disk full");
  wire.endsTransaction.add("disk full");
  const depths: Transaction[] = [];
  const failed = database.runInTransaction(async (one) => {
    const inner = one.nestedRun(async (two) => {
      depths.push(one, two);
      await assert.rejects(async () => two.send(request("disk full")), QueryError);
    });
    await assert.rejects(inner, TransactionError);
  });
  await assert.rejects(failed, TransactionError);
  assert.deepEqual(
    depths.map((transaction) => transaction.isOpen),
    [false, false],
  );
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "SAVEPOINT petrel_1", "disk full"]);
  assert.equal(wire.lent, 0);
});

test("an aborted call stops waiting for the connection, and the calls behind it go on", async () => {
  const { wire, database } = open();
  let admit = (): void => {};
  wire.ready = new Promise((resolve) => (admit = resolve));
  const controller = new AbortController();
  await database.runInTransaction(async (tx) => {
    const first = assert.rejects(async () => tx.send(request("a", controller.signal)), /enough/);
    const second = tx.send(request("b"));
    controller.abort(new Error("enough"));
    await first;
    admit();
    await second;
  });
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "b", "COMMIT"]);
});

test("the signal of a transaction and that of a call both count", async () => {
  const { wire, database } = open();
  const [ofAll, ofOne] = [new AbortController(), new AbortController()];
  const failed = database.runInTransaction(
    async (tx) => {
      await tx.send(request("a", ofOne.signal));
      ofOne.abort(new Error("one"));
      await assert.rejects(async () => tx.send(request("b", ofOne.signal)), /one/);
      await tx.send(request("c"));
      ofAll.abort(new Error("all"));
      await assert.rejects(async () => tx.send(request("d", new AbortController().signal)), /all/);
      await tx.nestedRun(async () => {});
    },
    { signal: ofAll.signal },
  );
  await assert.rejects(failed, /all/);
  assert.deepEqual(wire.log, ["BEGIN IMMEDIATE", "a", "c", "ROLLBACK"]);
  assert.equal(wire.lent, 0);
});

test("connections that cannot be had are an error for all who wait, and the transaction may be ended", async () => {
  const { wire, database } = open();
  wire.ready = Promise.reject(new DatabaseClosed("closed"));
  wire.ready.catch(() => {});
  const tx = database.newTransaction();
  const outcomes = await Promise.allSettled([tx.send(request("a")), tx.send(request("b"))]);
  assert.ok(outcomes.every((outcome) => outcome.status === "rejected" && outcome.reason instanceof DatabaseClosed));
  await tx.rollback();
  assert.equal(wire.lent, 0);
});

test("a stream that was not read to its end does not survive the commit", async () => {
  const { wire, database } = open();
  const plan = { sql: "rows", placeholders: [], bigints: false, batched: true, writes: [] } as never;
  let rest: AsyncIterator<Answer> | null = null;
  await database.runInTransaction(async (tx) => {
    rest = tx.stream(plan, [], 10)[Symbol.asyncIterator]();
    await rest.next();
  });
  assert.deepEqual(wire.log.slice(-1), ["COMMIT"]);
  await assert.rejects(rest!.next(), TransactionError);
});
