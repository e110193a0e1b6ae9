/** Drizzle on better-sqlite3, by its fastest documented way: statements prepared once. It leaves timestamps as text, so it does less than we do. */
import BetterSqlite3 from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const open = (path, pragmas) => {
  const client = new BetterSqlite3(path);
  for (const pragma of pragmas) client.exec(pragma);
  const users = sqliteTable("users", {
    id: integer("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull(),
    age: integer("age").notNull(),
    isActive: integer("is_active", { mode: "boolean" }).notNull(),
    createdAt: text("created_at").notNull(),
  });
  const db = drizzle({ client });
  const all = db.select().from(users).prepare();
  const byId = db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare();
  const insert = db
    .insert(users)
    .values({
      name: sql.placeholder("name"),
      email: sql.placeholder("email"),
      age: sql.placeholder("age"),
      isActive: sql.placeholder("isActive"),
      createdAt: sql.placeholder("createdAt"),
    })
    .prepare();
  const values = ({ createdAt, ...user }) => ({ ...user, createdAt });
  return {
    name: "Drizzle (prepared, better-sqlite3)",
    all: () => all.all(),
    byId: (id) => byId.get({ id }),
    build: (id) => db.select().from(users).where(eq(users.id, id)).toSQL(),
    insertAll: (rows) =>
      db.transaction(() => {
        for (const row of rows) insert.run(values(row));
      }),
    close: () => client.close(),
  };
};
