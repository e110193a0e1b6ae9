/** What other libraries document and do not do: each a symptom that someone has seen, and what happens here. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { count, int, Model, sql, sum, type Engine } from "../../src/entry/index.ts";
import { fillBlog, openEngine } from "../support/make-database.ts";
import { blog, Comment, Post, User } from "../support/models.ts";
import { unchecked } from "../support/unchecked-query.ts";

let engine: Engine;
before(async () => {
  engine = await openEngine(blog);
  await fillBlog(engine);
});
after(() => engine.close());

const statementsOf = async (run: () => Promise<unknown>): Promise<number> => {
  const before = engine.statementCount;
  await run();
  return engine.statementCount - before;
};
const undone = async (work: (session: ReturnType<Engine["session"]>) => Promise<void>): Promise<void> => {
  const undo = new Error("undo");
  await assert.rejects(
    engine.transaction(async (session) => {
      await work(session);
      throw undo;
    }),
    (error) => error === undo,
  );
};

test("update() of a query changes soft-deleted rows", () =>
  undone(async (session) => {
    await session.query(Post).update({ views: 0 }, { all: true });
    assert.deepEqual(await session.query(Post).onlyDeleted().column("views"), [99]);
  }));

test("'ne' with null becomes '!= NULL', which nothing is", async () => {
  assert.deepEqual(await engine.query(User).filter({ age__ne: null }).orderBy("id").column("id"), [1, 3]);
});

test("one() fetches every row to find out that there are two", async () => {
  assert.match(engine.query(User).toSQL().sql, /FROM "users"$/);
  await assert.rejects(engine.query(User).one(), { name: "MultipleResultsFound" });
  await assert.rejects(engine.query(User).filter({ id: 0 }).one(), { name: "NoResultFound" });
});

test("count() forgets distinct and limit", async () => {
  assert.equal(await engine.query(Post).limit(2).count(), 2);
  assert.equal(
    await engine
      .query(Post)
      .distinct()
      .select((post) => ({ views: post.views }))
      .count(),
    3,
  );
});

test("a relation that does not exist is loaded without a word", () => {
  assert.throws(() => unchecked(engine.query(User)).with("profil"), /has no relation 'profil'\. Did you mean 'profile'\?/);
});

test("an index on a column that was never declared is found out by the database", () => {
  class Wrong extends Model("wrong", { id: int().primaryKey() }, { indexes: [["missing"]] as never }) {}
  assert.throws(() => engine.query(Wrong), { code: "E1001", model: "Wrong" });
});

test("exclude() does not negate", async () => {
  assert.deepEqual(await engine.query(User).exclude({ vip: true }).orderBy("id").column("id"), [2, 3]);
});

test("having() has nothing to test: aggregates have no names", async () => {
  assert.deepEqual(await engine.query(Post).groupBy("authorId").annotate({ posts: count() }).having({ posts__gt: 1 }).all(), [
    { authorId: 1, posts: 2 },
  ]);
});

test("loading a relation takes a statement for every row", async () => {
  assert.equal(await statementsOf(() => engine.query(User).with("posts").all()), 2);
  assert.equal(await statementsOf(() => engine.query(Post).with("author").all()), 1);
});

test("a joined relation makes a condition ambiguous", async () => {
  const posts = await engine.query(Post).with("author").filter({ id: 1, author__id: 1 }).orderBy("id").all();
  assert.deepEqual(
    posts.map((post) => [post.id, post.author.id]),
    [[1, 1]],
  );
});

test("contains() takes % and _ for wildcards, and its case depends on the database", async () => {
  assert.deepEqual(await engine.query(Post).filter({ title__contains: "_" }).column("id"), [3]);
  assert.deepEqual(await engine.query(Post).filter({ title__contains: "HELLO" }).column("id"), []);
  assert.deepEqual(await engine.query(Post).filter({ title__icontains: "HELLO" }).column("id"), [5, 1]);
});

test("a number in a document is compared as text", async () => {
  assert.deepEqual(await engine.query(User).filter({ preferences__visits__gt: 2 }).column("id"), [2]);
  assert.deepEqual(await engine.query(User).filter({ preferences__visits__gt: 20 }).column("id"), []);
});

test("an unknown operator is taken for a path into a document", () => {
  assert.throws(() => unchecked(engine.query(User)).filter({ name__foo: 1 }), /has no lookup 'foo'/);
});

test("placeholders depend on the database", async () => {
  for (const [given, values] of [
    ["?", [1]],
    ["$1", [1]],
    [":id", { id: 1 }],
  ] as const) {
    assert.deepEqual((await engine.execute(`SELECT name FROM users WHERE id = ${given}`, values)).tuples(), [["Ann"]]);
  }
});

test("stream() reads by OFFSET, and misses rows that move meanwhile", async () => {
  const seen: number[] = [];
  for await (const comment of engine.query(Comment).orderBy("id").stream({ batchSize: 1 })) seen.push(comment.id);
  assert.deepEqual(seen, [1, 2, 3, 4]);
  assert.equal(
    await statementsOf(async () => {
      for await (const _ of engine.query(Comment).stream({ batchSize: 1 }));
    }),
    1,
  );
});

test("a promise that nobody awaited means every row", () =>
  undone(async (session) => {
    const conditions = Promise.resolve({ id: 99 });
    assert.throws(() => unchecked(session.query(User)).filter(conditions), /an instance of Promise, which holds no lookups/);
    assert.equal(await session.query(User).count(), 3);
  }));

test("an undefined condition deletes every row", async () => {
  const request: { id?: number } = {};
  assert.throws(() => unchecked(engine.query(User)).filter({ id: request.id }), /was given undefined/);
  await assert.rejects(engine.query(User).delete(), /would delete every row/);
});

test("sorting and limiting a query that was made elsewhere changes it for everyone", async () => {
  const shared = engine.query(User).filter({ id__gte: 1 });
  await shared.orderBy("-id").limit(1).all();
  assert.deepEqual(await shared.column("id"), [1, 2, 3]);
});

test("last() of a limited query is the last of all rows", async () => {
  await assert.rejects(engine.query(User).orderBy("id").limit(2).last(), { code: "E1001" });
});

test("distinct values of one column are ordered by another, which the database refuses or makes up", async () => {
  // Posts are ordered by their date when nothing else is said.
  assert.doesNotMatch(
    engine
      .query(Post)
      .select((post) => ({ published: post.published }))
      .distinct()
      .toSQL().sql,
    /ORDER BY/,
  );
  assert.match(engine.query(Post).distinct().toSQL().sql, /ORDER BY "created_at" DESC$/);
  assert.deepEqual((await engine.query(Post).distinct().column("published")).toSorted(), [false, true]);
});

test("the sum of a relation counts rows twice when two relations are joined", async () => {
  const rows = await engine
    .query(User)
    .annotate({ total: sum("posts.views"), texts: count("posts.comments") })
    .orderBy("id")
    .all();
  assert.deepEqual(
    rows.map(({ total, texts }) => [total, texts]),
    [
      [30, 2],
      [5, 1],
      [10, 0],
    ],
  );
});

test("a piece of sql as a computed column can be compared with text only", async () => {
  const doubled = unchecked(engine.query(User)).annotate({ doubled: sql`${User.columns.id} * 2` });
  assert.deepEqual(await doubled.filter({ doubled__gt: 3 }).orderBy("id").column("id"), [2, 3]);
  assert.deepEqual(
    await doubled
      .filter({ doubled__in: [2, 6] })
      .orderBy("id")
      .column("id"),
    [1, 3],
  );
  assert.deepEqual(
    await unchecked(engine.query(User))
      .annotate({ first: sql`substr(${User.columns.name}, 1, 1)` })
      .filter({ first: "b" })
      .column("id"),
    [2],
  );
});

test("relations of rows that are no instances come back empty", async () => {
  await assert.rejects(unchecked(engine.query(User)).groupBy("role").with("posts").all(), /does not go together with groupBy\(\)/);
});

test("a key of a document that ends in a backslash breaks the path", async () => {
  assert.equal(await unchecked(engine.query(User)).filter({ "preferences__a\\": 1 }).count(), 0);
  assert.equal(await unchecked(engine.query(User)).filter({ 'preferences__a\\"': 1 }).count(), 0);
});
