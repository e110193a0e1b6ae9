/** What queries answer, on real rows. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { avg, count, F, max, min, Q, selectIn, skip, sql, sum, type Engine } from "../../src/entry/index.ts";
import { bindings, fillBlog, openEngine } from "../support/make-database.ts";
import { blog, Category, Comment, Post, PostTag, Tag, User } from "../support/models.ts";

const plain = (rows: readonly object[]): unknown[] => rows.map((row) => ({ ...row }));

for (const binding of bindings()) {
  describe(`queries on ${binding}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openEngine(blog, binding);
      await fillBlog(engine);
    });
    after(() => engine.close());

    const users = () => engine.query(User);
    const posts = () => engine.query(Post);
    const ids = (query: { column(name: "id"): Promise<number[]> }): Promise<number[]> => query.column("id");

    describe("whole rows", () => {
      test("are instances of the model, with its methods, and every value is of its column's type", async () => {
        const ann = await users().filter({ id: 1 }).one();
        assert.ok(ann instanceof User);
        assert.equal(ann.isAdult, true);
        assert.deepEqual(
          { ...ann },
          {
            id: 1,
            name: "Ann",
            email: "ann@example.com",
            age: 40,
            role: "admin",
            vip: true,
            preferences: { plan: "free", settings: { theme: "light" } },
            createdAt: new Date("2026-01-01T00:00:00Z"),
          },
        );
      });

      test("come in the model's own order, without the soft-deleted ones", async () => {
        assert.deepEqual(
          (await posts().all()).map((post) => post.id),
          [5, 3, 2, 1],
        );
        assert.deepEqual(await ids(posts().withDeleted().orderBy("id")), [1, 2, 3, 4, 5]);
        assert.deepEqual(await ids(posts().onlyDeleted()), [4]);
      });

      test("a query says nothing until a verb asks, and every method gives a new query", async () => {
        const before = engine.statementCount;
        const base = users().filter({ vip: true });
        const wider = base.filter({ age__gt: 1 }).orderBy("name").limit(1);
        assert.equal(engine.statementCount, before);
        assert.notEqual(base, wider);
        assert.equal(base.toSQL().params.length, 1);
        assert.equal(await base.count(), 1);
        assert.equal(engine.statementCount, before + 1);
      });

      test("an awaited query is the query: it does not run by itself", async () => {
        const before = engine.statementCount;
        const query = users();
        assert.equal(await query, query);
        assert.equal("then" in query, false);
        assert.equal(engine.statementCount, before);
      });
    });

    describe("lookups", () => {
      test("null asks for NULL, and ne null for anything else", async () => {
        assert.deepEqual(await ids(users().filter({ age: null })), [2]);
        assert.deepEqual(await ids(users().filter({ age__ne: null }).orderBy("id")), [1, 3]);
      });

      test("ne leaves out rows where the value is NULL; exclude keeps them", async () => {
        assert.deepEqual(await ids(users().filter({ age__ne: 40 })), [3]);
        assert.deepEqual(await ids(users().exclude({ age: 40 }).orderBy("id")), [2, 3]);
      });

      test("an empty list holds nothing, and nothing is in it", async () => {
        assert.deepEqual(await ids(users().filter({ id__in: [] })), []);
        assert.deepEqual(await ids(users().filter({ id__notIn: [] }).orderBy("id")), [1, 2, 3]);
        assert.deepEqual(await ids(users().filter({ age__notIn: [40] })), [3]);
      });

      test("contains, startsWith and endsWith take every character literally and mind case", async () => {
        assert.deepEqual(await ids(posts().filter({ title__contains: "%" })), [3]);
        assert.deepEqual(await ids(posts().filter({ title__contains: "sure_thing" })), [3]);
        assert.deepEqual(await ids(posts().filter({ title__contains: "sure%thing" })), []);
        assert.deepEqual(await ids(posts().filter({ title__startsWith: "hello" })), [5]);
        assert.deepEqual(await ids(posts().filter({ title__istartsWith: "hello" })), [5, 1]);
        assert.deepEqual(await ids(posts().filter({ title__endsWith: "AGAIN" })), []);
        assert.deepEqual(await ids(posts().filter({ title__iendsWith: "AGAIN" })), [5]);
      });

      test("case is folded beyond ASCII", async () => {
        assert.deepEqual(await ids(users().filter({ name__icontains: "çEL" })), [3]);
        assert.deepEqual(await ids(users().filter({ name__iexact: "çelik" })), [3]);
        assert.deepEqual(await ids(users().filter({ name__iexact: "BOB" })), [2]);
        assert.deepEqual(await ids(users().filter({ name__ilike: "B_B" })), [2]);
        assert.deepEqual(await ids(users().filter({ name__like: "B_B" })), []);
      });

      test("like takes wildcards, regex patterns", async () => {
        assert.deepEqual(await ids(posts().filter({ title__like: "%o_l%" })), [2]);
        assert.deepEqual(await ids(posts().filter({ title__regex: "^[hH]ello$" })), [1]);
        assert.deepEqual(await ids(posts().filter({ title__regex: /^HELLO/i })), [5, 1]);
      });

      test("ranges hold both ends", async () => {
        assert.deepEqual(
          await ids(
            posts()
              .filter({ views__range: [5, 10] })
              .orderBy("id"),
          ),
          [1, 3, 5],
        );
      });

      test("dates are compared and taken apart", async () => {
        assert.deepEqual(await ids(posts().filter({ createdAt__gte: new Date("2026-01-03T00:00:00Z") })), [5, 3]);
        assert.deepEqual(await ids(posts().filter({ createdAt__day: 2, createdAt__year: 2026 })), [2]);
        assert.deepEqual(await ids(posts().filter({ createdAt__date: "2026-01-06" })), [5]);
      });

      test("skip leaves a lookup out, everywhere", async () => {
        assert.deepEqual(await ids(users().filter({ age__gte: skip, vip: true })), [1]);
        assert.deepEqual(await ids(users().exclude({ age: skip, vip: true }).orderBy("id")), [2, 3]);
        assert.deepEqual(await ids(users().filter(Q({ name: skip }).or({ vip: true }))), [1]);
      });
    });

    describe("relations in lookups", () => {
      test("no row comes twice, however many related rows match", async () => {
        assert.deepEqual(await ids(users().filter({ posts__views__gte: 10 }).orderBy("id")), [1, 3]);
        assert.equal(await users().filter({ posts__views__gte: 10 }).count(), 2);
      });

      test("in one call they are met by one row, in separate calls by different ones", async () => {
        assert.deepEqual(await ids(users().filter({ posts__published: true, posts__views: 20 })), []);
        assert.deepEqual(await ids(users().filter({ posts__published: true }).filter({ posts__views: 20 })), [1]);
      });

      test("soft-deleted related rows do not count, unless the query includes them", async () => {
        assert.deepEqual(await ids(users().filter({ posts__title: "Gone" })), []);
        assert.deepEqual(await ids(engine.query(Comment).filter({ post__title: "Gone" })), []);
        assert.deepEqual(await ids(engine.query(Tag).filter({ posts__id__in: [4] })), []);
      });

      test("through join tables, several relations deep, and back", async () => {
        assert.deepEqual(await ids(posts().filter({ tags__name: "sql" })), [3, 1]);
        assert.deepEqual(await ids(users().filter({ posts__tags__posts__author__name: "bob" }).orderBy("id")), [1, 2]);
        assert.deepEqual(await ids(engine.query(Comment).filter({ replies__author__name: "Ann" })), [1]);
      });

      test("a to-one relation without a partner gives NULL", async () => {
        assert.deepEqual(await ids(posts().filter({ reviewer__id__isNull: true })), [5, 1]);
        assert.deepEqual(await ids(users().filter({ profile__bio__isNull: true }).orderBy("id")), [2, 3]);
        assert.deepEqual(await ids(posts().exclude({ reviewer__name: "bob" })), [5, 3, 1]);
      });

      test("exclude through a to-many relation keeps rows that have none", async () => {
        assert.deepEqual(await ids(posts().exclude({ comments__body: "First" })), [5, 3, 2]);
      });
    });

    describe("expressions", () => {
      test("compare columns, calculate, and look at related rows", async () => {
        assert.deepEqual(await ids(posts().where((post) => post.views.gt(post.id.times(4)))), [2, 1]);
        assert.deepEqual(await ids(users().where((user) => user.posts.count().gte(2))), [1]);
        assert.deepEqual(
          await ids(
            users()
              .where((user) => user.posts.every((post) => post.published.eq(true)))
              .orderBy("id"),
          ),
          [2, 3],
        );
        assert.deepEqual(await ids(posts().where((post) => post.comments.none())), [5, 2]);
        assert.deepEqual(await ids(users().where((user) => user.age.gte(18).not())), [3]);
        assert.deepEqual(await ids(posts().where(sql`${Post.columns.views} % ${2} = ${1}`)), [3]);
      });
    });

    describe("order", () => {
      test("NULL comes last upwards and first downwards, unless said otherwise", async () => {
        assert.deepEqual(await ids(users().orderBy("age")), [3, 1, 2]);
        assert.deepEqual(await ids(users().orderBy("-age")), [2, 1, 3]);
        assert.deepEqual(await ids(users().orderBy((user) => user.age.asc().nullsFirst())), [2, 3, 1]);
        assert.deepEqual(await ids(users().orderBy((user) => user.age.desc().nullsLast())), [1, 3, 2]);
      });

      test("through relations, by expressions, by several", async () => {
        assert.deepEqual(await ids(posts().orderBy("-author.name", "views")), [5, 3, 1, 2]);
        assert.deepEqual(await ids(posts().orderBy((post) => post.title.lower().asc())), [3, 1, 5, 2]);
        assert.deepEqual(await ids(users().orderBy((user) => user.posts.count().desc(), "-id")), [1, 3, 2]);
      });

      test("limit and offset cut it", async () => {
        assert.deepEqual(await ids(posts().orderBy("id").limit(2)), [1, 2]);
        assert.deepEqual(await ids(posts().orderBy("id").offset(1).limit(2)), [2, 3]);
        assert.deepEqual(await ids(posts().orderBy("id").offset(3)), [5]);
        assert.deepEqual(await ids(posts().limit(0)), []);
      });
    });

    describe("one row", () => {
      test("first and last follow the order, and the primary key without one", async () => {
        assert.equal((await users().first())?.id, 1);
        assert.equal((await users().last())?.id, 3);
        assert.equal((await users().orderBy("age").first())?.id, 3);
        assert.equal((await users().orderBy("age").last())?.id, 2);
        assert.equal((await posts().first())?.id, 5);
        assert.equal((await posts().last())?.id, 1);
        assert.equal(await users().filter({ id: 99 }).first(), null);
        assert.equal(await users().filter({ id: 99 }).last(), null);
        assert.equal(await users().limit(0).first(), null);
      });

      test("one wants exactly one, oneOrNull at most one", async () => {
        assert.equal((await users().filter({ name: "bob" }).one()).id, 2);
        assert.equal(await users().filter({ id: 99 }).oneOrNull(), null);
        await assert.rejects(users().filter({ id: 99 }).one(), { name: "NoResultFound", model: "User" });
        await assert.rejects(users().one(), { name: "MultipleResultsFound", model: "User" });
        await assert.rejects(users().oneOrNull(), { name: "MultipleResultsFound", model: "User" });
        assert.equal((await users().orderBy("id").limit(1).one()).id, 1);
      });

      test("last refuses a query that is cut already", async () => {
        await assert.rejects(users().limit(2).last(), /does not go together with limit\(\) or offset\(\)/);
        await assert.rejects(users().offset(2).last(), /does not go together with limit\(\) or offset\(\)/);
      });
    });

    describe("one value", () => {
      test("count honours conditions, limits, distinct, soft deletion", async () => {
        assert.equal(await users().count(), 3);
        assert.equal(await posts().count(), 4);
        assert.equal(await posts().withDeleted().count(), 5);
        assert.equal(await posts().limit(3).offset(2).count(), 2);
        assert.equal(
          await posts()
            .select((post) => ({ views: post.views }))
            .distinct()
            .count(),
          3,
        );
        assert.equal(await posts().groupBy("authorId").annotate({ n: count() }).count(), 3);
      });

      test("exists", async () => {
        assert.equal(await users().filter({ name: "bob" }).exists(), true);
        assert.equal(await users().filter({ name: "Bob" }).exists(), false);
        assert.equal(await users().offset(3).exists(), false);
      });

      test("sum, avg, min, max: null without rows, NULLs left out", async () => {
        assert.deepEqual([await posts().sum("views"), await posts().avg("views")], [45, 11.25]);
        assert.deepEqual([await users().sum("age"), await users().avg("age")], [57, 28.5]);
        assert.deepEqual(
          [await posts().min("title"), await posts().max("createdAt")],
          ["100% sure_thing", new Date("2026-01-06T00:00:00Z")],
        );
        const none = posts().filter({ id: 99 });
        assert.deepEqual(
          [await none.sum("views"), await none.avg("views"), await none.min("views"), await none.max("title")],
          [null, null, null, null],
        );
      });

      test("aggregate gives several at once", async () => {
        assert.deepEqual(
          await posts().aggregate({
            posts: count(),
            authors: count("authorId", { distinct: true }),
            most: max("views"),
            mean: avg("views"),
          }),
          {
            posts: 4,
            authors: 3,
            most: 20,
            mean: 11.25,
          },
        );
        assert.deepEqual(await users().aggregate({ ages: count("age") }), { ages: 2 });
      });
    });

    describe("some columns", () => {
      test("only and defer give partial instances that say what is missing", async () => {
        const [ann] = await users().only("name").orderBy("id").limit(1).all();
        assert.deepEqual({ ...ann }, { id: 1, name: "Ann" });
        assert.throws(() => (ann as User).email, { name: "ColumnNotLoaded", model: "User", property: "email" });
        assert.equal(JSON.stringify(ann), '{"id":1,"name":"Ann"}');
        const [light] = await users().defer("preferences", "createdAt").orderBy("id").limit(1).all();
        assert.deepEqual(Object.keys(light!), ["id", "name", "email", "age", "role", "vip"]);
      });

      test("values gives plain objects, nested along to-one relations, with lists along to-many ones", async () => {
        assert.deepEqual(
          await posts()
            .filter({ id__in: [1, 2] })
            .values("title", "author.name", "reviewer.name", "tags.name"),
          [
            { title: "World", author: { name: "Ann" }, reviewer: { name: "bob" }, tags: [] },
            { title: "Hello", author: { name: "Ann" }, reviewer: null, tags: [{ name: "typescript" }, { name: "sql" }] },
          ],
        );
        assert.deepEqual(await users().filter({ id: 1 }).values("posts.comments.body"), [
          { posts: [{ comments: [] }, { comments: [{ body: "First" }, { body: "Reply" }] }] },
        ]);
      });

      test("valuesList and column", async () => {
        assert.deepEqual(await posts().limit(2).valuesList("id", "author.name", "reviewer.age"), [
          [5, "Çelik", null],
          [3, "bob", 40],
        ]);
        assert.deepEqual(await users().orderBy("id").column("email"), ["ann@example.com", "bob@example.com", "celik@example.com"]);
        assert.deepEqual(
          (await posts().distinct().column("views")).sort((a, b) => a - b),
          [5, 10, 20],
        );
      });

      test("select gives expressions", async () => {
        const rows = await posts()
          .limit(2)
          .select((post) => ({
            title: post.title.upper(),
            by: post.author.name,
            comments: post.comments.count(),
            next: post.views.plus(1),
          }))
          .all();
        assert.deepEqual(rows, [
          { title: "HELLO AGAIN", by: "Çelik", comments: 0, next: 11 },
          { title: "100% SURE_THING", by: "bob", comments: 1, next: 6 },
        ]);
      });
    });

    describe("computed columns", () => {
      test("stand beside the instance's own, and can be asked about", async () => {
        const rows = await users()
          .annotate({ postCount: count("posts"), newest: max("posts.createdAt"), total: sum("posts.views") })
          .filter({ postCount__gte: 1 })
          .orderBy("-total", "id")
          .all();
        assert.ok(rows[0] instanceof User);
        assert.deepEqual(
          rows.map(({ id, postCount, newest, total }) => [id, postCount, newest, total]),
          [
            [1, 2, new Date("2026-01-02T00:00:00Z"), 30],
            [3, 1, new Date("2026-01-06T00:00:00Z"), 10],
            [2, 1, new Date("2026-01-03T00:00:00Z"), 5],
          ],
        );
      });

      test("count of nothing is 0, other aggregates of nothing are null", async () => {
        const [tag] = await engine
          .query(Tag)
          .filter({ name: "unused" })
          .annotate({ uses: count("posts"), comments: count("posts.comments"), most: max("posts.views") })
          .all();
        assert.deepEqual({ ...tag }, { id: 3, name: "unused", uses: 0, comments: 0, most: null });
      });

      test("groups: one row for each, filtered before and after", async () => {
        assert.deepEqual(
          await posts()
            .groupBy("published")
            .annotate({ n: count(), least: min("views") })
            .orderBy("published")
            .all(),
          [
            { published: false, n: 1, least: 20 },
            { published: true, n: 3, least: 5 },
          ],
        );
        assert.deepEqual(
          await posts().filter({ published: true }).groupBy("author.name").annotate({ n: count() }).orderBy("author.name").all(),
          [
            { author: { name: "Ann" }, n: 1 },
            { author: { name: "bob" }, n: 1 },
            { author: { name: "Çelik" }, n: 1 },
          ],
        );
        assert.deepEqual(await posts().groupBy("reviewer.name").annotate({ n: count() }).orderBy("reviewer.name").all(), [
          { reviewer: { name: "Ann" }, n: 1 },
          { reviewer: { name: "bob" }, n: 1 },
          { reviewer: null, n: 2 },
        ]);
        assert.deepEqual(await posts().groupBy("authorId").annotate({ n: count() }).having({ n__gt: 1 }).all(), [{ authorId: 1, n: 2 }]);
      });
    });

    describe("relations that are loaded", () => {
      test("to-one inside the row, to-many as lists, each to its parent", async () => {
        const rows = await posts()
          .filter({ id__in: [1, 3] })
          .with("author.profile", "comments.author", "tags")
          .all();
        assert.deepEqual(
          rows.map((post) => [
            post.id,
            post.author.name,
            post.author.profile?.bio ?? null,
            post.comments.map((c) => [c.body, c.author.name]),
            post.tags.map((t) => t.name),
          ]),
          [
            [3, "bob", null, [["Nice", "Çelik"]], ["sql"]],
            [
              1,
              "Ann",
              "Writes.",
              [
                ["First", "bob"],
                ["Reply", "Ann"],
              ],
              ["typescript", "sql"],
            ],
          ],
        );
        assert.ok(rows[0]!.author instanceof User);
        assert.ok(rows[0]!.comments[0] instanceof Comment);
      });

      test("one statement for each to-many relation, none without parents, by whichever strategy", async () => {
        const statements = async (run: () => Promise<unknown>): Promise<number> => {
          const before = engine.statementCount;
          await run();
          return engine.statementCount - before;
        };
        assert.equal(await statements(() => users().with("posts").all()), 2);
        assert.equal(await statements(() => users().with("posts.comments", "profile").all()), 3);
        assert.equal(await statements(() => users().filter({ id: 99 }).with("posts.comments").all()), 1);
        assert.equal(await statements(() => posts().with(selectIn("author")).all()), 2);
      });

      test("through a query of one's own, whose limit counts for each parent", async () => {
        const rows = await users()
          .orderBy("id")
          .with("posts", (all) => all.filter({ published: true }).orderBy("-views").limit(1).with("tags"))
          .all();
        assert.deepEqual(
          rows.map((user) => user.posts.map((post) => [post.id, post.tags.length])),
          [[[1, 2]], [[3, 1]], [[5, 0]]],
        );
      });
    });

    describe("writes", () => {
      test("update counts rows, calculates with columns, and leaves soft-deleted rows alone", async () => {
        await engine
          .transaction(async (session) => {
            assert.equal(
              await session
                .query(Post)
                .filter({ published: true })
                .update({ views: F("views").plus(1).times(2) }),
              3,
            );
            assert.deepEqual(await session.query(Post).withDeleted().orderBy("id").column("views"), [22, 20, 12, 99, 22]);
            assert.equal(
              await session
                .query(Post)
                .filter({ author__name: "Ann" })
                .update((post) => ({ title: post.author.name, views: post.comments.count() })),
              2,
            );
            assert.deepEqual(await session.query(Post).filter({ authorId: 1 }).orderBy("id").valuesList("title", "views"), [
              ["Ann", 2],
              ["Ann", 0],
            ]);
            throw new Error("undo");
          })
          .catch((error: Error) => assert.equal(error.message, "undo"));
      });

      test("delete counts rows, through relations too", async () => {
        await engine
          .transaction(async (session) => {
            assert.equal(await session.query(Comment).filter({ post__author__name: "Ann", parentId__isNull: false }).delete(), 1);
            assert.equal(await session.query(PostTag).delete({ all: true }), 4);
            assert.equal(await session.query(Post).filter({ id: 4 }).delete(), 0);
            throw new Error("undo");
          })
          .catch((error: Error) => assert.equal(error.message, "undo"));
      });

      test("no condition is no consent", async () => {
        await assert.rejects(users().update({ vip: true }), /would update every row/);
        await assert.rejects(users().delete(), /would delete every row/);
        await assert.rejects(users().filter({ id: skip }).delete(), /would delete every row/);
        await assert.rejects(users().filter(Q({})).delete(), /would delete every row/);
        assert.equal(await users().count(), 3);
      });
    });

    test("a tree is asked about itself", async () => {
      const own = await openEngine([Category], binding);
      await own.session().insertAll(Category, [
        { id: 1, name: "root" },
        { id: 2, name: "a", parentId: 1 },
        { id: 3, name: "b", parentId: 1 },
        { id: 4, name: "aa", parentId: 2 },
      ]);
      const categories = own.query(Category);
      assert.deepEqual(await ids(categories.filter({ parent__parent__name: "root" })), [4]);
      assert.deepEqual(await ids(categories.filter({ children__children__name: "aa" })), [1]);
      assert.deepEqual(
        plain(
          await categories
            .annotate({ n: count("children") })
            .orderBy("-n", "id")
            .only("name")
            .all(),
        ),
        [
          { id: 1, name: "root", n: 2 },
          { id: 2, name: "a", n: 1 },
          { id: 3, name: "b", n: 0 },
          { id: 4, name: "aa", n: 0 },
        ],
      );
      const [tree] = await categories.filter({ id: 1 }).with("children.children").all();
      assert.deepEqual(
        tree!.children.map((child) => [child.name, child.children.map((leaf) => leaf.name)]),
        [
          ["a", ["aa"]],
          ["b", []],
        ],
      );
      await own.close();
    });
  });
}
