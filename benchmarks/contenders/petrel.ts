/** Petrel in three ways: sessions that track their objects, queries of the engine that track nothing, and SQL text. */
import {
  avg,
  belongsTo,
  bool,
  count,
  createEngine,
  float,
  hasMany,
  int,
  joined,
  json,
  manyToMany,
  Model,
  selectIn,
  sql,
  sum,
  text,
  timestamp,
} from "../../src/entry/index.ts";
import type { Engine } from "../../src/entry/index.ts";
import { bareDriver } from "../bare-driver.ts";
import type { AuthorWithPosts, Contender, FeedPost, Operations, User as PlainUser } from "../operations.ts";
import type { Plan } from "../../src/engine/plans/plan.ts";
import type { QueryBuilder } from "../../src/query/query-builder.ts";
import { allRows } from "../../src/query/verbs.ts";
import { postgresSettings } from "../target.ts";
import type { DatabaseKind, Target } from "../target.ts";

class User extends Model("bench_users", {
  id: int().primaryKey(),
  name: text({ maxLength: 100 }),
  email: text({ maxLength: 255 }),
  age: int(),
  score: float(),
}) {}
class Member extends Model("bench_members", {
  id: int().primaryKey(),
  name: text(),
  email: text(),
  age: int(),
  isActive: bool(),
  createdAt: timestamp(),
}) {}
class Author extends Model("bench_authors", { id: int().primaryKey(), name: text(), posts: () => hasMany(Post, "authorId") }) {}
class Tag extends Model("bench_tags", { id: int().primaryKey(), name: text() }) {}
class Post extends Model("bench_posts", {
  id: int().primaryKey(),
  authorId: int(),
  title: text(),
  views: int(),
  author: () => belongsTo(Author, "authorId"),
  tags: () => manyToMany(Tag, { through: PostTag }),
}) {}
class PostTag extends Model(
  "bench_post_tags",
  { postId: int(), tagId: int(), post: () => belongsTo(Post, "postId"), tag: () => belongsTo(Tag, "tagId") },
  { primaryKey: ["postId", "tagId"] },
) {}
class Counter extends Model("bench_counters", { key: text().primaryKey(), hits: int() }) {}
class Document extends Model("bench_documents", {
  id: int().primaryKey(),
  data: json<{ kind: string; n: number; words: string[] }>(),
}) {}

type Driver = "node:sqlite" | "better-sqlite3";

const openEngine = (target: Target, driver: Driver): Promise<Engine> =>
  target.kind === "sqlite"
    ? createEngine(`sqlite:${target.path}`, { driver })
    : createEngine(target.url, { maxConnections: target.connections, parameters: postgresSettings });

/** A new session for each call: one that knows the row already would not ask the database. */
const session = async (target: Target, driver: Driver): Promise<Operations> => {
  const engine = await openEngine(target, driver);
  return {
    byId: (id) => engine.session().get(User, id),
    insertOne: async (user) => (await engine.session().insert(User, user)).id,
    readModifyWrite: (id, add) =>
      engine.transaction(async (tx) => {
        const user = await tx.getOrThrow(User, id);
        user.score += add;
        return user.score;
      }),
    models: () => engine.session().query(User).all(),
    insertMany: (users) => engine.session().insertAll(User, users),
    insertLoop: (users) =>
      engine.transaction(async (tx) => {
        for (const user of users) await tx.insert(User, user);
      }),
    eagerSelect: () => engine.session().query(Author).with(selectIn("posts")).all() as unknown as Promise<AuthorWithPosts[]>,
    eagerJoin: () => engine.session().query(Author).with(joined("posts")).all() as unknown as Promise<AuthorWithPosts[]>,
    updateOne: async (id, score) => {
      const own = engine.session();
      const user = await own.getOrThrow(User, id);
      await own.update(user, { score });
    },
    upsert: (counters) => engine.session().upsertAll(Counter, counters, { conflictTarget: "key" }),
    close: () => engine.close(),
  };
};

const untracked = async (target: Target, driver: Driver): Promise<Operations> => {
  const engine = await openEngine(target, driver);
  const authors = engine.query(Author);
  const posts = engine.query(Post);
  const tuples = () => engine.query(User).valuesList("id", "name", "email", "age", "score");
  // Numbers and texts are the same in a tuple as in the undecoded row that a plan's reader takes.
  const convert = (rows: readonly (readonly unknown[])[]) => planOf(engine.query(User)).reader.all(rows) as readonly PlainUser[];
  let fetched: readonly (readonly unknown[])[] | null = null;
  const fetch = async (): Promise<readonly PlainUser[]> => convert((fetched = await tuples()));
  return {
    byId: (id) => engine.query(User).filter({ id }).first(),
    readModifyWrite: (id, add) =>
      engine.transaction(async (tx) => {
        const [score] = await tx.query(User).filter({ id }).column("score");
        await tx
          .query(User)
          .filter({ id })
          .update({ score: score! + add });
      }),
    models: () => engine.query(User).all(),
    members: () => engine.query(Member).all(),
    tuples,
    lazy: () => engine.query(User).lazy(),
    column: () => engine.query(User).column("email"),
    eagerSelect: () => authors.with(selectIn("posts")).all() as unknown as Promise<AuthorWithPosts[]>,
    eagerJoin: () => authors.with(joined("posts")).all() as unknown as Promise<AuthorWithPosts[]>,
    feed: (tag) =>
      posts
        .filter({ tags__name: tag, authorId__lt: 90 })
        .with("author", "tags")
        .orderBy("-views", "id")
        .limit(20)
        .all() as unknown as Promise<FeedPost[]>,
    totals: (least) =>
      engine
        .query(User)
        .groupBy("age")
        .annotate({ people: count(), total: sum("score"), mean: avg("score") })
        .having({ people__gt: least })
        .orderBy("age")
        .all() as unknown as ReturnType<NonNullable<Operations["totals"]>>,
    updateOne: (id, score) => engine.query(User).filter({ id }).update({ score }),
    deleteOne: (id) => engine.query(User).filter({ id }).delete(),
    documents: (kind) => engine.query(Document).filter({ data__kind: kind }).all(),
    stream: async (each) => {
      for await (const user of engine.query(User).stream()) each(user);
    },
    keptQuery: (id) => engine.query(User).filter({ id }),
    convert: () => (fetched === null ? fetch() : convert(fetched)),
    build: (id) => planOf(engine.query(User).filter({ id })),
    buildLonger: (least) => planOf(engine.query(User).filter({ age__gt: least }).orderBy("-score").limit(10)),
    close: () => engine.close(),
  };
};

/** The plan is taken where every verb takes it. What `engine.query` returns is a QueryBuilder behind its public face. */
const planOf = (query: unknown): Plan => (query as QueryBuilder).plan(allRows);

const columns = "id, name, email, age, score";

const rawText = async (target: Target, driver: Driver): Promise<Operations> => {
  const engine = await openEngine(target, driver);
  return {
    byId: async (id) =>
      (await engine.execute(sql<PlainUser>`SELECT id, name, email, age, score FROM bench_users WHERE id = ${id}`)).first(),
    insertOne: async ({ name, email, age, score }) =>
      (
        await engine.execute(
          sql<{ id: number }>`INSERT INTO bench_users (name, email, age, score) VALUES (${name}, ${email}, ${age}, ${score}) RETURNING id`,
        )
      ).one().id,
    models: async () => (await engine.execute<PlainUser>(`SELECT ${columns} FROM bench_users`)).all(),
    tuples: async () => (await engine.execute(`SELECT ${columns} FROM bench_users`)).tuples(),
    updateOne: (id, score) => engine.execute(sql`UPDATE bench_users SET score = ${score} WHERE id = ${id}`),
    close: () => engine.close(),
  };
};

const ways = { session, engine: untracked, raw: rawText } as const;

const contender = (way: keyof typeof ways, driver: Driver, suffix: string): Contender => ({
  id: `petrel-${suffix === "" ? "" : "better-"}${way}`,
  name: `Petrel ${way}${suffix}`,
  group: "petrel",
  open: (target) => ways[way](target, driver),
});

export const packages: readonly string[] = [];
export const contenders = (kind: DatabaseKind): readonly Contender[] => [
  ...(kind === "postgres" ? [bareDriver] : []),
  contender("engine", "node:sqlite", ""),
  contender("session", "node:sqlite", ""),
  contender("raw", "node:sqlite", ""),
  ...(kind === "sqlite"
    ? [contender("engine", "better-sqlite3", " (better-sqlite3)"), contender("session", "better-sqlite3", " (better-sqlite3)")]
    : []),
];
