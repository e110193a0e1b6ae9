/** Kysely, on pg and on better-sqlite3. It has no prepared statements of its own. */
import { Kysely, PostgresDialect, sql, SqliteDialect } from "kysely";
import { groupJoined, groupPosts } from "./sql.mjs";

export const packages = ["kysely"];

const memberColumns = ["id", "name", "email", "age", "is_active as isActive", "created_at as createdAt"];
const columns = ["id", "name", "email", "age", "score"];

const operationsOf = async (db, kind) => {
  const isSqlite = kind === "sqlite";
  const { jsonArrayFrom, jsonObjectFrom } = await import(isSqlite ? "kysely/helpers/sqlite" : "kysely/helpers/postgres");
  const byId = (id) => db.selectFrom("bench_users").select(columns).where("id", "=", id);
  const longer = (least) => db.selectFrom("bench_users").select(columns).where("age", ">", least).orderBy("score", "desc").limit(10);
  const update = (id, score, on = db) => on.updateTable("bench_users").set({ score }).where("id", "=", id).execute();
  const parsed = (value) => (typeof value === "string" ? JSON.parse(value) : value);
  const insertMany = (list) =>
    db.transaction().execute(async (tx) => {
      for (let start = 0; start < list.length; start += 5000) {
        await tx
          .insertInto("bench_users")
          .values(list.slice(start, start + 5000))
          .returning("id")
          .execute();
      }
    });
  return {
    byId: (id) => byId(id).executeTakeFirst(),
    insertOne: async (user) => (await db.insertInto("bench_users").values(user).returning("id").executeTakeFirstOrThrow()).id,
    readModifyWrite: (id, add) =>
      db.transaction().execute(async (tx) => {
        const { score } = await tx.selectFrom("bench_users").select("score").where("id", "=", id).executeTakeFirstOrThrow();
        await update(id, score + add, tx);
      }),
    models: () => db.selectFrom("bench_users").select(columns).execute(),
    members: async () => {
      const found = await db.selectFrom("bench_members").select(memberColumns).execute();
      if (!isSqlite) return found;
      return found.map(({ isActive, createdAt, ...member }) => ({
        ...member,
        isActive: isActive === 1,
        createdAt: new Date(`${createdAt.replace(" ", "T")}Z`),
      }));
    },
    column: async () => (await db.selectFrom("bench_users").select("email").execute()).map(({ email }) => email),
    insertMany,
    insertLoop: (list) =>
      db.transaction().execute(async (tx) => {
        for (const user of list) await tx.insertInto("bench_users").values(user).execute();
      }),
    eagerSelect: async () => {
      const authors = await db.selectFrom("bench_authors").select(["id", "name"]).execute();
      const ids = authors.map(({ id }) => id);
      return groupPosts(
        authors,
        await db.selectFrom("bench_posts").select(["id", "author_id", "title", "views"]).where("author_id", "in", ids).execute(),
      );
    },
    eagerJoin: async () =>
      groupJoined(
        await db
          .selectFrom("bench_authors as a")
          .leftJoin("bench_posts as p", "p.author_id", "a.id")
          .select(["a.id as author_id", "a.name", "p.id", "p.title", "p.views"])
          .orderBy("a.id")
          .execute(),
      ),
    feed: async (tag) => {
      const found = await db
        .selectFrom("bench_posts as p")
        .select((eb) => [
          "p.id",
          "p.title",
          "p.views",
          jsonObjectFrom(eb.selectFrom("bench_authors as a").select("a.name").whereRef("a.id", "=", "p.author_id")).as("author"),
          jsonArrayFrom(
            eb
              .selectFrom("bench_post_tags as pt")
              .innerJoin("bench_tags as t", "t.id", "pt.tag_id")
              .select("t.name")
              .whereRef("pt.post_id", "=", "p.id"),
          ).as("tags"),
        ])
        .where("p.author_id", "<", 90)
        .where((eb) =>
          eb(
            "p.id",
            "in",
            eb
              .selectFrom("bench_post_tags as pt")
              .innerJoin("bench_tags as t", "t.id", "pt.tag_id")
              .select("pt.post_id")
              .where("t.name", "=", tag),
          ),
        )
        .orderBy("p.views", "desc")
        .orderBy("p.id")
        .limit(20)
        .execute();
      return isSqlite ? found.map((post) => ({ ...post, author: parsed(post.author), tags: parsed(post.tags) })) : found;
    },
    totals: (least) =>
      db
        .selectFrom("bench_users")
        .select((eb) => ["age", eb.fn.countAll().as("people"), eb.fn.sum("score").as("total"), eb.fn.avg("score").as("mean")])
        .groupBy("age")
        .having((eb) => eb.fn.countAll(), ">", least)
        .orderBy("age")
        .execute(),
    updateOne: (id, score) => update(id, score),
    deleteOne: (id) => db.deleteFrom("bench_users").where("id", "=", id).execute(),
    upsert: (counters) =>
      db
        .insertInto("bench_counters")
        .values(counters)
        .onConflict((conflict) => conflict.column("key").doUpdateSet((eb) => ({ hits: eb.ref("excluded.hits") })))
        .execute(),
    documents: async (kindOf) => {
      const found = await db
        .selectFrom("bench_documents")
        .select(["id", "data"])
        .where(sql`data->>'kind'`, "=", kindOf)
        .execute();
      return isSqlite ? found.map(({ id, data }) => ({ id, data: JSON.parse(data) })) : found;
    },
    stream: async (each) => {
      for await (const user of db.selectFrom("bench_users").select(columns).stream(1000)) each(user);
    },
    keptQuery: byId,
    build: (id) => byId(id).compile(),
    buildLonger: (least) => longer(least).compile(),
    close: () => db.destroy(),
  };
};

const onPostgres = async (target) => {
  const [{ default: pg }, { poolOptions }] = await Promise.all([import("pg"), import("./pg.mjs")]);
  const dialect = new PostgresDialect({ pool: new pg.Pool(poolOptions(target)) });
  const { stream, ...operations } = await operationsOf(new Kysely({ dialect }), "postgres");
  // Its streams on PostgreSQL need pg-cursor, which is another package.
  void stream;
  return operations;
};

const onSqlite = async ({ path, pragmas }) => {
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(path);
  for (const pragma of pragmas) database.exec(pragma);
  return operationsOf(new Kysely({ dialect: new SqliteDialect({ database }) }), "sqlite");
};

export const contenders = (kind) => [
  { id: "kysely", name: "Kysely", group: "query builder", open: kind === "postgres" ? onPostgres : onSqlite },
];
