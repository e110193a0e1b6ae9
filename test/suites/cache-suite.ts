/** What a cache of answers gives and when it does not, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, test } from "node:test";
import { cached, cachedQuery, cacheStats, invalidateTables, memoryStore, type QueryCacheOptions } from "../../src/entry/cache.ts";
import {
  avg,
  ConfigurationError,
  count,
  type Engine,
  exists,
  from,
  int,
  prepare,
  QueryCanceled,
  select,
  selectIn,
  sql,
  TransactionError,
  union,
} from "../../src/entry/index.ts";
import { Comment, Post, Profile, Sample, Tag, User } from "../support/models.ts";
import { until } from "../support/waiting.ts";

export interface CachedEngine {
  readonly name: string;
  /** An engine on a database with the blog's rows and an empty table of `Sample`. */
  readonly open: (queryCache?: QueryCacheOptions) => Promise<Engine>;
}

/** How many statements `work` sends. */
const sent = async (engine: Engine, work: () => Promise<unknown>): Promise<number> => {
  const before = engine.statementCount;
  await work();
  return engine.statementCount - before;
};

/** Holds the answers of statements that `test` accepts until `open` is called. */
const gate = (engine: Engine, held: (sql: string) => boolean): { readonly held: () => number; readonly open: () => void } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const stop = engine.intercept(async (statement, next) => {
    const answer = await next();
    if (!held(statement.sql)) return answer;
    count++;
    await promise;
    return answer;
  });
  return { held: () => count, open: () => (stop(), resolve()) };
};

const readsUsers = (text: string): boolean => text.startsWith("SELECT") && text.includes('"users"');

export const cacheSuite = ({ name, open }: CachedEngine): void => {
  describe(`${name}: a cache of every query`, () => {
    let engine: Engine;
    const user = (id: number): Promise<User> => engine.query(User).get({ id });

    beforeEach(async () => {
      engine = await open({ enabled: true });
    });
    afterEach(() => engine.close());

    test("gives the second answer without a statement, as new objects of the model", async () => {
      const first = await user(1);
      assert.equal(await sent(engine, () => user(1)), 0);
      const second = await user(1);
      assert.ok(second instanceof User && second !== first && second.isAdult);
      assert.deepEqual({ ...second }, { ...first });
      assert.equal(await sent(engine, () => user(2)), 1);
    });

    test("answers every verb as the database does, the first time and the second", async () => {
      const query = engine.query(User).filter({ id__lte: 2 }).orderBy("id");
      const tries: readonly (() => Promise<unknown>)[] = [
        () => query.all(),
        () => query.first(),
        () => query.last(),
        () => query.count(),
        () => query.exists(),
        () => query.sum("age"),
        () => query.aggregate({ mean: avg("age") }),
        () => query.values("id", "name", "preferences"),
        () => query.valuesList("id", "vip", "createdAt"),
        () => query.column("createdAt"),
        () => query.lazy().then((rows) => rows.map(({ id, createdAt }) => [id, createdAt])),
        () => query.inBulk([2, 1]),
        () => query.findAndCount(),
        () => query.paginate({ page: 1, perPage: 1 }),
        () => query.pageAfter(null, { limit: 1 }),
        () => query.latest("createdAt"),
        () => query.annotate({ many: count("posts") }).all(),
        () => query.select((row) => ({ name: row.name })).all(),
        () => engine.query(User).groupBy("role").annotate({ many: count() }).orderBy("role").all(),
        () => query.with("posts.comments", "profile").all(),
        () => query.with("posts", (posts) => posts.limit(1)).all(),
      ];
      const plain = await Promise.all(tries.map((ask) => ask()));
      assert.equal(await sent(engine, async () => assert.deepEqual(await Promise.all(tries.map((ask) => ask())), plain)), 0);
      invalidateTables(engine);
      assert.deepEqual(await Promise.all(tries.map((ask) => ask())), plain);
    });

    test("answers prepared queries, each with values of its own", async () => {
      const byId = prepare({ id: int() }, ({ id }) => engine.query(User).filter({ id }));
      const names = async (): Promise<unknown[]> => [(await byId.one({ id: 1 })).name, (await byId.one({ id: 2 })).name];
      assert.deepEqual(await names(), ["Ann", "bob"]);
      assert.equal(await sent(engine, async () => assert.deepEqual(await names(), ["Ann", "bob"])), 0);
    });

    test("shares nothing that can be changed: not with the first who asked, nor with the next", async () => {
      await engine
        .session()
        .insert(Sample, { id: 1, at: new Date(5), data: { list: [1, { deep: true }] }, raw: new Uint8Array([1, 2]), words: ["a"] });
      const spoil = async (): Promise<void> => {
        const row = (await engine.query(Sample).first())!;
        assert.deepEqual([row.at, row.data, [...row.raw!], row.words], [new Date(5), { list: [1, { deep: true }] }, [1, 2], ["a"]]);
        row.at!.setTime(0);
        (row.data as { list: unknown[] }).list.push("spoiled");
        ((row.data as { list: unknown[] }).list[1] as { deep: unknown }).deep = "spoiled";
        row.raw!.fill(9);
        row.words!.push("spoiled");
        const [tuple] = await engine.query(Sample).valuesList("at", "words");
        assert.deepEqual(tuple, [new Date(5), ["a"]]);
        (tuple as unknown[])[0] = null;
        tuple![1]!.push("spoiled");
      };
      await spoil();
      assert.equal(
        await sent(engine, async () => {
          await spoil();
          await spoil();
        }),
        0,
      );
    });

    test("gives those who asked at once rows of their own as well", async () => {
      const [one, other] = await Promise.all([user(2), user(2)]);
      assert.notEqual(one, other);
      one!.preferences.settings.theme = "light";
      assert.equal(other!.preferences.settings.theme, "dark");
    });

    test("tells values apart that look the same, and models from names of prototypes", async () => {
      await engine.session().insertAll(Tag, [{ name: "__proto__" }, { name: "constructor" }, { name: "1" }, { name: "x".repeat(50) }]);
      for (const ask of ["__proto__", "constructor", "1", "toString", "x".repeat(50), "x".repeat(49), ""]) {
        const found = async (): Promise<string | undefined> => (await engine.query(Tag).filter({ name: ask }).first())?.name;
        const plain = await engine.query(Tag).noCache().filter({ name: ask }).first();
        assert.equal(await found(), plain?.name);
        assert.equal(await found(), plain?.name);
      }
      const big = "y".repeat(2_000_000);
      assert.equal(await engine.query(User).filter({ name: big }).count(), 0);
      assert.equal(await sent(engine, () => engine.query(User).filter({ name: big }).count()), 0);
      assert.equal(
        await engine
          .query(User)
          .filter({ name: `${big}y` })
          .count(),
        0,
      );
      assert.equal(
        await engine
          .query(User)
          .filter({ id__in: [1, 2] })
          .count(),
        2,
      );
      assert.equal(
        await engine
          .query(User)
          .filter({ id__in: [1] })
          .count(),
        1,
      );
      assert.equal(
        await engine
          .query(User)
          .filter({ id__in: [12] })
          .count(),
        0,
      );
    });

    const writes: readonly (readonly [string, (engine: Engine) => Promise<unknown>])[] = [
      ["insert", (on) => on.session().insert(User, { name: "New", email: "new@example.com" })],
      ["insertAll", (on) => on.session().insertAll(User, [{ name: "New", email: "new@example.com" }])],
      ["update of a query", (on) => on.query(User).filter({ id: 1 }).update({ name: "Changed" })],
      ["delete of a query", (on) => on.query(User).filter({ id: 999 }).delete()],
      ["upsert", (on) => on.session().upsert(User, { name: "Up", email: "ann@example.com" }, { conflictTarget: "email" })],
      [
        "flush",
        async (on) => {
          const session = on.session();
          (await session.get(User, 1))!.name = "Flushed";
          await session.commit();
        },
      ],
      ["transaction", (on) => on.transaction((session) => session.query(User).filter({ id: 1 }).update({ name: "Inside" }))],
      [
        "savepoint",
        (on) => on.transaction((session) => session.transaction((inner) => inner.query(User).filter({ id: 1 }).update({ name: "In" }))),
      ],
      ["SQL text", (on) => on.execute("UPDATE users SET name = 'Raw'")],
      ["SQL with its tables", (on) => on.execute("UPDATE users SET name = 'Raw'", [], { tables: ["users"] })],
      ["sql tag", (on) => on.execute(sql`UPDATE users SET name = ${"Raw"}`)],
      [
        "SQL in a transaction",
        (on) => on.transaction(async (session) => void (await session.execute(sql`UPDATE users SET name = ${"Raw"}`))),
      ],
      ["batch", (on) => on.batch([sql`UPDATE users SET name = ${"Batch"}`])],
    ];
    for (const [what, write] of writes) {
      test(`an answer is void after ${what}`, async () => {
        const names = (): Promise<string[]> => engine.query(User).orderBy("id").column("name");
        await names();
        await write(engine);
        assert.deepEqual(await names(), await engine.query(User).noCache().orderBy("id").column("name"));
        assert.equal(await sent(engine, names), 0);
      });
    }

    test("writes make answers void about their own tables alone", async () => {
      await user(1);
      await engine.query(Tag).all();
      await engine.session().insert(Tag, { name: "new" });
      assert.equal(await sent(engine, () => user(1)), 0);
      assert.equal(await sent(engine, () => engine.query(Tag).all()), 1);
      await engine.execute("UPDATE tags SET name = name", [], { tables: ["tags"] });
      assert.equal(await sent(engine, () => user(1)), 0);
      await engine.execute("UPDATE tags SET name = name", [], { tables: [] });
      await engine.execute("SELECT * FROM users");
      assert.equal(await sent(engine, () => engine.query(Tag).all()), 1);
      assert.equal(await sent(engine, () => engine.query(Tag).all()), 0);
    });

    test("an answer is void with every table that its statement reads, however deep", async () => {
      const users = engine.query(User);
      const tries: readonly (() => Promise<unknown>)[] = [
        () => users.filter({ posts__title: "Hello" }).all(),
        () => users.exclude({ posts__comments__body: "x" }).all(),
        () => users.where((row) => row.posts.some((post) => post.title.eq("Hello"))).all(),
        () => users.where((row) => exists(select(Post).where((post) => post.authorId.eq(row.id)))).all(),
        () => users.annotate({ many: count("posts") }).all(),
        () => users.orderBy("id").with("posts").all(),
        () => from(engine.query(Post).filter({ id: 1 })).all(),
        () => union(engine.query(Post).filter({ id: 1 }), engine.query(Post).filter({ id: 2 })).all(),
        () =>
          users
            .leftJoinLateral("best", (row) =>
              select(Post)
                .where((post) => post.authorId.eq(row.id))
                .orderBy("-views")
                .limit(1)
                .select((post) => ({ views: post.views })),
            )
            .all(),
      ];
      for (const ask of tries) await ask();
      assert.equal(await sent(engine, () => Promise.all(tries.map((ask) => ask()))), 0);
      for (const [index, ask] of tries.entries()) {
        await engine
          .query(Post)
          .filter({ id: 1 })
          .update({ views: 100 + index });
        assert.equal(await sent(engine, ask), 1, ask.toString());
      }
    });

    test("what foreign keys delete is void, too, and an insert beside it is not", async () => {
      const counts = (): Promise<number[]> =>
        Promise.all([engine.query(Post).withDeleted().count(), engine.query(Profile).count(), engine.query(Comment).count()]);
      const before = await counts();
      await engine.session().insert(User, { id: 9, name: "New", email: "new@example.com" });
      assert.equal(await sent(engine, counts), 0);
      const session = engine.session();
      await session.insert(Profile, { id: 9, userId: 9, bio: "" });
      await session.insert(Post, { id: 9, title: "", authorId: 9 });
      await session.insert(Comment, { id: 99, body: "", postId: 9, authorId: 1 });
      assert.deepEqual(
        await counts(),
        before.map((each) => each + 1),
      );
      await engine.query(User).filter({ id: 9 }).delete();
      assert.deepEqual(await counts(), before);
    });

    test("a relation is kept by itself: a change of the children leaves the parents", async () => {
      const read = (): Promise<unknown[]> => engine.query(User).with(selectIn("posts")).orderBy("id").all();
      await read();
      assert.equal(await sent(engine, read), 0);
      await engine.query(Post).filter({ id: 1 }).update({ title: "Changed" });
      assert.equal(await sent(engine, read), 1);
      const [ann] = await engine.query(User).with(selectIn("posts")).orderBy("id").all();
      assert.ok(ann!.posts.some(({ title }) => title === "Changed"));
    });

    test("a transaction reads the database, its writes are seen by others when it is committed, and never when it is rolled back", async () => {
      await user(1);
      await engine.transaction(async (session) => {
        assert.equal(await sent(engine, () => session.query(User).cache().get({ id: 1 })), 1);
      });
      await assert.rejects(
        engine.transaction(async (session) => {
          await session.query(User).filter({ id: 1 }).update({ name: "Undone" });
          throw new Error("undo");
        }),
        /undo/,
      );
      assert.equal(await sent(engine, () => user(1)), 0);
      await assert.rejects(
        engine.transaction(() => user(1)),
        TransactionError,
      );
    });

    test("a session reads the database, unless a query says cache()", async () => {
      const session = engine.session();
      await user(1);
      assert.equal(await sent(engine, () => engine.session().get(User, 1)), 1);
      assert.equal(await sent(engine, () => engine.session().query(User).get({ id: 1 })), 1);
      assert.equal(await sent(engine, () => engine.session().query(User).cache().get({ id: 1 })), 0);
      const tracked = await session.query(User).cache().get({ id: 1 });
      tracked.name = "Tracked";
      await session.commit();
      assert.equal((await user(1)).name, "Tracked");
    });

    test("noCache() asks the database, and so do the relations of such a query", async () => {
      const read = (): Promise<unknown> => engine.query(User).noCache().with(selectIn("posts")).all();
      await read();
      assert.equal(await sent(engine, read), 2);
      const mixed = (): Promise<unknown> =>
        engine
          .query(User)
          .with("posts", (posts) => posts.noCache())
          .all();
      await mixed();
      assert.equal(await sent(engine, mixed), 1);
    });

    test("SQL of one's own in a query is not kept, unless its tables are named", async () => {
      const active = (): ReturnType<typeof engine.query<User>> => engine.query(User).where(sql`exists (select 1 from tags)`);
      await active().all();
      assert.equal(await sent(engine, () => active().all()), 1);
      await assert.rejects(active().cache().all(), (error: unknown) => error instanceof ConfigurationError && /tables/.test(error.message));
      const kept = (): Promise<unknown[]> =>
        active()
          .cache({ tables: ["tags"] })
          .all();
      assert.equal((await kept()).length, 3);
      assert.equal(await sent(engine, kept), 0);
      await engine.query(Tag).delete({ all: true });
      assert.deepEqual(await kept(), []);
    });

    test("what it cannot see is made void by hand", async () => {
      await user(1);
      await engine.query(Tag).all();
      invalidateTables(engine, "users");
      assert.equal(await sent(engine, () => user(1)), 1);
      assert.equal(await sent(engine, () => engine.query(Tag).all()), 0);
    });

    test("an answer that was on its way when something was committed is not kept, and not waited for by who asks afterwards", async () => {
      const held = gate(engine, readsUsers);
      const before = user(1);
      await until(() => held.held() === 1);
      await engine.execute("UPDATE users SET name = 'New' WHERE id = 1", [], { tables: ["users"] });
      const afterwards = user(1);
      await until(() => held.held() === 2);
      held.open();
      assert.equal((await before).name, "Ann");
      assert.equal((await afterwards).name, "New");
      assert.equal((await user(1)).name, "New");
    });

    test("many who ask the same at once are one statement", async () => {
      const held = gate(engine, readsUsers);
      const asked = Array.from({ length: 50 }, () => user(1));
      await until(() => held.held() === 1);
      held.open();
      const users = await Promise.all(asked);
      assert.equal(new Set(users).size, 50);
      const { misses, joined } = cacheStats(engine);
      assert.deepEqual([misses, joined], [1, 49]);
    });

    test("one who stops waiting does not stop the others, and an old signal stops at once", async () => {
      const held = gate(engine, readsUsers);
      const own = new AbortController();
      const one = engine.query(User).filter({ id: 1 }).all({ signal: own.signal });
      const other = engine.query(User).filter({ id: 1 }).all();
      const late = assert.rejects(engine.query(User).filter({ id: 1 }).all({ timeout: 20 }), QueryCanceled);
      await until(() => held.held() === 1);
      own.abort(new Error("enough"));
      await assert.rejects(one, /enough/);
      await late;
      held.open();
      assert.equal((await other)[0]!.name, "Ann");
      await assert.rejects(engine.query(User).filter({ id: 1 }).all({ signal: own.signal }), /enough/);
      assert.equal(
        await sent(engine, () =>
          engine
            .query(User)
            .filter({ id: 1 })
            .all({ signal: AbortSignal.timeout(10_000) }),
        ),
        0,
      );
    });

    test("a failure is everyone's who asked for it, and is not kept", async () => {
      let failing = true;
      const stop = engine.intercept(async (_statement, next) => {
        const answer = await next();
        if (failing) throw new Error("lost");
        return answer;
      });
      const outcomes = await Promise.allSettled([user(1), user(1)]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["rejected", "rejected"],
      );
      failing = false;
      assert.equal((await user(1)).name, "Ann");
      stop();
    });

    test("streams and batches do not take cache(), and say so", async () => {
      await assert.rejects(async () => {
        for await (const _ of engine.query(User).cache().stream()) break;
      }, ConfigurationError);
      await assert.rejects(engine.batch([engine.query(User).cache()]), ConfigurationError);
      await assert.rejects(engine.query(User).cache().toColumns(), ConfigurationError);
      assert.equal((await engine.query(User).toColumns()).rowCount, 3);
      const all: User[] = [];
      for await (const each of engine.query(User).stream()) all.push(each);
      assert.equal(all.length, 3);
    });

    test("cachedQuery and cached are void with their tables", async () => {
      cachedQuery.clear();
      let calls = 0;
      const total = (): Promise<number> =>
        cachedQuery("users", () => (calls++, engine.query(User).noCache().count()), { tables: ["users"], engine });
      const nameOf = cached((id: number) => (calls++, engine.query(User).noCache().get({ id })), { tables: ["users"], engine });
      assert.deepEqual([await total(), await total(), (await nameOf(1)).name, (await nameOf(1)).name, calls], [3, 3, "Ann", "Ann", 2]);
      await engine.session().insert(User, { name: "New", email: "new@example.com" });
      await engine.query(Tag).delete({ all: true });
      assert.deepEqual([await total(), await total(), calls], [4, 4, 3]);
      cachedQuery.clear();
    });
  });

  describe(`${name}: the options of a cache`, () => {
    test("only queries that say cache() are kept by default, and none where it is switched off", async () => {
      await using asked = await open({});
      const read = (on: Engine): Promise<unknown> => on.query(User).cache().all();
      await read(asked);
      assert.equal(await sent(asked, () => read(asked)), 0);
      assert.equal(await sent(asked, () => asked.query(User).all()), 1);
      await using off = await open({ enabled: false });
      await read(off);
      assert.equal(await sent(off, () => read(off)), 1);
    });

    test("an answer ends with its ttl, the engine's or the query's", async () => {
      await using engine = await open({ ttl: 0.04 });
      await engine.query(User).cache().all();
      await engine.query(User).cache({ ttl: "1h" }).count();
      await sleep(60);
      assert.equal(await sent(engine, () => engine.query(User).cache().all()), 1);
      assert.equal(await sent(engine, () => engine.query(User).cache({ ttl: "1h" }).count()), 0);
      assert.equal(await sent(engine, () => engine.query(User).cache({ ttl: 0.001 }).count()), 1);
    });

    test("an old answer is given while a new one is fetched, but never one that is void", async () => {
      await using engine = await open({ ttl: 0.02, staleWhileRevalidate: 60 });
      const name = async (): Promise<string> => (await engine.query(User).cache().get({ id: 1 })).name;
      await name();
      await sleep(40);
      const before = engine.statementCount;
      assert.equal(await name(), "Ann");
      assert.equal(engine.statementCount, before);
      await until(() => engine.statementCount === before + 1);
      assert.equal(cacheStats(engine).stale, 1);
      await sleep(40);
      await engine.query(User).filter({ id: 1 }).update({ name: "New" });
      assert.equal(await name(), "New");
    });

    for (const evictionPolicy of ["lru", "lfu"] as const) {
      test(`the number of answers is limited (${evictionPolicy})`, async () => {
        await using engine = await open({ enabled: true, maxSize: 2, evictionPolicy });
        const read = (id: number): Promise<unknown> => engine.query(User).filter({ id }).all();
        for (const id of [1, 1, 2, 3]) await read(id);
        assert.equal(cacheStats(engine).size, 2);
        assert.equal(await sent(engine, () => read(1)), evictionPolicy === "lfu" ? 0 : 1);
      });
    }

    test("answers of many rows are not kept", async () => {
      await using engine = await open({ enabled: true, maxRows: 2 });
      await engine.query(User).all();
      assert.equal(await sent(engine, () => engine.query(User).all()), 1);
      assert.equal(cacheStats(engine).refused, 2);
      await engine.query(User).limit(2).all();
      assert.equal(await sent(engine, () => engine.query(User).limit(2).all()), 0);
    });

    test("two engines with one store keep apart what they read", async () => {
      const store = memoryStore();
      await using one = await open({ enabled: true, store });
      await using other = await open({ enabled: true, store });
      await one.query(User).filter({ id: 1 }).update({ name: "One" });
      assert.equal((await one.query(User).get({ id: 1 })).name, "One");
      assert.equal((await other.query(User).get({ id: 1 })).name, "Ann");
    });

    test("a store that fails costs a statement, and no query", async () => {
      const broken = {
        isShared: false,
        get: () => Promise.reject(new Error("down")),
        set: () => Promise.reject(new Error("down")),
        invalidate: () => Promise.reject(new Error("down")),
      };
      await using engine = await open({ enabled: true, store: broken });
      assert.equal((await engine.query(User).get({ id: 1 })).name, "Ann");
      assert.ok(cacheStats(engine).errors > 0);
      await using thrown = await open({
        enabled: true,
        store: { ...broken, get: () => assert.fail("down"), invalidate: () => undefined },
      });
      assert.equal((await thrown.query(User).get({ id: 1 })).name, "Ann");
    });

    test("while a store has not confirmed a change, its tables are read from the database", async () => {
      const inner = memoryStore();
      const confirmed: (() => void)[] = [];
      let isSlow = false;
      const slow = {
        isShared: false,
        get: async (...given: Parameters<typeof inner.get>) => inner.get(...given),
        set: async (...given: Parameters<typeof inner.set>) => inner.set(...given),
        invalidate: async (tables: readonly string[] | null) => {
          if (isSlow) await new Promise<void>((resolve) => confirmed.push(resolve));
          return inner.invalidate(tables);
        },
      };
      await using engine = await open({ enabled: true, store: slow });
      const read = async (): Promise<string> => (await engine.query(User).get({ id: 1 })).name;
      await read();
      await engine.query(Tag).all();
      isSlow = true;
      await engine.query(User).filter({ id: 1 }).update({ name: "New" });
      assert.equal(await read(), "New");
      assert.equal(await sent(engine, () => engine.query(Tag).all()), 0);
      confirmed.forEach((confirm) => confirm());
      await sleep(1);
      assert.equal(await read(), "New");
      assert.equal(await sent(engine, read), 0);
    });

    test("says what it has done", async () => {
      await using engine = await open({ enabled: true });
      for (const id of [1, 1, 1, 2]) await engine.query(User).get({ id });
      await engine.query(User).noCache().all();
      const { hits, misses, size, hitRate, stale, joined, refused, errors } = cacheStats(engine);
      assert.deepEqual(
        { hits, misses, size, hitRate, stale, joined, refused, errors },
        { hits: 2, misses: 2, size: 2, hitRate: 0.5, stale: 0, joined: 0, refused: 0, errors: 0 },
      );
    });

    test("an engine without a cache refuses cache(), and has no figures", async () => {
      await using engine = await open();
      await assert.rejects(engine.query(User).cache().all(), ConfigurationError);
      assert.throws(() => cacheStats(engine), ConfigurationError);
      assert.throws(() => invalidateTables(engine, "users"), ConfigurationError);
    });

    test("refuses options of a query that are none", async () => {
      await using engine = await open({});
      const query = engine.query(User);
      for (const options of [{ ttl: "soon" }, { tll: 5 }, { tables: "users" }, { tables: [""] }, null, 5])
        assert.throws(() => query.cache(options as never), ConfigurationError, JSON.stringify(options));
      await assert.rejects(engine.execute("SELECT 1", [], { tables: "users" as never }), ConfigurationError);
    });
  });
};
