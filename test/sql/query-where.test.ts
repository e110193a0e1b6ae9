import { test } from "node:test";
import { sql } from "../../src/entry/index.ts";
import { Post, User } from "../support/models.ts";
import { expectQuery } from "../support/query-texts.ts";

test("conditions are joined with and, or, not, with the parentheses they need", () => {
  expectQuery(User, (users) => users.where((user) => user.age.gte(18).and(user.vip.eq(true)).or(user.name.eq("x").not())), {
    sqlite: `SELECT * FROM "users" WHERE "age" >= ? AND "vip" = ? OR NOT ("name" = ?)`,
    postgres: `SELECT * FROM "users" WHERE "age" >= $1 AND "vip" = $2 OR NOT ("name" = $3)`,
    params: [18, 1, "x"],
  });
});

test("a condition of its own is set in parentheses where it must be", () => {
  expectQuery(User, (users) => users.where((user) => user.age.gte(18).or(user.vip.eq(true))).where((user) => user.role.eq("admin")), {
    sqlite: `SELECT * FROM "users" WHERE ("age" >= ? OR "vip" = ?) AND "role" = ?`,
    postgres: `SELECT * FROM "users" WHERE ("age" >= $1 OR "vip" = $2) AND "role" = $3`,
    params: [18, 1, "admin"],
  });
});

test("comparing with null asks for NULL", () => {
  expectQuery(
    User,
    (users) => users.where((user) => user.age.ne(null as never).or(user.age.eq(null as never), user.age.isNull(), user.age.isNotNull())),
    {
      sqlite: `SELECT * FROM "users" WHERE "age" IS NOT NULL OR "age" IS NULL OR "age" IS NULL OR "age" IS NOT NULL`,
      postgres: `SELECT * FROM "users" WHERE "age" IS NOT NULL OR "age" IS NULL OR "age" IS NULL OR "age" IS NOT NULL`,
    },
  );
});

test("lists", () => {
  expectQuery(User, (users) => users.where((user) => user.age.in([1, 2]).and(user.role.notIn(["guest"]))), {
    sqlite: `SELECT * FROM "users" WHERE "age" IN (SELECT "value" FROM json_each(?)) AND "role" NOT IN (SELECT "value" FROM json_each(?))`,
    postgres: `SELECT * FROM "users" WHERE "age" = ANY($1::int[]) AND "role" <> ALL($2)`,
    params: ["[1,2]", `["guest"]`],
  });
});

test("columns are compared with columns", () => {
  expectQuery(Post, (posts) => posts.where((post) => post.views.gt(post.reviewerId)), {
    sqlite: `SELECT * FROM "posts" WHERE "views" > "reviewer_id" AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "views" > "reviewer_id" AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
  });
});

test("columns behind to-one relations", () => {
  expectQuery(Post, (posts) => posts.where((post) => post.author.name.eq("Ann").and(post.reviewer.age.gt(18))), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "author"."name" = ? AND "reviewer"."age" > ? AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "author"."name" = $1 AND "reviewer"."age" > $2 AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    params: ["Ann", 18],
  });
});

test("arithmetic keeps the order in which it was written", () => {
  expectQuery(Post, (posts) => posts.where((post) => post.views.plus(1).times(2).gt(post.id.minus(3).dividedBy(4))), {
    sqlite: `SELECT * FROM "posts" WHERE ("views" + ?) * ? > ("id" - ?) / ? AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE ("views" + $1::int) * $2::int > ("id" - $3::int) / $4::int AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    params: [1, 2, 3, 4],
  });
});

test("functions of text", () => {
  expectQuery(
    Post,
    (posts) =>
      posts.where((post) =>
        post.title.length().between(1, 5).and(post.title.upper().startsWith("A"), post.title.lower().ne("x"), post.title.matches(/x/i)),
      ),
    {
      sqlite: `SELECT * FROM "posts" WHERE length("title") BETWEEN ? AND ? AND petrel_upper("title") GLOB ? AND petrel_lower("title") <> ? AND regexp_i(?, "title") AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
      postgres: `SELECT * FROM "posts" WHERE length("title") BETWEEN $1 AND $2 AND upper("title") LIKE $3 AND lower("title") <> $4 AND "title" ~* $5 AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
      params: [1, 5, "A*", "x", "x"],
    },
  );
});

test("matching of text", () => {
  expectQuery(
    User,
    (users) =>
      users.where((user) =>
        user.name
          .like("a%")
          .or(
            user.name.ilike("a%"),
            user.name.contains("a"),
            user.name.icontains("a"),
            user.name.istartsWith("a"),
            user.name.endsWith("a"),
            user.name.iendsWith("a"),
          ),
      ),
    {
      sqlite: String.raw`SELECT * FROM "users" WHERE "name" GLOB ? OR "name" LIKE ? ESCAPE '\' OR instr("name", ?) > 0 OR "name" LIKE ? ESCAPE '\' OR "name" LIKE ? ESCAPE '\' OR "name" GLOB ? OR "name" LIKE ? ESCAPE '\'`,
      postgres: `SELECT * FROM "users" WHERE "name" LIKE $1 OR "name" ILIKE $2 OR "name" LIKE $3 OR "name" ILIKE $4 OR "name" ILIKE $5 OR "name" LIKE $6 OR "name" ILIKE $7`,
      params: ["a*", "a%", "a", "%a%", "a%", "*a", "%a"],
    },
  );
});

test("parts of dates", () => {
  expectQuery(
    User,
    (users) => users.where((user) => user.createdAt.year().eq(2026).and(user.createdAt.month().lte(6), user.createdAt.day().gt(1))),
    {
      sqlite: `SELECT * FROM "users" WHERE CAST(strftime('%Y', "created_at") AS INTEGER) = ? AND CAST(strftime('%m', "created_at") AS INTEGER) <= ? AND CAST(strftime('%d', "created_at") AS INTEGER) > ?`,
      postgres: `SELECT * FROM "users" WHERE extract(year FROM "created_at" AT TIME ZONE 'UTC')::int = $1 AND extract(month FROM "created_at" AT TIME ZONE 'UTC')::int <= $2 AND extract(day FROM "created_at" AT TIME ZONE 'UTC')::int > $3`,
      params: [2026, 6, 1],
    },
  );
});

test("a value in a document is read as the type that it is compared with", () => {
  expectQuery(User, (users) => users.where((user) => user.preferences.at("settings").at("theme").eq("dark")), {
    sqlite: `SELECT * FROM "users" WHERE CASE WHEN json_type("preferences", ?) = 'text' THEN "preferences" ->> ? END = ?`,
    postgres: `SELECT * FROM "users" WHERE CASE WHEN jsonb_typeof("preferences" #> $1::text[]) = 'string' THEN "preferences" #>> $1::text[] END = $2`,
    params: [`$."settings"."theme"`, `$."settings"."theme"`, "dark"],
  });
});

test("some row, some row that matches", () => {
  expectQuery(
    User,
    (users) => users.where((user) => user.posts.some().and(user.posts.some((post) => post.views.gt(5).and(post.author.name.eq("x"))))),
    {
      sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AND EXISTS (SELECT 1 FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."views" > ? AND "author"."name" = ?)`,
      postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AND EXISTS (SELECT 1 FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."views" > $1 AND "author"."name" = $2)`,
      params: [5, "x"],
    },
  );
});

test("no row, every row", () => {
  expectQuery(
    User,
    (users) =>
      users.where((user) =>
        user.posts.none().or(
          user.posts.none((post) => post.views.gt(5)),
          user.posts.every((post) => post.published.eq(true)),
        ),
      ),
    {
      sqlite: `SELECT * FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) OR NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."views" > ?) OR NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND ("posts"."published" = ?) IS NOT TRUE)`,
      postgres: `SELECT * FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) OR NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."views" > $1) OR NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND ("posts"."published" = $2) IS NOT TRUE)`,
      params: [5, 1],
    },
  );
});

test("how many rows", () => {
  expectQuery(User, (users) => users.where((user) => user.posts.count().gt(1)), {
    sqlite: `SELECT * FROM "users" WHERE (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) > ?`,
    postgres: `SELECT * FROM "users" WHERE (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) > $1`,
    params: [1],
  });
});

test("subqueries inside subqueries name their tables apart", () => {
  expectQuery(
    User,
    (users) => users.where((user) => user.posts.some((post) => post.author.posts.some((other) => other.views.gt(post.views)))),
    {
      sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND EXISTS (SELECT 1 FROM "posts" AS "posts_2" WHERE "posts_2"."author_id" = "author"."id" AND "posts_2"."deleted_at" IS NULL AND "posts_2"."views" > "posts"."views"))`,
      postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND EXISTS (SELECT 1 FROM "posts" AS "posts_2" WHERE "posts_2"."author_id" = "author"."id" AND "posts_2"."deleted_at" IS NULL AND "posts_2"."views" > "posts"."views"))`,
    },
  );
});

test("a piece of sql, its values bound, in parentheses", () => {
  expectQuery(Post, (posts) => posts.where((post) => sql`${post.author.name} = ${"x"} OR 1 = ${1}`), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE ("author"."name" = ? OR 1 = ?) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE ("author"."name" = $1 OR 1 = $2) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    params: ["x", 1],
  });
});

test("columns of the model outside of a callback", () => {
  expectQuery(Post, (posts) => posts.where(Post.columns.views.gt(5)).where(sql`${Post.columns.views} % ${2} = 0`), {
    sqlite: `SELECT * FROM "posts" WHERE "views" > ? AND ("views" % ? = 0) AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "views" > $1 AND ("views" % $2 = 0) AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    params: [5, 2],
  });
});
