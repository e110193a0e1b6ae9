/** Drizzle on pg, postgres.js and better-sqlite3: as it is written every day, and by statements prepared once. */
import { and, asc, avg, count, desc, eq, getTableColumns, gt, lt, relations, sql, sum } from "drizzle-orm";
import * as pgCore from "drizzle-orm/pg-core";
import * as sqliteCore from "drizzle-orm/sqlite-core";

import { mapResultRow, orderSelectedFields } from "drizzle-orm/utils";

export const packages = ["drizzle-orm"];

const schemaOf = (kind) => {
  const isPostgres = kind === "postgres";
  const { integer, primaryKey } = isPostgres ? pgCore : sqliteCore;
  const table = isPostgres ? pgCore.pgTable : sqliteCore.sqliteTable;
  const key = () => (isPostgres ? pgCore.serial("id").primaryKey() : integer("id").primaryKey());
  const text = (name) => (isPostgres ? pgCore.varchar(name, { length: 255 }) : sqliteCore.text(name)).notNull();
  const real = (name) => (isPostgres ? pgCore.real(name) : sqliteCore.real(name)).notNull();
  const users = table("bench_users", {
    id: key(),
    name: text("name"),
    email: text("email"),
    age: integer("age").notNull(),
    score: real("score"),
  });
  const moment = sqliteCore.customType({ dataType: () => "text", fromDriver: (value) => new Date(`${value.replace(" ", "T")}Z`) });
  const members = table("bench_members", {
    id: key(),
    name: text("name"),
    email: text("email"),
    age: integer("age").notNull(),
    isActive: (isPostgres ? pgCore.boolean("is_active") : integer("is_active", { mode: "boolean" })).notNull(),
    createdAt: (isPostgres ? pgCore.timestamp("created_at", { withTimezone: true }) : moment("created_at")).notNull(),
  });
  const authors = table("bench_authors", { id: key(), name: text("name") });
  const posts = table("bench_posts", {
    id: key(),
    authorId: integer("author_id").notNull(),
    title: text("title"),
    views: integer("views").notNull(),
  });
  const tags = table("bench_tags", { id: key(), name: text("name") });
  const postTags = table("bench_post_tags", { postId: integer("post_id").notNull(), tagId: integer("tag_id").notNull() }, (columns) => [
    primaryKey({ columns: [columns.postId, columns.tagId] }),
  ]);
  const counters = table("bench_counters", {
    key: (isPostgres ? pgCore.varchar("key", { length: 100 }) : sqliteCore.text("key")).primaryKey(),
    hits: integer("hits").notNull(),
  });
  const documents = table("bench_documents", {
    id: key(),
    data: (isPostgres ? pgCore.jsonb("data") : sqliteCore.text("data", { mode: "json" })).notNull(),
  });
  return {
    users,
    members,
    authors,
    posts,
    tags,
    postTags,
    counters,
    documents,
    authorsRelations: relations(authors, ({ many }) => ({ posts: many(posts) })),
    postsRelations: relations(posts, ({ one, many }) => ({
      author: one(authors, { fields: [posts.authorId], references: [authors.id] }),
      links: many(postTags),
    })),
    postTagsRelations: relations(postTags, ({ one }) => ({
      post: one(posts, { fields: [postTags.postId], references: [posts.id] }),
      tag: one(tags, { fields: [postTags.tagId], references: [tags.id] }),
    })),
  };
};

/** At most so many parameters in a statement: PostgreSQL's protocol and SQLite have limits. */
const inChunks = async (list, insert) => {
  for (let start = 0; start < list.length; start += 5000) await insert(list.slice(start, start + 5000));
};

const operationsOf = (db, schema, kind, isPrepared, close) => {
  const { users, members, counters, documents } = schema;
  const isSqlite = kind === "sqlite";
  const prepared = (query, name) => (isSqlite ? query.prepare() : query.prepare(`bench_${name}`));
  const hold = (name) => sql.placeholder(name);
  const select = (id) => db.select().from(users).where(eq(users.id, id));
  const insert = (user) => db.insert(users).values(user).returning({ id: users.id });
  const update = (id, score, on = db) => on.update(users).set({ score }).where(eq(users.id, id));
  const longer = (least) => db.select().from(users).where(gt(users.age, least)).orderBy(desc(users.score)).limit(10);
  const withPosts = () => db.query.authors.findMany({ with: { posts: { columns: { authorId: false } } } });
  const feedOf = (tag) =>
    db.query.posts.findMany({
      columns: { authorId: false },
      with: { author: { columns: { name: true } }, links: { columns: {}, with: { tag: { columns: { name: true } } } } },
      where: (post) =>
        and(
          lt(post.authorId, 90),
          sql`${post.id} IN (SELECT pt.post_id FROM bench_post_tags pt INNER JOIN bench_tags t ON t.id = pt.tag_id WHERE t.name = ${tag})`,
        ),
      orderBy: (post) => [desc(post.views), asc(post.id)],
      limit: 20,
    });
  const ofLinks = (found) => found.map(({ links, ...post }) => ({ ...post, tags: links.map(({ tag }) => tag) }));
  const all = () => db.select().from(users);
  const totals = (least) =>
    db
      .select({ age: users.age, people: count(), total: sum(users.score), mean: avg(users.score) })
      .from(users)
      .groupBy(users.age)
      .having(gt(count(), least))
      .orderBy(asc(users.age));
  const ofKind = (kindOf) =>
    db
      .select()
      .from(documents)
      .where(sql`${documents.data}->>'kind' = ${kindOf}`);
  let fetched = null;
  const fields = orderSelectedFields(getTableColumns(users));
  const convert = () => fetched.map((row) => mapResultRow(fields, row, {}));
  const plain = {
    // On SQLite its calls answer at once: .get(), .all() and .run().
    byId: isSqlite ? (id) => select(id).get() : async (id) => (await select(id))[0],
    insertOne: isSqlite ? (user) => insert(user).get().id : async (user) => (await insert(user))[0].id,
    readModifyWrite: isSqlite
      ? (id, add) =>
          db.transaction(
            (tx) => update(id, tx.select({ score: users.score }).from(users).where(eq(users.id, id)).get().score + add, tx).run(),
            { behavior: "immediate" },
          )
      : (id, add) =>
          db.transaction(async (tx) => {
            const [{ score }] = await tx.select({ score: users.score }).from(users).where(eq(users.id, id));
            await update(id, score + add, tx);
          }),
    models: isSqlite ? () => all().all() : async () => await all(),
    convert: () => {
      if (fetched !== null) return convert();
      return Promise.resolve(isSqlite ? all().all() : all()).then((rows) => {
        fetched = rows.map(({ id, name, email, age, score }) => [id, name, email, age, score]);
        return convert();
      });
    },
    members: isSqlite ? () => db.select().from(members).all() : async () => await db.select().from(members),
    column: async () => (await db.select({ email: users.email }).from(users)).map(({ email }) => email),
    insertMany: isSqlite
      ? (list) =>
          db.transaction((tx) => {
            for (let start = 0; start < list.length; start += 5000)
              tx.insert(users)
                .values(list.slice(start, start + 5000))
                .returning({ id: users.id })
                .all();
          })
      : (list) => db.transaction((tx) => inChunks(list, (some) => tx.insert(users).values(some).returning({ id: users.id }))),
    insertLoop: isSqlite
      ? (list) =>
          db.transaction((tx) => {
            for (const user of list) tx.insert(users).values(user).run();
          })
      : (list) =>
          db.transaction(async (tx) => {
            for (const user of list) await tx.insert(users).values(user);
          }),
    eagerJoin: async () => await withPosts(),
    feed: async (tag) => ofLinks(await feedOf(tag)),
    totals: async (least) => await totals(least),
    updateOne: isSqlite ? (id, score) => update(id, score).run() : async (id, score) => await update(id, score),
    deleteOne: isSqlite
      ? (id) => db.delete(users).where(eq(users.id, id)).run()
      : async (id) => await db.delete(users).where(eq(users.id, id)),
    upsert: async (list) => {
      await db
        .insert(counters)
        .values(list)
        .onConflictDoUpdate({ target: counters.key, set: { hits: sql`excluded.hits` } });
    },
    documents: async (kindOf) => await ofKind(kindOf),
    keptQuery: (id) => select(id),
    build: (id) => select(id).toSQL(),
    buildLonger: (least) => longer(least).toSQL(),
    close,
  };
  if (!isPrepared) return plain;
  const byId = prepared(select(hold("id")), "by_id");
  const everyone = prepared(all(), "all");
  const everyMember = prepared(db.select().from(members), "members");
  const one = prepared(insert({ name: hold("name"), email: hold("email"), age: hold("age"), score: hold("score") }), "insert");
  const updateById = prepared(
    db
      .update(users)
      .set({ score: sql`${hold("score")}` })
      .where(eq(users.id, hold("id"))),
    "update",
  );
  const removeById = prepared(db.delete(users).where(eq(users.id, hold("id"))), "delete");
  const graph = prepared(withPosts(), "authors");
  const feed = prepared(feedOf(hold("tag")), "feed");
  const grouped = prepared(totals(hold("least")), "totals");
  const byKind = prepared(ofKind(hold("kind")), "documents");
  return {
    byId: isSqlite ? (id) => byId.get({ id }) : async (id) => (await byId.execute({ id }))[0],
    insertOne: isSqlite ? (user) => one.get({ ...user }).id : async (user) => (await one.execute({ ...user }))[0].id,
    models: isSqlite ? () => everyone.all() : () => everyone.execute(),
    members: isSqlite ? () => everyMember.all() : () => everyMember.execute(),
    eagerJoin: isSqlite ? async () => await graph.execute() : () => graph.execute(),
    feed: async (tag) => ofLinks(await feed.execute({ tag })),
    totals: isSqlite ? (least) => grouped.all({ least }) : (least) => grouped.execute({ least }),
    updateOne: isSqlite ? (id, score) => updateById.run({ id, score }) : (id, score) => updateById.execute({ id, score }),
    deleteOne: isSqlite ? (id) => removeById.run({ id }) : (id) => removeById.execute({ id }),
    documents: isSqlite ? (kindOf) => byKind.all({ kind: kindOf }) : (kindOf) => byKind.execute({ kind: kindOf }),
    close,
  };
};

const onPg = (isPrepared) => async (target) => {
  const [{ drizzle }, { default: pg }, { poolOptions }] = await Promise.all([
    import("drizzle-orm/node-postgres"),
    import("pg"),
    import("./pg.mjs"),
  ]);
  const pool = new pg.Pool(poolOptions(target));
  const client = target.connections === 1 ? await pool.connect() : pool;
  const schema = schemaOf("postgres");
  return operationsOf(drizzle({ client, schema }), schema, "postgres", isPrepared, async () => {
    if (client !== pool) client.release();
    await pool.end();
  });
};

const onPostgresJs = (isPrepared) => async (target) => {
  const [{ drizzle }, { connect }] = await Promise.all([import("drizzle-orm/postgres-js"), import("./postgres-js.mjs")]);
  const client = connect(target);
  const schema = schemaOf("postgres");
  return operationsOf(drizzle({ client, schema }), schema, "postgres", isPrepared, () => client.end());
};

const onSqlite =
  (isPrepared) =>
  async ({ path, pragmas }) => {
    const [{ drizzle }, { default: Database }] = await Promise.all([import("drizzle-orm/better-sqlite3"), import("better-sqlite3")]);
    const client = new Database(path);
    for (const pragma of pragmas) client.exec(pragma);
    const schema = schemaOf("sqlite");
    return operationsOf(drizzle({ client, schema }), schema, "sqlite", isPrepared, () => client.close());
  };

const group = "query builder";
export const contenders = (kind) =>
  kind === "postgres"
    ? [
        { id: "drizzle-pg", name: "Drizzle (pg)", group, open: onPg(false) },
        { id: "drizzle-pg-prepared", name: "Drizzle (pg, prepared)", group, open: onPg(true) },
        { id: "drizzle-postgres-js", name: "Drizzle (postgres.js)", group, open: onPostgresJs(false) },
        { id: "drizzle-postgres-js-prepared", name: "Drizzle (postgres.js, prepared)", group, open: onPostgresJs(true) },
      ]
    : [
        { id: "drizzle-sqlite", name: "Drizzle (better-sqlite3)", group, open: onSqlite(false) },
        { id: "drizzle-sqlite-prepared", name: "Drizzle (better-sqlite3, prepared)", group, open: onSqlite(true) },
      ];
