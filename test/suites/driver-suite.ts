/**
 * What every driver must do, whatever database it speaks to: run this with a way to open one.
 * The SQL here is what SQLite and PostgreSQL both understand, but for placeholders, which `placeholder` spells.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DatabaseClosed, isPetrelError, QueryError, TransactionError, UniqueViolation } from "../../src/base/errors.ts";
import type { BoundValue } from "../../src/base/bound-value.ts";
import type { Answer, Connection, Driver, Request } from "../../src/driver/driver.ts";

export interface DriverUnderTest {
  readonly name: string;
  /** Opens a database of its own, empty, that is the same for every call with the same `key`. */
  readonly open: (key: string) => Promise<Driver>;
  readonly placeholder: (number: number) => string;
  /** What begins a transaction that will write. */
  readonly begin: string;
  /** Whether reads outside go on while a transaction is open. */
  readonly readsBesideWriter: boolean;
}

export const request = (text: string, values: readonly BoundValue[] = [], options: Partial<Request> = {}): Request => ({
  text,
  values,
  writes: !/^\s*(select|with|pragma|values)/i.test(text),
  bigints: false,
  batched: false,
  ...options,
});

export const run = async (
  connection: Connection,
  text: string,
  values: readonly BoundValue[] = [],
  options: Partial<Request> = {},
): Promise<Answer> => await connection.run(request(text, values, options));

/** One turn of the event loop, so that what can happen has happened. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let isSettled = false;
  void promise.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  await turn();
  await turn();
  return isSettled;
};

/** The rejection, or what was thrown at once. */
export const failure = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return assert.fail("expected an error");
};

export const driverSuite = (driver: DriverUnderTest): void => {
  const p = driver.placeholder;
  let count = 0;
  const check = (title: string, body: (driver: Driver, key: string) => Promise<void>): void => {
    const key = `suite-${++count}`;
    test(`${driver.name}: ${title}`, async () => {
      const opened = await driver.open(key);
      try {
        await run(opened, "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
        await body(opened, key);
      } finally {
        await opened.close();
      }
    });
  };
  const names = async (connection: Connection): Promise<unknown[]> => {
    return (await run(connection, "SELECT name FROM items ORDER BY id")).rows.map(([name]) => name);
  };
  const insert = (connection: Connection, id: number, name: string): Promise<Answer> =>
    run(connection, `INSERT INTO items (id, name) VALUES (${p(1)}, ${p(2)})`, [id, name]);

  check("rows come by position, with their count and their columns", async (opened) => {
    assert.equal((await insert(opened, 1, "a")).count, 1);
    const answer = await run(opened, "SELECT id, name, id FROM items");
    assert.deepEqual(answer.rows, [[1, "a", 1]]);
    assert.equal(answer.count, 1);
    assert.deepEqual(answer.columns, ["id", "name", "id"]);
    const returned = await run(opened, `INSERT INTO items (id, name) VALUES (${p(1)}, ${p(2)}) RETURNING id`, [2, "b"]);
    assert.deepEqual([returned.rows, returned.count], [[[2]], 1]);
    const updated = await run(opened, "UPDATE items SET name = name || '!'");
    assert.deepEqual([updated.rows, updated.count], [[], 2]);
    assert.equal((await run(opened, "CREATE TABLE other (id INTEGER)")).count, 0);
  });

  check("a transaction's rows are seen outside only after its commit", async (opened) => {
    const reserved = await opened.reserve({ write: true });
    await run(reserved, driver.begin);
    assert.equal(reserved.inTransaction, true);
    await insert(reserved, 1, "inside");
    const outside = names(opened);
    assert.equal(await settled(outside), driver.readsBesideWriter);
    await run(reserved, "COMMIT");
    assert.equal(reserved.inTransaction, false);
    reserved.release();
    assert.deepEqual(await outside, driver.readsBesideWriter ? [] : ["inside"]);
    assert.deepEqual(await names(opened), ["inside"]);
  });

  check("transactions never interleave, and take their turns in order", async (opened) => {
    const events: string[] = [];
    const transaction = async (id: number): Promise<void> => {
      const reserved = await opened.reserve({ write: true });
      events.push(`begin ${id}`);
      await run(reserved, driver.begin);
      await insert(reserved, id, `n${id}`);
      await turn();
      await run(reserved, id === 2 ? "ROLLBACK" : "COMMIT");
      events.push(`end ${id}`);
      reserved.release();
    };
    await Promise.all([transaction(1), transaction(2), transaction(3), insert(opened, 4, "n4")]);
    assert.deepEqual(events, ["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]);
    assert.deepEqual(await names(opened), ["n1", "n3", "n4"]);
  });

  check("a transaction left open is rolled back when its connection is given back", async (opened) => {
    const reserved = await opened.reserve({ write: true });
    await run(reserved, driver.begin);
    await insert(reserved, 1, "lost");
    reserved.release();
    reserved.release();
    assert.deepEqual(await names(opened), []);
    await insert(opened, 1, "kept");
    assert.deepEqual(await names(opened), ["kept"]);
  });

  check("a connection used after it was given back refuses", async (opened) => {
    const reserved = await opened.reserve({ write: true });
    const stream = reserved.stream(request("SELECT 1"), 1)[Symbol.asyncIterator]();
    reserved.release();
    assert.ok((await failure(() => run(reserved, "SELECT 1"))) instanceof TransactionError);
    assert.ok((await failure(() => stream.next())) instanceof TransactionError);
    assert.equal(reserved.inTransaction, false);
  });

  check("an aborted signal keeps a statement from starting, and takes a waiting one out of the line", async (opened) => {
    const reason = new Error("enough");
    assert.equal(await failure(() => run(opened, "SELECT 1", [], { signal: AbortSignal.abort(reason) })), reason);
    assert.equal(await failure(() => opened.reserve({ write: true, signal: AbortSignal.abort(reason) })), reason);
    const reserved = await opened.reserve({ write: true });
    await run(reserved, driver.begin);
    const abort = new AbortController();
    const write = failure(() => run(opened, "DELETE FROM items", [], { signal: abort.signal }));
    const reservation = failure(() => opened.reserve({ write: true, signal: abort.signal }));
    const next = insert(opened, 5, "next");
    await turn();
    abort.abort(reason);
    assert.equal(await write, reason);
    assert.equal(await reservation, reason);
    await insert(reserved, 1, "a");
    await run(reserved, "COMMIT");
    reserved.release();
    await next;
    assert.deepEqual(await names(opened), ["a", "next"]);
  });

  check("a stream gives every row once, in batches, and its connection is free afterwards", async (opened) => {
    for (let id = 1; id <= 10; id++) await insert(opened, id, `n${id}`);
    const sizes: number[] = [];
    const ids: unknown[] = [];
    for await (const { rows } of opened.stream(request("SELECT id FROM items ORDER BY id"), 4)) {
      sizes.push(rows.length);
      ids.push(...rows.map(([id]) => id));
    }
    assert.deepEqual(sizes, [4, 4, 2]);
    assert.deepEqual(ids, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await insert(opened, 11, "after");
  });

  check("a stream may be left by break, throw and abort, and the database goes on", async (opened) => {
    for (let id = 1; id <= 10; id++) await insert(opened, id, `n${id}`);
    const all = request("SELECT id FROM items ORDER BY id");
    for (let round = 0; round < 10; round++) {
      for await (const _ of opened.stream(all, 2)) break;
      const thrown = new Error("mine");
      const loop = async (): Promise<void> => {
        for await (const _ of opened.stream(all, 2)) throw thrown;
      };
      assert.equal(await failure(loop), thrown);
      const abort = new AbortController();
      const aborted = async (): Promise<void> => {
        for await (const _ of opened.stream({ ...all, signal: abort.signal }, 2)) abort.abort(thrown);
      };
      assert.equal(await failure(aborted), thrown);
    }
    assert.equal((await run(opened, "DELETE FROM items")).count, 10);
  });

  check("a failed statement leaves its transaction and the next statement as they were", async (opened) => {
    await insert(opened, 1, "a");
    const error = await failure(() => insert(opened, 2, "a"));
    assert.ok(error instanceof UniqueViolation);
    assert.ok(!error.message.includes("'a'"));
    assert.ok((await failure(() => run(opened, "SELEC 1"))) instanceof QueryError);
    assert.deepEqual(await names(opened), ["a"]);
  });

  check("values that no database stores are refused by number, before anything runs", async (opened) => {
    for (const value of [undefined, Number.NaN, {}, Symbol("x"), () => 1, "a\0b", "\ud800"]) {
      const error = await failure(() => run(opened, `SELECT ${p(1)}, ${p(2)}`, [1, value as BoundValue]));
      assert.ok(error instanceof QueryError && error.message.startsWith("Parameter 2 is "), String(error));
    }
  });

  check("wrong numbers of values and several statements in one text are refused", async (opened) => {
    const texts: [string, BoundValue[]][] = [
      [`SELECT ${p(1)}`, []],
      [`SELECT ${p(1)}`, [1, 2]],
      ["SELECT 1", [1]],
      ["DELETE FROM items; DELETE FROM items", []],
      ["", []],
    ];
    for (const [text, values] of texts) assert.ok((await failure(() => run(opened, text, values))) instanceof QueryError, text);
    assert.deepEqual((await run(opened, "SELECT 1 -- that is all")).rows, [[1]]);
    assert.deepEqual((await run(opened, "SELECT 1; /* that is all */")).rows, [[1]]);
  });

  check("after close everything is refused, and close may be called again", async (opened) => {
    await Promise.all([opened.close(), opened.close()]);
    const calls = [
      () => run(opened, "SELECT 1"),
      () => opened.reserve({ write: true }),
      () => opened.stream(request("SELECT 1"), 1)[Symbol.asyncIterator]().next(),
    ];
    for (const call of calls) assert.ok((await failure(call)) instanceof DatabaseClosed);
  });

  check("close lets what waits in line finish", async (opened) => {
    const reserved = await opened.reserve({ write: true });
    await run(reserved, driver.begin);
    const waiting = insert(opened, 2, "waited");
    const closing = opened.close();
    await insert(reserved, 1, "a");
    await run(reserved, "COMMIT");
    reserved.release();
    assert.equal((await waiting).count, 1);
    await closing;
  });

  check("every error is one of ours and keeps its cause", async (opened) => {
    for (const text of ["SELECT nope", "SELECT * FROM nope", "INSERT INTO items (nope) VALUES (1)", "("]) {
      const error = await failure(() => run(opened, text));
      assert.ok(isPetrelError(error) && error.cause !== undefined && error.sql === text, text);
    }
  });
};
