// Loading relations: each way of it that the documents show.
import assert from "node:assert/strict";
import { test } from "node:test";
import { int, joined, manyToMany, Model, noLoad, RelationNotLoaded, selectIn, text } from "../../src/entry/index.ts";
import { onEachDatabase } from "./databases.ts";
import { fillShop, idsOf, shop, User, Post } from "./shop.ts";

onEachDatabase("loading", shop, fillShop, ({ engine }) => {
  const statementsOf = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const before = engine().statementCount;
    return [await work(), engine().statementCount - before];
  };

  test('with(selectIn("posts")): two statements, [] for a parent without children', async () => {
    const [users, statements] = await statementsOf(() => engine().query(User).with(selectIn("posts")).orderBy("id").all());
    assert.deepEqual([users.map(({ posts }) => idsOf(posts).toSorted()), statements], [[[1, 2], [], [3, 4]], 2]);
  });
  test("select-in asks nothing more when there are no parents", async () => {
    assert.equal((await statementsOf(() => engine().query(User).filter({ id: 0 }).with(selectIn("posts")).all()))[1], 1);
  });
  test('with(joined("author")): one statement', async () => {
    const [posts, statements] = await statementsOf(() => engine().query(Post).with(joined("author")).orderBy("id").all());
    assert.deepEqual([posts.map(({ author }) => author.name), statements], [["Alice", "Alice", "Charlie", "Charlie"], 1]);
  });
  test('with(joined("profile")): null where there is none', async () => {
    const users = await engine().query(User).with(joined("profile")).orderBy("id").all();
    assert.deepEqual(
      users.map(({ profile }) => profile?.bio ?? null),
      ["Writes.", null, null],
    );
  });
  test('with(joined("posts")): relations to many take a statement for all parents, and none where a join is asked for', async () => {
    const joins = await statementsOf(() => engine().query(User).with(joined("posts")).orderBy("id").all());
    const selects = await statementsOf(() => engine().query(User).with(selectIn("posts")).orderBy("id").all());
    assert.deepEqual(joins[0], selects[0]);
    assert.deepEqual([joins[1], selects[1]], [1, 2]);
  });
  test('with("author", (authors) => …): null where the refined query leaves the row out', async () => {
    const posts = await engine()
      .query(Post)
      .with("author", (authors) => authors.filter({ name: "Alice" }).only("name"))
      .orderBy("id")
      .all();
    assert.deepEqual(
      posts.map(({ author }) => author?.name ?? null),
      ["Alice", "Alice", null, null],
    );
  });
  test('manyToMany(Tag, { through: "post_tags" }): a join table that no model of the program has', async () => {
    class Word extends Model("tags", { id: int().primaryKey(), name: text() }) {}
    class Page extends Model("posts", {
      id: int().primaryKey(),
      title: text(),
      words: () => manyToMany(Word, { through: "post_tags" }),
    }) {}
    const pages = await engine().query(Page).with("words").orderBy("id").all();
    assert.deepEqual(pages[0]!.words.map(({ name }) => name).toSorted(), ["python", "sql"]);
  });
  test("joined goes together with filter and order of the same column names", async () => {
    const posts = await engine().query(Post).with(joined("author")).filter({ id__gt: 1, author__id: 3 }).orderBy("-id").all();
    assert.deepEqual(idsOf(posts), [4, 3]);
  });
  test('with(noLoad("posts")): [], and null for one', async () => {
    const user = await engine().query(User).with(noLoad("posts"), noLoad("profile")).filter({ id: 1 }).one();
    assert.deepEqual([user.posts, user.profile], [[], null]);
  });
  test('with(selectIn("posts"), selectIn("profile")): several at once, in several calls', async () => {
    const both = await engine().query(User).with(selectIn("posts"), selectIn("profile")).filter({ id: 1 }).one();
    const twice = await engine().query(User).with(selectIn("posts")).with(selectIn("profile")).filter({ id: 1 }).one();
    assert.deepEqual(twice, both);
    assert.equal(both.profile?.bio, "Writes.");
  });
  test('with("posts.tags"): relations of relations', async () => {
    const user = await engine().query(User).with("posts.tags").filter({ id: 1 }).one();
    const names = user.posts.toSorted((a, b) => a.id - b.id).map(({ tags }) => tags.map(({ name }) => name).toSorted());
    assert.deepEqual(names, [["python", "sql"], []]);
  });
  test('with("posts", (posts) => …): a query of one\'s own, as Prefetch', async () => {
    const users = await engine()
      .query(User)
      .with("posts", (posts) => posts.filter({ title__ne: "Hello" }).orderBy("-id").limit(1))
      .orderBy("id")
      .all();
    assert.deepEqual(
      users.map(({ posts }) => idsOf(posts)),
      [[2], [], [4]],
    );
  });
  test("a relation that was not loaded says so, and how to load it", async () => {
    const user = await engine().query(User).first();
    assert.throws(() => (user as unknown as { profile: unknown }).profile, RelationNotLoaded);
  });
  test('session.load(user, "profile"): later', async () => {
    const session = engine().session();
    const user = await session.load(await session.getOrThrow(User, 1), "profile", "posts");
    assert.deepEqual([user.profile?.bio, user.posts.length], ["Writes.", 2]);
  });
  test("a filter goes through relations, to one and to many, and repeats no row", async () => {
    assert.deepEqual(idsOf(await engine().query(Post).filter({ author__name: "Alice" }).orderBy("id").all()), [1, 2]);
    assert.deepEqual(
      idsOf(
        await engine()
          .query(Post)
          .filter({ tags__name__in: ["python", "sql"] })
          .orderBy("id")
          .all(),
      ),
      [1, 3],
    );
    assert.deepEqual(idsOf(await engine().query(User).filter({ posts__tags__name: "sql" }).orderBy("id").all()), [1, 3]);
  });
});
