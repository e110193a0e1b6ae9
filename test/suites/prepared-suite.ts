/** What prepared queries promise on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  array,
  bigint,
  bool,
  bytes,
  count,
  date,
  decimal,
  type Engine,
  float,
  from,
  int,
  json,
  prepare,
  Q,
  select,
  skip,
  text,
  time,
  timestamp,
  uuid,
} from "../../src/entry/index.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Post, Sample, User } from "../support/models.ts";

export interface PreparedEngine {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

const idsOf = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id);

export const preparedSuite = ({ name, open }: PreparedEngine): void => {
  describe(`prepared queries on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll([...blog, Sample]);
      await fillBlog(engine);
    });
    after(() => engine.close());

    test("answer as the query would, with every value", async () => {
      const found = prepare({ views: int(), published: bool(), part: text(), ids: array(int()) }, ({ views, published, part, ids }) =>
        engine
          .query(Post)
          .filter({ views__gte: views, published })
          .filter(Q({ title__icontains: part }).or({ id__in: ids }))
          .orderBy("id"),
      );
      for (const views of [0, 10, 99])
        for (const published of [true, false])
          for (const part of ["hello", "%", "", "Ü"])
            for (const ids of [[], [2], [1, 2, 3]]) {
              const asked = engine
                .query(Post)
                .filter({ views__gte: views, published })
                .filter(Q({ title__icontains: part }).or({ id__in: ids }))
                .orderBy("id");
              const values = { views, published, part, ids };
              assert.deepEqual(await found.all(values), await asked.all());
              assert.deepEqual(await found.first(values), await asked.first());
              assert.equal(await found.count(values), await asked.count());
              assert.equal(await found.exists(values), await asked.exists());
            }
    });

    test("take parameters of every kind", async () => {
      const sample = {
        id: 1,
        whole: -5,
        large: 9_007_199_254_740_993n,
        real: 0.25,
        price: "12.5000",
        label: "Ä",
        flag: false,
        key: "10000000-0000-4000-8000-00000000000b",
        at: new Date("2026-02-03T04:05:06.789Z"),
        day: "2024-02-29",
        hour: "23:59:59",
        data: { a: [1, null] },
        raw: new Uint8Array([0, 255]),
        words: ["x", "y"],
      };
      await engine.session().insert(Sample, sample);
      const { data, words: _words, ...plain } = sample;
      const columns = {
        id: int(),
        whole: int(),
        large: bigint(),
        real: float(),
        price: decimal({ precision: 12, scale: 4 }),
        label: text(),
        flag: bool(),
        key: uuid(),
        at: timestamp(),
        day: date(),
        hour: time(),
        raw: bytes(),
      };
      const found = prepare({ ...columns, data: json<unknown>(), words: array(text()) }, (values) =>
        engine
          .query(Sample)
          .filter({ ...values, words: skip })
          .filter({ words__contains: values.words, label__startsWith: values.label, whole__range: [values.whole, values.id] }),
      );
      assert.deepEqual(idsOf(await found.all({ ...plain, data, words: ["y"] })), [1]);
      assert.deepEqual(idsOf(await found.all({ ...plain, data: { a: [1, 2] }, words: ["y"] })), []);
      assert.deepEqual(idsOf(await found.all({ ...plain, flag: true, data, words: ["y"] })), []);
    });

    test("run on an engine, a session and inside a transaction, with relations", async () => {
      const byName = prepare({ name: text() }, ({ name: wanted }) => select(User).filter({ name: wanted }).with("posts", "profile"));
      const ann = await byName.on(engine).one({ name: "Ann" });
      assert.deepEqual([idsOf(ann.posts).toSorted(), ann.profile?.bio], [[1, 2], "Writes."]);
      const undo = new Error("undo");
      await assert.rejects(
        engine.transaction(async (session) => {
          session.add(new User({ id: 50, name: "Dora", email: "dora@example.com" }));
          const dora = await byName.on(session).one({ name: "Dora" });
          assert.equal(await session.get(User, dora.id), dora);
          throw undo;
        }),
        (error) => error === undo,
      );
      assert.equal(await byName.on(engine).oneOrNull({ name: "Dora" }), null);
    });

    test("have limits, expressions and orders with parameters", async () => {
      const page = prepare({ limit: int(), offset: int(), factor: int() }, ({ limit, offset, factor }) =>
        engine
          .query(Post)
          .annotate((post) => ({ score: post.views.times(factor) }))
          .where((post) => post.views.times(factor).gt(-1000))
          .orderBy("-score", "id")
          .limit(limit)
          .offset(offset),
      );
      assert.deepEqual(idsOf(await page.all({ limit: 2, offset: 1, factor: 1 })), [1, 5]);
      assert.deepEqual(idsOf(await page.all({ limit: 2, offset: 0, factor: -1 })), [3, 1]);
      assert.equal((await page.first({ limit: 1, offset: 3, factor: 1 }))?.id, 3);
      assert.equal(await page.first({ limit: 0, offset: 0, factor: 1 }), null);
      assert.equal(await page.count({ limit: 3, offset: 0, factor: 1 }), 3);
    });

    test("are queries about rows of other queries, and beside each row", async () => {
      const busy = prepare({ least: int(), most: int() }, ({ least, most }) =>
        from(engine.query(Post).filter({ views__gte: least }).groupBy("authorId").annotate({ posts: count() }))
          .filter({ posts__lte: most })
          .orderBy("authorId"),
      );
      const latest = prepare({ least: int(), most: int() }, ({ least, most }) =>
        engine
          .query(User)
          .joinLateral("post", (user) =>
            select(Post)
              .where((post) => post.authorId.eq(user.id).and(post.views.gte(least)))
              .orderBy("id")
              .limit(most)
              .select((post) => ({ id: post.id, views: post.views })),
          )
          .orderBy("post.id"),
      );
      const posts = await engine.query(Post).orderBy("id").all();
      for (const least of [0, 5, 10, 1000])
        for (const most of [1, 2, 9]) {
          const wanted = posts.filter((post) => post.views >= least);
          const authors = [...new Set(wanted.map((post) => post.authorId))].sort((a, b) => a - b);
          const counts = authors.map((authorId) => ({ authorId, posts: wanted.filter((post) => post.authorId === authorId).length }));
          assert.deepEqual(
            await busy.all({ least, most }),
            counts.filter((each) => each.posts <= most),
          );
          const first = authors.flatMap((authorId) => wanted.filter((post) => post.authorId === authorId).slice(0, most));
          assert.deepEqual(
            (await latest.all({ least, most })).map(({ id, post }) => [id, post.id, post.views]),
            first.sort((a, b) => a.id - b.id).map((post) => [post.authorId, post.id, post.views]),
          );
        }
    });

    test("are the statement of the query they were built from", () => {
      const query = (age: number) => engine.query(User).filter({ age__gte: age }).orderBy("name");
      assert.deepEqual(prepare({ age: int() }, ({ age }) => query(age)).toSQL({ age: 18 }), query(18).toSQL());
    });

    test("check their values before anything is sent", async () => {
      const older = prepare({ age: int(), role: text() }, ({ age, role }) => engine.query(User).filter({ age__gt: age, name: role }));
      const statements = engine.statementCount;
      const refused = (values: unknown): Promise<unknown> => older.all(values as { age: number; role: string });
      await assert.rejects(refused({ age: "18", role: "x" }), { code: "E1101", property: "age__gt" });
      await assert.rejects(refused({ age: 1.5, role: "x" }), { code: "E1101" });
      await assert.rejects(refused({ age: null, role: "x" }), /'age' of a prepared query expects a value, got null/);
      await assert.rejects(refused({ role: "x" }), /'age' of a prepared query expects a value, got undefined/);
      await assert.rejects(
        refused({ age: 1, role: "x", rol: "y" }),
        /was given 'rol', which is no parameter of it\. Did you mean 'role'\?/,
      );
      await assert.rejects(refused(null), { code: "E1001" });
      assert.equal(engine.statementCount, statements);
      await assert.rejects(older.one({ age: 999, role: "x" }), { name: "NoResultFound" });
      const any = prepare({ age: int() }, ({ age }) => engine.query(User).filter({ id__gt: age }));
      await assert.rejects(any.one({ age: 0 }), { name: "MultipleResultsFound" });
    });

    test("refuse a function whose question depends on a value", () => {
      const users = engine.query(User);
      const dependent = /depends on the value of 'age', or the value is calculated with/;
      assert.throws(
        () => prepare({ age: int() }, ({ age }) => (age > 42 ? users.filter({ age }) : users.filter({ age__ne: age }))),
        dependent,
      );
      assert.throws(() => prepare({ age: int() }, ({ age }) => users.filter({ age: age + 1 })), dependent);
      assert.throws(() => prepare({ age: int() }, ({ age }) => users.filter({ name: `x${age}` })), dependent);
      assert.throws(
        () => prepare({ age: int(), other: int() }, ({ age }) => users.filter({ age })),
        /has no place for the parameter 'other'/,
      );
      assert.throws(() => prepare({ age: int() }, () => users.all() as never), /returns a query without a verb/);
      assert.throws(() => prepare({ age: 5 as never }, () => users), /the parameter 'age' is an integer/);
    });
  });
};
