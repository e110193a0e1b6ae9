// Queries: each lookup, verb and option that the documents show.
import assert from "node:assert/strict";
import { test } from "node:test";
import { avg, count, MultipleResultsFound, NoResultFound, Q, select } from "../../src/entry/index.ts";
import { onEachDatabase } from "./databases.ts";
import { Article, fillShop, idsOf, Post, shop, User } from "./shop.ts";

onEachDatabase("querying", shop, fillShop, ({ name: database, engine }) => {
  const users = () => engine().query(User);

  test("session.query(User).filter({ age__gte: 18 }).all()", async () => {
    assert.deepEqual(idsOf(await engine().session().query(User).filter({ age__gte: 18 }).orderBy("id").all()), [1, 3]);
  });
  test("filter with several keys, and several filters: all must hold", async () => {
    assert.deepEqual(idsOf(await users().filter({ age__gte: 18, age__lt: 65 }).all()), [1]);
    assert.deepEqual(idsOf(await users().filter({ age__gte: 18 }).filter({ vip: true }).all()), [3]);
  });
  test("filter({ name }) is filter_by", async () => {
    assert.deepEqual(idsOf(await users().filter({ name: "Bob", role: "guest" }).all()), [2]);
  });

  const lookups: readonly (readonly [string, unknown, readonly number[]])[] = [
    ["age", 25, [1]],
    ["age__gt", 25, [3]],
    ["age__gte", 25, [1, 3]],
    ["age__lt", 25, [2]],
    ["age__lte", 25, [1, 2]],
    ["age__ne", 25, [2, 3]],
    ["role__in", ["admin", "guest"], [2, 3]],
    ["role__in", [], []],
    ["role__notIn", ["admin"], [1, 2]],
    ["role__notIn", [], [1, 2, 3]],
    ["name__like", "%l%", [1, 3]],
    ["name__ilike", "A%", [1]],
    ["name__contains", "li", [1, 3]],
    ["name__icontains", "LI", [1, 3]],
    ["name__startsWith", "A", [1]],
    ["name__endsWith", "e", [1, 3]],
    ["age__isNull", true, []],
    ["age__isNull", false, [1, 2, 3]],
    ["age__range", [17, 25], [1, 2]],
    ["createdAt__year", 2026, [1, 2, 3]],
    ["createdAt__day", 2, [2]],
    ["name__regex", "^[AB]", [1, 2]],
    ["name__iexact", "ALICE", [1]],
  ];
  for (const [lookup, value, expected] of lookups) {
    test(`filter({ ${lookup}: ${JSON.stringify(value)} })`, async () => {
      assert.deepEqual(
        idsOf(
          await users()
            .filter({ [lookup]: value } as { id: number })
            .orderBy("id")
            .all(),
        ),
        expected,
      );
    });
  }
  test("contains takes % and _ as they are, and tells case apart", async () => {
    assert.deepEqual(idsOf(await engine().query(Post).filter({ title__contains: "%" }).all()), [3]);
    assert.deepEqual(await users().filter({ name__contains: "LI" }).all(), []);
  });
  test("null is IS NULL, and ne null IS NOT NULL", async () => {
    await users().filter({ id: 1 }).update({ age: null });
    assert.deepEqual(idsOf(await users().filter({ age: null }).all()), [1]);
    assert.deepEqual(idsOf(await users().filter({ age__ne: null }).orderBy("id").all()), [2, 3]);
  });
  test("an unknown lookup is an error", () => {
    assert.throws(() => users().filter({ age__greater: 1 } as unknown as { id: number }), { code: "E1001" });
  });
  test("Q(…).or(…), and(…), not()", async () => {
    const ids = async (query: ReturnType<typeof users>): Promise<number[]> => idsOf(await query.orderBy("id").all());
    assert.deepEqual(await ids(users().filter(Q({ age__gt: 65 }).or({ vip: true }).or({ name: "Bob" }))), [2, 3]);
    assert.deepEqual(await ids(users().filter(Q({ age__gte: 18 }).and({ age__lt: 65 }))), [1]);
    assert.deepEqual(await ids(users().filter(Q({ role: "admin" }).not())), [1, 2]);
    assert.deepEqual(await ids(users().filter(Q({ age__gte: 18, age__lt: 65 }).or(Q({ role: "guest" }).not()))), [1, 3]);
  });
  test('exclude({ email__endsWith: "@spam.com" })', async () => {
    assert.deepEqual(idsOf(await users().exclude({ email__endsWith: "@spam.com" }).orderBy("id").all()), [1, 2]);
  });
  test('orderBy("-createdAt", "name")', async () => assert.deepEqual(idsOf(await users().orderBy("-createdAt", "name").all()), [3, 2, 1]));
  test("limit(1).offset(1), and offset alone", async () => {
    assert.deepEqual(idsOf(await users().orderBy("id").limit(1).offset(1).all()), [2]);
    assert.deepEqual(idsOf(await users().orderBy("id").offset(1).all()), [2, 3]);
    assert.throws(() => users().limit(-1), { code: "E1001" });
  });
  test("distinct(), also counted", async () => {
    const authors = engine()
      .query(Post)
      .select((post) => ({ authorId: post.authorId }))
      .distinct();
    assert.deepEqual([(await authors.all()).map(({ authorId }) => authorId).toSorted(), await authors.count()], [[1, 3], 2]);
  });
  test('groupBy("role").annotate({ people: count() }).having({ people__gt: 0 })', async () => {
    const roles = await users()
      .groupBy("role")
      .annotate({ people: count(), meanAge: avg("age") })
      .having({ people__gt: 0 })
      .orderBy("role")
      .all();
    assert.deepEqual(roles, [
      { role: "admin", people: 1, meanAge: 70 },
      { role: "guest", people: 1, meanAge: 17 },
      { role: "member", people: 1, meanAge: 25 },
    ]);
  });
  test("all(), first(), one(), oneOrNull(), last()", async () => {
    assert.equal((await users().all()).length, 3);
    assert.equal((await users().first())?.id, 1);
    assert.equal((await users().last())?.id, 3);
    assert.equal(await users().filter({ id: 9 }).first(), null);
    assert.equal((await users().filter({ id: 2 }).one()).name, "Bob");
    assert.equal(await users().filter({ id: 9 }).oneOrNull(), null);
    await assert.rejects(users().filter({ id: 9 }).one(), NoResultFound);
    await assert.rejects(users().one(), MultipleResultsFound);
    await assert.rejects(users().oneOrNull(), MultipleResultsFound);
  });
  test("count() and exists(), with conditions, limits and deleted rows", async () => {
    assert.deepEqual([await users().count(), await users().filter({ age__gte: 18 }).count(), await users().limit(2).count()], [3, 2, 2]);
    assert.deepEqual([await users().filter({ vip: true }).exists(), await users().filter({ id: 9 }).exists()], [true, false]);
    assert.deepEqual([await engine().query(Article).count(), await engine().query(Article).filter({ title: "Gone" }).exists()], [1, false]);
  });
  test('sum("amount"), avg, min, max; null of nothing', async () => {
    assert.deepEqual(
      [await users().sum("amount"), await users().avg("age"), await users().min("age"), await users().max("age")],
      [60, 112 / 3, 17, 70],
    );
    assert.equal(await users().filter({ id: 9 }).sum("amount"), null);
  });
  test('values("id", "name"), valuesList("id", "email"), column("email")', async () => {
    const one = users().filter({ id: 1 });
    assert.deepEqual(await one.values("id", "name"), [{ id: 1, name: "Alice" }]);
    assert.deepEqual(await one.valuesList("id", "email"), [[1, "alice@example.com"]]);
    assert.deepEqual(await one.column("email"), ["alice@example.com"]);
  });
  test('only("title") and defer("content"): fewer columns, and reading another one throws', async () => {
    const post = await engine().query(Post).only("title").orderBy("id").first();
    assert.deepEqual({ ...post }, { id: 1, title: "Hello" });
    const light = await engine().query(Post).defer("content").orderBy("id").first();
    assert.deepEqual({ ...light }, { id: 1, title: "Hello", authorId: 1 });
    assert.throws(() => (light as unknown as { content: string }).content, { name: "ColumnNotLoaded" });
  });
  test("select(User).where((user) => user.age.gte(18)), executed: all() is scalars().all()", async () => {
    const statement = select(User)
      .where((user) => user.age.gte(18))
      .orderBy("name");
    const result = await engine().session().execute(statement);
    assert.deepEqual(idsOf(result.all()), [1, 3]);
  });
  test("query.update({ role }) and query.delete(): one statement, the number of rows", async () => {
    const before = engine().statementCount;
    assert.equal(await users().filter({ age__gte: 18 }).update({ role: "member" }), 2);
    assert.equal(await engine().query(Post).filter({ authorId: 3 }).delete(), 2);
    assert.equal(engine().statementCount - before, 2);
    assert.equal(await users().filter({ role: "member" }).count(), 2);
  });
  test("update() of a query leaves deleted rows alone", async () => {
    assert.equal(await engine().query(Article).update({ words: 0 }, { all: true }), 1);
    assert.deepEqual(await engine().query(Article).onlyDeleted().column("words"), [7]);
  });
  test("withDeleted() and onlyDeleted()", async () => {
    assert.deepEqual(idsOf(await engine().query(Article).withDeleted().orderBy("id").all()), [1, 2]);
    assert.deepEqual(idsOf(await engine().query(Article).onlyDeleted().all()), [2]);
  });
  test("JSON paths: metadata__plan, metadata__settings__theme, contains, hasKey", async () => {
    assert.deepEqual(idsOf(await users().filter({ metadata__plan: "premium" }).all()), [3]);
    assert.deepEqual(idsOf(await users().filter({ metadata__settings__theme: "dark" }).all()), [3]);
    assert.deepEqual(
      idsOf(
        await users()
          .filter({ metadata__contains: { settings: { theme: "dark" } } })
          .all(),
      ),
      [3],
    );
    assert.deepEqual(idsOf(await users().filter({ metadata__hasKey: "tags" }).all()), [3]);
    assert.deepEqual(idsOf(await users().filter({ metadata__tags__contains: "a" }).all()), [3]);
  });
  test("toSQL(): the text and its values", () => {
    const { sql, params } = users().filter({ age__gte: 18 }).only("id").toSQL();
    assert.deepEqual([sql, params], [`SELECT "id" FROM "users" WHERE "age" >= ${database === "SQLite" ? "?" : "$1"}`, [18]]);
  });
  test("explain(): the database's own plan", async () => {
    assert.match(await users().filter({ age__gte: 18 }).explain(), /users/i);
    if (database === "PostgreSQL") assert.match(await users().explain({ analyze: true }), /actual time/);
  });
  test("stream({ batchSize: 2 }), and the query itself: one at a time", async () => {
    const found: number[] = [];
    for await (const user of engine().session().query(User).orderBy("id").stream({ batchSize: 2 })) found.push(user.id);
    for await (const user of users().orderBy("id")) found.push(user.id);
    assert.deepEqual(found, [1, 2, 3, 1, 2, 3]);
    for await (const user of users().orderBy("id").limit(2).stream({ batchSize: 1 })) if (user.id === 1) break;
    assert.equal(await users().count(), 3);
  });
  test("stream() loads relations batch by batch, and honours limit and offset", async () => {
    const found: [number, number][] = [];
    const wanted = users().with("posts").orderBy("-id").limit(2).offset(1);
    for await (const user of wanted.stream({ batchSize: 1 })) found.push([user.id, user.posts.length]);
    assert.deepEqual(found, [
      [2, 0],
      [1, 2],
    ]);
  });
  test("lazy(): rows that decode what is read", async () => {
    const [row] = await users().filter({ id: 3 }).lazy();
    assert.deepEqual([row!.name, row!.metadata.plan], ["Charlie", "premium"]);
  });
  test("get, latest, earliest, inBulk, none, paginate", async () => {
    assert.equal((await users().get({ id: 1 })).name, "Alice");
    assert.deepEqual([(await users().latest("createdAt"))?.id, (await users().earliest("createdAt"))?.id], [3, 1]);
    assert.deepEqual([...(await users().inBulk([3, 1])).keys()], [3, 1]);
    assert.deepEqual(await users().none().all(), []);
    assert.deepEqual(
      (await users().orderBy("id").paginate({ page: 2, perPage: 2 })).items.map(({ id }) => id),
      [3],
    );
  });
});
