/** What watchers are told, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { tracingChannel } from "node:diagnostics_channel";
import { after, before, describe, test } from "node:test";
import type { Interceptor, WatchedStatement } from "../../src/entry/observe.ts";
import { sampleCallSites } from "../../src/entry/observe.ts";
import { type Engine, sql } from "../../src/entry/index.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Post, User } from "../support/models.ts";

export interface WatchedEngine {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

/** The statements that `work` sends. */
const seen = async (engine: Engine, work: () => Promise<unknown>): Promise<WatchedStatement[]> => {
  const statements: WatchedStatement[] = [];
  const stop = engine.intercept((statement, next) => {
    statements.push(statement);
    return next();
  });
  try {
    await work();
  } finally {
    stop();
  }
  return statements;
};

interface Told {
  readonly statement?: WatchedStatement;
  readonly result?: { readonly count: number };
  readonly error?: unknown;
  readonly outcome?: string;
  readonly depth?: number;
  readonly write?: boolean;
}

/** What a channel tells while `work` runs: `[event, message]`. */
const heard = async (name: string, work: () => Promise<unknown>): Promise<[string, Told][]> => {
  const told: [string, Told][] = [];
  const note =
    (event: string) =>
    (message: object): void =>
      void told.push([event, { ...message }]);
  const handlers = {
    start: note("start"),
    end: note("end"),
    asyncStart: note("asyncStart"),
    asyncEnd: note("asyncEnd"),
    error: note("error"),
  };
  const channel = tracingChannel(name);
  channel.subscribe(handlers);
  try {
    await work();
  } finally {
    channel.unsubscribe(handlers);
  }
  return told;
};

export const watchingSuite = ({ name, open }: WatchedEngine): void => {
  describe(`watching on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll(blog);
      await fillBlog(engine);
    });
    after(() => engine.close());

    test("a statement is seen with its text, tables, model and values, and its answer is unchanged", async () => {
      let names: string[] = [];
      const [statement, ...more] = await seen(engine, async () => {
        const found = await engine.query(User).filter({ age__gte: 18 }).all();
        names = found.map((user) => user.name);
      });
      assert.deepEqual(names, ["Ann"]);
      assert.deepEqual(more, []);
      assert.match(statement!.sql, /^SELECT .* FROM "users" .*WHERE/);
      const { reads, writes, mayWrite, model, relation, callSite, transaction, way, values } = statement!;
      assert.deepEqual(
        { reads, writes, mayWrite, model, relation, callSite, transaction, way, values },
        {
          reads: ["users"],
          writes: [],
          mayWrite: false,
          model: "User",
          relation: null,
          callSite: null,
          transaction: null,
          way: "run",
          values: [18],
        },
      );
    });

    test("a statement knows its connection once it has one, and how long it waited for it; SQLite has no pool", async () => {
      const statements = await seen(engine, async () => {
        await engine.query(User).count();
        await engine.transaction((session) => session.query(User).count());
        await engine.batch([engine.query(User), engine.query(Post)]);
      });
      const isPostgres = engine.dialect.name === "postgres";
      assert.equal(statements.length, 4);
      for (const { connection, waited } of statements) {
        assert.equal(isPostgres ? connection! >= 1 : connection === null, true);
        assert.equal(isPostgres ? waited >= 0 && waited < 60_000 : waited === 0, true);
      }
    });

    test("bytes both ways and the time of decoding are told, in transactions, batches and streams, too; absent on SQLite", async () => {
      const waits: number[] = [];
      const statements = await seen(engine, async () => {
        await engine.query(User).filter({ name: "Ann" }).all();
        await engine
          .query(User)
          .filter({ name: "x".repeat(1000) })
          .all();
        await engine.transaction((session) => session.query(User).all());
        await engine.batch([engine.query(User), engine.query(Post)]);
        for await (const _ of engine.query(User).stream({ batchSize: 1 })) waits.push(0);
        await engine.transaction(async (session) => {
          for await (const _ of session.query(User).stream({ batchSize: 1 })) waits.push(0);
        });
        await engine.query(Post).filter({ id: 1 }).update({ views: 11 });
      });
      assert.equal(waits.length, 6);
      assert.equal(statements.length, 8);
      const isPostgres = engine.dialect.name === "postgres";
      for (const { connection, waited, decoded, bytesSent, bytesReceived, sql } of statements) {
        if (isPostgres) {
          assert.equal(connection! >= 1 && waited >= 0 && waited < 60_000 && decoded! >= 0, true, sql);
          assert.equal(bytesSent! > 20 && bytesReceived! >= 19, true, sql);
        } else assert.deepEqual([connection, waited, decoded, bytesSent, bytesReceived], [null, 0, null, null, null]);
      }
      if (!isPostgres) return;
      const [ann, long, ...others] = statements;
      assert.equal(long!.bytesSent! - ann!.bytesSent! < 1100, true);
      assert.equal(long!.bytesSent! > 1000, true);
      assert.equal(ann!.bytesReceived! > long!.bytesReceived!, true, "a row is bytes");
      assert.equal(others[0]!.decoded! > 0, true);
    });

    test("bytes are the messages that were sent for a statement, to the byte", async () => {
      if (engine.dialect.name !== "postgres") return;
      const warm = (): Promise<unknown> => engine.execute("SELECT $1::text AS it", ["abc"]);
      await warm();
      await warm();
      const [statement] = await seen(engine, warm);
      // BindComplete 5, DataRow 5 + 2 + 4 + 3, CommandComplete 5 + "SELECT 1" and its end.
      assert.equal(statement!.bytesReceived, 5 + 14 + 14);
      assert.equal(statement!.bytesSent! > 30 && statement!.bytesSent! < 60, true);
    });

    test("values are printed and serialised by nobody", async () => {
      const [statement] = await seen(engine, () => engine.query(User).filter({ email: "secret@example.com" }).all());
      assert.deepEqual(statement!.values, ["secret@example.com"]);
      assert.equal(JSON.stringify(statement).includes("secret"), false);
      const { inspect } = await import("node:util");
      assert.equal(inspect(statement, { depth: 9, showHidden: true }).includes("secret"), false);
    });

    test("writes, SQL of one's own, transactions and savepoints are seen; a transaction's statements share one", async () => {
      const statements = await seen(engine, async () => {
        await engine.query(Post).filter({ id: 1 }).update({ views: 11 });
        await engine.execute(sql`SELECT 1 AS one`);
        await engine.transaction(async (session) => {
          await session.query(User).count();
          await session.transaction((inner) => inner.query(User).count());
        });
      });
      assert.deepEqual(
        statements.map(({ writes, mayWrite }) => [writes, mayWrite]),
        [
          [["posts"], true],
          [[], false],
          [[], false],
          [[], false],
        ],
      );
      const [update, own, outer, inner] = statements.map(({ transaction }) => transaction);
      assert.equal(update, null);
      assert.equal(own, null);
      assert.notEqual(outer, null);
      assert.equal(inner, outer);
    });

    test("a batch shows each of its statements, a stream one with the number of all its rows", async () => {
      const batch = await seen(engine, () => engine.batch([engine.query(User), engine.query(Post)]));
      assert.deepEqual(
        batch.map(({ reads }) => reads),
        [["users"], ["posts"]],
      );
      const counts: number[] = [];
      const stop = engine.intercept(async (statement, next) => {
        const answer = await next();
        assert.equal(statement.way, "stream");
        counts.push(answer.count);
        return answer;
      });
      const names: string[] = [];
      for await (const user of engine.query(User).orderBy("id").stream({ batchSize: 2 })) names.push(user.name);
      for await (const _ of engine.query(User).orderBy("id").stream({ batchSize: 2 })) break;
      stop();
      assert.deepEqual(names, ["Ann", "bob", "Çelik"]);
      assert.deepEqual(counts, [3, 2]);
    });

    test("a load says which relation it fills, and of how many objects", async () => {
      const posts = await engine.query(Post).orderBy("id").all();
      const statements = await seen(engine, async () => {
        await engine.load(posts[0]!, "author");
        await engine.load(posts, "comments.replies");
      });
      const [one, ...more] = statements.map(({ relation }) => relation);
      assert.deepEqual(one, { model: "Post", name: "author", parents: 1 });
      assert.deepEqual(more[0], { model: "Post", name: "comments", parents: posts.length });
      assert.deepEqual([more[1]?.model, more[1]?.name], ["Comment", "replies"]);
    });

    test("interceptors stand around each other, the first outermost, and none is left when they stop", async () => {
      const order: string[] = [];
      const around =
        (label: string): Interceptor =>
        async (_, next) => {
          order.push(`${label} before`);
          const answer = await next();
          order.push(`${label} after`);
          return answer;
        };
      const stops = [engine.intercept(around("one")), engine.intercept(around("two"))];
      await engine.query(User).count();
      assert.deepEqual(order, ["one before", "two before", "two after", "one after"]);
      for (const stop of [...stops, ...stops]) stop();
      await engine.query(User).count();
      assert.equal(order.length, 4);
    });

    test("an interceptor sees the statements of its own database", async () => {
      const other = await open();
      const statements = await seen(engine, () => other.execute("SELECT 1"));
      await other.close();
      assert.deepEqual(statements, []);
    });

    test("what an interceptor answers is the answer, and what it throws is thrown", async () => {
      const refuse = engine.intercept(() => {
        throw new RangeError("not today");
      });
      await assert.rejects(async () => engine.query(User).all(), new RangeError("not today"));
      refuse();
      let asked = 0;
      const answer = engine.intercept((_, next) => (asked++ === 0 ? next() : { rows: [], count: 0, columns: [] }));
      assert.equal((await engine.query(User).all()).length, 3);
      assert.deepEqual(await engine.query(User).all(), []);
      answer();
    });

    test("inside a transaction next() is called before anything is waited for", async () => {
      const stop = engine.intercept(async (_, next) => {
        await Promise.resolve();
        return next();
      });
      await assert.rejects(
        engine.transaction((session) => session.query(User).count()),
        { code: "E1001", message: /Call next\(\) first/ },
      );
      assert.equal(await engine.query(User).count(), 3);
      stop();
    });

    test("petrel:query tells of every statement, with what it answered or why it failed", async () => {
      const told = await heard("petrel:query", async () => {
        await engine.query(User).count();
        await assert.rejects(engine.execute("SELECT nothing FROM nowhere"));
      });
      const texts = [...new Set(told.map(([, { statement }]) => statement!.sql))];
      assert.equal(texts.length, 2);
      assert.match(texts[0]!, /count\(\*\)/i);
      const of = (text: string): string[] => told.filter(([, { statement }]) => statement!.sql === text).map(([event]) => event);
      assert.deepEqual([of(texts[0]!)[0], of(texts[1]!)[0]], ["start", "start"]);
      assert.equal(of(texts[0]!).includes("error"), false);
      assert.equal(of(texts[1]!).includes("error"), true);
      assert.equal(told.find(([, { result }]) => result !== undefined)?.[1].result?.count, 1);
    });

    test("petrel:transaction and petrel:acquire tell how a transaction ended, and of its connection", async () => {
      const outcomes = async (work: () => Promise<unknown>): Promise<unknown> =>
        (await heard("petrel:transaction", work))
          .filter(([event]) => event === "asyncEnd")
          .map(([, { depth, outcome }]) => [depth, outcome]);
      assert.deepEqual(await outcomes(() => engine.transaction((session) => session.transaction((inner) => inner.query(User).count()))), [
        [1, "committed"],
        [0, "committed"],
      ]);
      const failing = (): Promise<void> =>
        assert.rejects(
          engine.transaction(async (session) => {
            await session.query(User).count();
            throw new RangeError("no");
          }),
        );
      assert.deepEqual(await outcomes(failing), [[0, "rolled back"]]);
      const acquired = await heard("petrel:acquire", () =>
        engine.transaction((session) => session.query(User).count(), { readOnly: true }),
      );
      assert.deepEqual([acquired[0]?.[0], acquired[0]?.[1].write], ["start", false]);
      assert.equal(acquired.filter(([event]) => event === "start").length, 1);
    });

    test("a sampled call site is the line that asked", async () => {
      const before = sampleCallSites(1);
      try {
        const [statement] = await seen(engine, () => engine.query(User).count());
        assert.match(statement!.callSite ?? "", /watching-suite\.ts:\d+:\d+$/);
      } finally {
        sampleCallSites(before);
      }
      const [unsampled] = await seen(engine, () => engine.query(User).count());
      assert.equal(unsampled!.callSite, null);
    });
  });
};
