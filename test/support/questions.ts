/** Questions about the rows of `sample-rows.ts` that every database must answer with the same rows in the same order. */
import { avg, count, F, joined, max, min, noLoad, Q, select, selectIn, type Session, sql, sum } from "../../src/entry/index.ts";
import { lookupQuestions, type Question } from "./lookup-questions.ts";
import { Category, Comment, Post, PostTag, Sample, Tag, User } from "./models.ts";
import { day } from "./sample-rows.ts";

const users = (session: Session) => session.query(User).orderBy("id");
const posts = (session: Session) => session.query(Post).orderBy("id");
const samples = (session: Session) => session.query(Sample).orderBy("id");

const gather = async (rows: AsyncIterable<unknown>): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const row of rows) all.push(row);
  return all;
};

export const questions: readonly (readonly [string, Question])[] = [
  ["all columns of every kind", (session) => samples(session).all()],
  ["users", (session) => users(session).all()],
  ["nulls last, ascending", (session) => session.query(User).orderBy("age", "id").column("id")],
  ["nulls first, descending", (session) => session.query(User).orderBy("-age", "id").column("id")],
  ["order by text", (session) => session.query(User).orderBy("name").column("name")],
  ["the model's own order", (session) => session.query(Post).column("id")],
  [
    "first, last, one",
    async (session) => [await session.query(Post).first(), await session.query(Post).last(), await posts(session).filter({ id: 3 }).one()],
  ],
  ["limit and offset", (session) => users(session).limit(2).offset(1).all()],
  ["offset alone", (session) => users(session).offset(3).all()],
  ["limit 0", (session) => users(session).limit(0).all()],
  [
    "distinct",
    (session) =>
      session
        .query(User)
        .select((user) => ({ age: user.age }))
        .distinct()
        .orderBy((user) => user.age.asc())
        .all(),
  ],
  [
    "count",
    async (session) => [
      await session.query(Post).count(),
      await posts(session).limit(2).count(),
      await session.query(User).filter({ id: 99 }).count(),
    ],
  ],
  ["exists", async (session) => [await session.query(Post).exists(), await session.query(Post).filter({ id: 99 }).exists()]],
  [
    "sums",
    async (session) => [
      await session.query(Post).sum("views"),
      await session.query(Sample).sum("price"),
      await session.query(Sample).sum("large"),
      await session.query(Post).filter({ id: 99 }).sum("views"),
    ],
  ],
  [
    "means",
    async (session) => [
      await session.query(Post).avg("views"),
      await session.query(Sample).avg("whole"),
      await session.query(Sample).filter({ id: 99 }).avg("real"),
    ],
  ],
  [
    "least and greatest",
    async (session) => [
      await session.query(Sample).min("price"),
      await session.query(Sample).max("at"),
      await session.query(Sample).min("day"),
      await session.query(User).max("name"),
      await session.query(Sample).max("large"),
    ],
  ],
  [
    "several aggregates",
    (session) =>
      session
        .query(Post)
        .aggregate({ posts: count(), views: sum("views"), mean: avg("views"), most: max("views"), least: min("createdAt") }),
  ],
  [
    "combinators",
    (session) =>
      users(session)
        .filter(
          Q({ age__gt: 20 })
            .or({ role: "member" })
            .and(Q({ vip: true }).not()),
        )
        .column("id"),
  ],
  ["to-one lookups", (session) => posts(session).filter({ author__name: "Ann", reviewer__name__isNull: true }).column("id")],
  ["to-many lookups", (session) => users(session).filter({ posts__views__gt: 1, posts__tags__name: "db" }).column("id")],
  ["excluded to-many lookups", (session) => users(session).exclude({ posts__views__gt: 1 }).column("id")],
  [
    "expressions",
    (session) =>
      posts(session)
        .where((post) => post.views.gt(5).and(post.title.like("f%")))
        .column("id"),
  ],
  [
    "some",
    (session) =>
      users(session)
        .where((user) => user.posts.some((post) => post.views.gt(10)))
        .column("id"),
  ],
  [
    "raw condition",
    (session) =>
      users(session)
        .where(sql`${User.columns.age} > ${10}`)
        .column("id"),
  ],
  [
    "deleted rows",
    async (session) => [
      await posts(session).column("id"),
      await posts(session).withDeleted().column("id"),
      await posts(session).onlyDeleted().column("id"),
    ],
  ],
  [
    "json paths of users",
    (session) => users(session).filter({ preferences__settings__theme: "dark", preferences__visits__gte: 3 }).column("id"),
  ],
  ["json array holds", (session) => users(session).filter({ preferences__tags__contains: "a" }).column("id")],
  [
    "relations, one statement each",
    (session) =>
      users(session)
        .with(selectIn("profile"))
        .with("posts", (query) => query.orderBy("id").with("tags", (tags) => tags.orderBy("-id")))
        .all(),
  ],
  ["relations, joined", (session) => posts(session).with(joined("author.profile"), joined("reviewer")).all()],
  [
    "relations, by default",
    (session) =>
      posts(session)
        .with("author.profile", "reviewer")
        .with("comments", (comments) => comments.orderBy("id").with("author"))
        .with("tags", (tags) => tags.orderBy("id"))
        .all(),
  ],
  ["relations, refused", (session) => posts(session).with(noLoad("comments")).all()],
  [
    "a relation refined",
    (session) =>
      users(session)
        .with("posts", (query) => query.orderBy("-views").limit(1))
        .all(),
  ],
  ["a tree", (session) => session.query(Category).orderBy("id").with("children.children", "parent").all()],
  ["values", (session) => posts(session).values("id", "author.name", "tags.name")],
  ["tuples", (session) => posts(session).valuesList("id", "author.name", "createdAt")],
  [
    "one column of every kind",
    (session) =>
      Promise.all(
        (["large", "price", "at", "day", "hour", "data", "raw", "words", "key", "real"] as const).map((name) =>
          samples(session).column(name),
        ),
      ),
  ],
  ["only and defer", async (session) => [await users(session).only("name").all(), await users(session).defer("preferences").all()]],
  [
    "annotated",
    (session) =>
      users(session)
        .annotate({ number: count("posts"), most: max("posts.views"), total: sum("posts.views") })
        .filter({ number__gte: 1 })
        .orderBy("-number", "id")
        .all(),
  ],
  [
    "groups",
    (session) =>
      session
        .query(User)
        .groupBy("role")
        .annotate({ people: count(), mean: avg("age") })
        .having({ people__gt: 0 })
        .orderBy("role")
        .all(),
  ],
  [
    "groups behind a relation",
    (session) =>
      session
        .query(Post)
        .groupBy("author.name")
        .annotate({ seen: sum("views") })
        .orderBy("author.name")
        .all(),
  ],
  [
    "select",
    (session) =>
      posts(session)
        .select((post) => ({ title: post.title.upper(), by: post.author.name, tags: post.tags.count(), later: post.views.plus(1) }))
        .all(),
  ],
  [
    "streams",
    async (session) => [
      await gather(users(session).stream({ batchSize: 2 })),
      await gather(posts(session).with("tags").stream({ batchSize: 1 })),
    ],
  ],
  [
    "lazy rows",
    async (session) => (await samples(session).lazy()).map((row) => ({ ...row, at: row.at, data: row.data, large: row.large })),
  ],
  [
    "by key",
    async (session) => [await session.get(User, 2), await session.get(User, 99), await session.get(PostTag, { postId: 1, tagId: 2 })],
  ],
  ["a statement of its own", async (session) => (await session.execute(select(User).filter({ age__gte: 12 }).orderBy("id"))).all()],
  [
    "raw SQL by position",
    async (session) =>
      (await session.executeRaw("SELECT id, name FROM users WHERE age > $1 AND name <> $2 ORDER BY id", [10, "bob"])).all(),
  ],
  [
    "raw SQL by question mark",
    async (session) => (await session.executeRaw("SELECT id, name FROM users WHERE age > ? AND id <> ? ORDER BY id", [10, 4])).all(),
  ],
  [
    "raw SQL by name",
    async (session) =>
      (
        await session.executeRaw("SELECT id, name FROM users WHERE age > :age AND id > :id OR age = :age ORDER BY id", { age: 12, id: 1 })
      ).tuples(),
  ],
  [
    "the sql tag",
    async (session) =>
      (
        await session.execute(sql`SELECT ${User.columns.id}, ${User.columns.name} FROM ${User} WHERE ${User.columns.name} = ${"Ann"}`)
      ).all(),
  ],
  ["raw SQL as models", async (session) => (await session.executeRaw("SELECT * FROM users ORDER BY id")).toModels(User)],
  ...lookupQuestions,
];

/** Changes, in an order in which each builds on those before; what each returns must be the same too. */
export const changes: readonly (readonly [string, Question])[] = [
  ["insert reads defaults back", (session) => session.insert(User, { id: 10, name: "New", email: "new@x.org", createdAt: day(12) })],
  [
    "insert makes keys",
    async (session) =>
      (
        await session.insertAll(Tag, [
          { id: 10, name: "k1" },
          { id: 11, name: "k2" },
        ])
      ).map((tag) => tag.id),
  ],
  ["update one", async (session) => session.update((await session.get(Post, 1))!, { views: F("views").plus(2), title: "uno" })],
  [
    "update many",
    async (session) => [
      await session
        .query(Post)
        .filter({ views__gt: 6 })
        .update({ views: F("views").minus(1) }),
      await posts(session).column("views"),
    ],
  ],
  [
    "update by expression",
    async (session) => [
      await session.query(Post).update((post) => ({ title: post.title.upper() }), { all: true }),
      await posts(session).column("title"),
    ],
  ],
  [
    "update through a relation",
    async (session) => [
      await session.query(Post).filter({ author__name: "Ann" }).update({ published: true }),
      await posts(session).column("published"),
    ],
  ],
  [
    "upsert updates",
    (session) => session.upsert(User, { name: "Ann II", email: "ann@x.org" }, { conflictTarget: "email", updateFields: ["name"] }),
  ],
  ["upsert leaves alone", (session) => session.upsert(Tag, { name: "ts" }, { conflictTarget: "name", updateFields: [] })],
  [
    "upsert many",
    async (session) =>
      (
        await session.upsertAll(
          Tag,
          [
            { id: 20, name: "ts" },
            { id: 21, name: "n1" },
          ],
          { conflictTarget: "name" },
        )
      ).map((tag) => tag.name),
  ],
  [
    "soft delete and restore",
    async (session) => {
      const post = (await session.get(Post, 2))!;
      await session.softDelete(post);
      const hidden = await posts(session).column("id");
      await session.restore(post);
      return [hidden, await posts(session).column("id"), post.deletedAt];
    },
  ],
  [
    "delete many",
    async (session) => [
      await session.query(Comment).filter({ parent__body: "first" }).delete(),
      await session.query(Comment).orderBy("id").column("id"),
    ],
  ],
  [
    "remove",
    async (session) => [await session.remove((await session.get(Tag, 3))!), await session.query(Tag).orderBy("id").column("name")],
  ],
];
