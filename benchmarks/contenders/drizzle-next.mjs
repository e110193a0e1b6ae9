/** Drizzle's release candidate of 1.0 with statements prepared once and its `jit`: readers generated for each statement. */
import { asc, avg, count, defineRelations, eq, gt, sql, sum } from "drizzle-next";
import * as pgCore from "drizzle-next/pg-core";
import * as sqliteCore from "drizzle-next/sqlite-core";

export const packages = ["drizzle-next"];

const schemaOf = (kind) => {
  const isPostgres = kind === "postgres";
  const { integer } = isPostgres ? pgCore : sqliteCore;
  const table = isPostgres ? pgCore.pgTable : sqliteCore.sqliteTable;
  const key = () => (isPostgres ? pgCore.serial("id").primaryKey() : integer("id").primaryKey());
  const text = (name) => (isPostgres ? pgCore.varchar(name, { length: 255 }) : sqliteCore.text(name)).notNull();
  const moment = sqliteCore.customType({ dataType: () => "text", fromDriver: (value) => new Date(`${value.replace(" ", "T")}Z`) });
  return {
    users: table("bench_users", {
      id: key(),
      name: text("name"),
      email: text("email"),
      age: integer("age").notNull(),
      score: (isPostgres ? pgCore.real("score") : sqliteCore.real("score")).notNull(),
    }),
    members: table("bench_members", {
      id: key(),
      name: text("name"),
      email: text("email"),
      age: integer("age").notNull(),
      isActive: (isPostgres ? pgCore.boolean("is_active") : integer("is_active", { mode: "boolean" })).notNull(),
      createdAt: (isPostgres ? pgCore.timestamp("created_at", { withTimezone: true }) : moment("created_at")).notNull(),
    }),
    authors: table("bench_authors", { id: key(), name: text("name") }),
    posts: table("bench_posts", {
      id: key(),
      authorId: integer("author_id").notNull(),
      title: text("title"),
      views: integer("views").notNull(),
    }),
  };
};

const relationsOf = ({ authors, posts }) =>
  defineRelations({ authors, posts }, (of) => ({
    authors: { posts: of.many.posts({ from: of.authors.id, to: of.posts.authorId }) },
    posts: { author: of.one.authors({ from: of.posts.authorId, to: of.authors.id }) },
  }));

const operationsOf = (db, { users, members }, isSqlite, close) => {
  const prepared = (query, name) => (isSqlite ? query.prepare() : query.prepare(`next_${name}`));
  const hold = (name) => sql.placeholder(name);
  const byId = prepared(
    db
      .select()
      .from(users)
      .where(eq(users.id, hold("id"))),
    "by_id",
  );
  const everyone = prepared(db.select().from(users), "all");
  const everyMember = prepared(db.select().from(members), "members");
  const emails = prepared(db.select({ email: users.email }).from(users), "emails");
  const insert = prepared(
    db
      .insert(users)
      .values({ name: hold("name"), email: hold("email"), age: hold("age"), score: hold("score") })
      .returning({ id: users.id }),
    "insert",
  );
  const update = prepared(
    db
      .update(users)
      .set({ score: sql`${hold("score")}` })
      .where(eq(users.id, hold("id"))),
    "update",
  );
  const remove = prepared(db.delete(users).where(eq(users.id, hold("id"))), "delete");
  const graph = prepared(db.query.authors.findMany({ with: { posts: { columns: { authorId: false } } } }), "authors");
  const totals = prepared(
    db
      .select({ age: users.age, people: count(), total: sum(users.score), mean: avg(users.score) })
      .from(users)
      .groupBy(users.age)
      .having(gt(count(), hold("least")))
      .orderBy(asc(users.age)),
    "totals",
  );
  return {
    byId: isSqlite ? (id) => byId.get({ id }) : async (id) => (await byId.execute({ id }))[0],
    insertOne: isSqlite ? (user) => insert.get({ ...user }).id : async (user) => (await insert.execute({ ...user }))[0].id,
    models: isSqlite ? () => everyone.all() : () => everyone.execute(),
    members: isSqlite ? () => everyMember.all() : () => everyMember.execute(),
    column: isSqlite ? () => emails.all().map(({ email }) => email) : async () => (await emails.execute()).map(({ email }) => email),
    eagerJoin: async () => await graph.execute(),
    totals: isSqlite ? (least) => totals.all({ least }) : (least) => totals.execute({ least }),
    updateOne: isSqlite ? (id, score) => update.run({ id, score }) : (id, score) => update.execute({ id, score }),
    deleteOne: isSqlite ? (id) => remove.run({ id }) : (id) => remove.execute({ id }),
    close,
  };
};

const onPg = async (target) => {
  const [{ drizzle }, { default: pg }, { poolOptions }] = await Promise.all([
    import("drizzle-next/node-postgres"),
    import("pg"),
    import("./pg.mjs"),
  ]);
  const pool = new pg.Pool(poolOptions(target));
  const client = target.connections === 1 ? await pool.connect() : pool;
  const schema = schemaOf("postgres");
  return operationsOf(drizzle({ client, relations: relationsOf(schema), jit: true }), schema, false, async () => {
    if (client !== pool) client.release();
    await pool.end();
  });
};

const onSqlite = async ({ path, pragmas }) => {
  const [{ drizzle }, { default: Database }] = await Promise.all([import("drizzle-next/better-sqlite3"), import("better-sqlite3")]);
  const client = new Database(path);
  for (const pragma of pragmas) client.exec(pragma);
  const schema = schemaOf("sqlite");
  return operationsOf(drizzle({ client, relations: relationsOf(schema), jit: true }), schema, true, () => client.close());
};

const group = "query builder";
export const contenders = (kind) =>
  kind === "postgres"
    ? [{ id: "drizzle-next-pg", name: "Drizzle 1.0 rc (pg, jit)", group, open: onPg }]
    : [{ id: "drizzle-next-sqlite", name: "Drizzle 1.0 rc (jit)", group, open: onSqlite }];
