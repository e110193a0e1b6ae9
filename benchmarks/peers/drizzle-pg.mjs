/** Drizzle on pg, by statements prepared once. */
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { boolean, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { Pool } from "pg";

const users = pgTable("petrel_bench_users", {
  id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
  name: text("name").notNull(),
  email: text("email").notNull(),
  age: integer("age").notNull(),
  isActive: boolean("is_active").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
});
const names = ["name", "email", "age", "isActive", "createdAt"];

export const open = async (url, connections) => {
  const pool = new Pool({ connectionString: url, options: "-c synchronous_commit=off", max: connections });
  const client = connections === 1 ? await pool.connect() : pool;
  const db = drizzle({ client });
  const byId = db
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder("id")))
    .prepare("drizzle_by_id");
  const all = db.select().from(users).prepare("drizzle_all");
  const insert = db
    .insert(users)
    .values(Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])))
    .returning({ id: users.id })
    .prepare("drizzle_insert");
  return [
    {
      name: connections === 1 ? "Drizzle (prepared, pg)" : "Drizzle (prepared, pg pool)",
      byId: async (id) => (await byId.execute({ id }))[0],
      all: () => all.execute(),
      changeAge: (id, change) =>
        db.transaction(async (inner) => {
          const [user] = await inner.select().from(users).where(eq(users.id, id));
          await inner
            .update(users)
            .set({ age: change(user.age) })
            .where(eq(users.id, id));
        }),
      insert: async (user) => (await insert.execute({ ...user }))[0].id,
      close: async () => {
        if (client !== pool) client.release();
        await pool.end();
      },
    },
  ];
};
