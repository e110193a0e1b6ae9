/** Kysely on better-sqlite3. It has no prepared statements of its own; what it reads is what the library gives. */
import BetterSqlite3 from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";

export const open = (path, pragmas) => {
  const database = new BetterSqlite3(path);
  for (const pragma of pragmas) database.exec(pragma);
  const db = new Kysely({ dialect: new SqliteDialect({ database }) });
  const users = () => db.selectFrom("users").select(["id", "name", "email", "age", "is_active", "created_at"]);
  return {
    name: "Kysely (better-sqlite3)",
    all: () => users().execute(),
    byId: (id) => users().where("id", "=", id).executeTakeFirst(),
    build: (id) => users().where("id", "=", id).compile(),
    insertAll: (rows) =>
      db.transaction().execute(async (tx) => {
        for (const { isActive, createdAt, ...user } of rows) {
          await tx
            .insertInto("users")
            .values({ ...user, is_active: Number(isActive), created_at: createdAt })
            .execute();
        }
      }),
    close: () => db.destroy(),
  };
};
