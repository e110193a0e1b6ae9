import { test } from "node:test";
import { Q, skip } from "../../src/entry/index.ts";
import { Category, Comment, Post, User } from "../support/models.ts";
import { expectQuery } from "../support/query-texts.ts";

test("lookups of one call must all match", () => {
  expectQuery(User, (users) => users.filter({ age__gte: 18, age__lt: 65, name__icontains: "ali", role__in: ["admin", "member"] }), {
    sqlite: String.raw`SELECT * FROM "users" WHERE "age" >= ? AND "age" < ? AND "name" LIKE ? ESCAPE '\' AND "role" IN (SELECT "value" FROM json_each(?))`,
    postgres: `SELECT * FROM "users" WHERE "age" >= $1 AND "age" < $2 AND "name" ILIKE $3 AND "role" = ANY($4)`,
    params: [18, 65, "%ali%", `["admin","member"]`],
  });
});

test("repeated calls add conditions", () => {
  expectQuery(User, (users) => users.filter({ age__gte: 18 }).filter({ vip: true }), {
    sqlite: `SELECT * FROM "users" WHERE "age" >= ? AND "vip" = ?`,
    postgres: `SELECT * FROM "users" WHERE "age" >= $1 AND "vip" = $2`,
    params: [18, 1],
  });
});

test("a to-one relation is joined", () => {
  expectQuery(Post, (posts) => posts.filter({ author__name: "Ann" }), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."name" = ? AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."name" = $1 AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    params: ["Ann"],
  });
});

test("a to-one relation that may have no partner is joined from outside, so that NULL can be asked for", () => {
  expectQuery(Post, (posts) => posts.filter({ reviewer__name__isNull: true }), {
    sqlite: `SELECT * FROM "posts" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "reviewer"."name" IS NULL AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "reviewer"."name" IS NULL AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
  });
});

test("two to-one relations are joined one behind the other; a deleted post counts as no post", () => {
  expectQuery(Comment, (comments) => comments.filter({ post__author__name: "Ann" }), {
    sqlite: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL LEFT JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id" WHERE "post_author"."name" = ?`,
    postgres: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL LEFT JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id" WHERE "post_author"."name" = $1`,
    params: ["Ann"],
  });
});

test("a relation named twice is joined once", () => {
  expectQuery(Post, (posts) => posts.filter({ author__name: "Ann" }).filter({ author__age__gt: 18 }).orderBy("author.email"), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."name" = ? AND "author"."age" > ? AND "posts"."deleted_at" IS NULL ORDER BY "author"."email"`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."name" = $1 AND "author"."age" > $2 AND "posts"."deleted_at" IS NULL ORDER BY "author"."email"`,
    params: ["Ann", 18],
  });
});

test("a to-many relation asks whether there is such a row", () => {
  expectQuery(User, (users) => users.filter({ posts__title: "Hello" }), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = ?)`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = $1)`,
    params: ["Hello"],
  });
});

test("a to-many relation behind another", () => {
  expectQuery(User, (users) => users.filter({ posts__comments__body: "First" }), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND EXISTS (SELECT 1 FROM "comments" WHERE "comments"."post_id" = "posts"."id" AND "comments"."body" = ?))`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND EXISTS (SELECT 1 FROM "comments" WHERE "comments"."post_id" = "posts"."id" AND "comments"."body" = $1))`,
    params: ["First"],
  });
});

test("a to-many relation behind a to-one", () => {
  expectQuery(Comment, (comments) => comments.filter({ post__tags__name: "sql" }), {
    sqlite: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL WHERE EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "post"."id" AND "tags"."name" = ?)`,
    postgres: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL WHERE EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "post"."id" AND "tags"."name" = $1)`,
    params: ["sql"],
  });
});

test("a to-one relation behind a to-many", () => {
  expectQuery(User, (users) => users.filter({ posts__reviewer__name: "Bob" }), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "reviewer"."name" = ?)`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "reviewer"."name" = $1)`,
    params: ["Bob"],
  });
});

test("a relation through a join table", () => {
  expectQuery(Post, (posts) => posts.filter({ tags__name: "typescript" }), {
    sqlite: `SELECT * FROM "posts" WHERE EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "posts"."id" AND "tags"."name" = ?) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "posts"."id" AND "tags"."name" = $1) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    params: ["typescript"],
  });
});

test("lookups through one to-many relation in one call ask for one row that matches them all", () => {
  expectQuery(User, (users) => users.filter({ posts__published: true, posts__views__gt: 5 }), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."published" = ? AND "posts"."views" > ?)`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."published" = $1 AND "posts"."views" > $2)`,
    params: [1, 5],
  });
});

test("lookups through one to-many relation in separate calls may be met by different rows", () => {
  expectQuery(User, (users) => users.filter({ posts__published: true }).filter({ posts__views__gt: 5 }), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."published" = ?) AND EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."views" > ?)`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."published" = $1) AND EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."views" > $2)`,
    params: [1, 5],
  });
});

test("what is merged is merged at every depth, and values keep the order of their placeholders", () => {
  expectQuery(User, (users) => users.filter({ posts__comments__body: "x", name: "z", posts__tags__name: "y", posts__views: 1 }), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND EXISTS (SELECT 1 FROM "comments" WHERE "comments"."post_id" = "posts"."id" AND "comments"."body" = ?) AND EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "posts"."id" AND "tags"."name" = ?) AND "posts"."views" = ?) AND "users"."name" = ?`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND EXISTS (SELECT 1 FROM "comments" WHERE "comments"."post_id" = "posts"."id" AND "comments"."body" = $1) AND EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "posts"."id" AND "tags"."name" = $2) AND "posts"."views" = $3) AND "users"."name" = $4`,
    params: ["x", "y", 1, "z"],
  });
});

test("a tree is joined with itself", () => {
  expectQuery(Category, (categories) => categories.filter({ parent__parent__name: "root", children__name: "leaf" }), {
    sqlite: `SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" LEFT JOIN "categories" AS "parent" ON "parent"."id" = "categories"."parent_id" LEFT JOIN "categories" AS "parent_parent" ON "parent_parent"."id" = "parent"."parent_id" WHERE "parent_parent"."name" = ? AND EXISTS (SELECT 1 FROM "categories" AS "categories_2" WHERE "categories_2"."parent_id" = "categories"."id" AND "categories_2"."name" = ?)`,
    postgres: `SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" LEFT JOIN "categories" AS "parent" ON "parent"."id" = "categories"."parent_id" LEFT JOIN "categories" AS "parent_parent" ON "parent_parent"."id" = "parent"."parent_id" WHERE "parent_parent"."name" = $1 AND EXISTS (SELECT 1 FROM "categories" AS "categories_2" WHERE "categories_2"."parent_id" = "categories"."id" AND "categories_2"."name" = $2)`,
    params: ["root", "leaf"],
  });
});

test("a document behind a relation", () => {
  expectQuery(Post, (posts) => posts.filter({ author__preferences__settings__theme: "dark" }), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE CASE WHEN json_type("author"."preferences", ?) = 'text' THEN "author"."preferences" ->> ? END = ? AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE CASE WHEN jsonb_typeof("author"."preferences" #> $1::text[]) = 'string' THEN "author"."preferences" #>> $1::text[] END = $2 AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    params: [`$."settings"."theme"`, `$."settings"."theme"`, "dark"],
  });
});

test("exclude keeps rows for which the answer is unknown", () => {
  expectQuery(User, (users) => users.exclude({ age__gte: 18 }), {
    sqlite: `SELECT * FROM "users" WHERE ("age" >= ?) IS NOT TRUE`,
    postgres: `SELECT * FROM "users" WHERE ("age" >= $1) IS NOT TRUE`,
    params: [18],
  });
});

test("exclude drops rows that match all lookups of the call", () => {
  expectQuery(User, (users) => users.exclude({ age__gte: 18, vip: true }), {
    sqlite: `SELECT * FROM "users" WHERE ("age" >= ? AND "vip" = ?) IS NOT TRUE`,
    postgres: `SELECT * FROM "users" WHERE ("age" >= $1 AND "vip" = $2) IS NOT TRUE`,
    params: [18, 1],
  });
});

test("exclude through a to-many relation drops rows that have one such row", () => {
  expectQuery(User, (users) => users.exclude({ posts__title: "Hello" }), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = ?) IS NOT TRUE`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = $1) IS NOT TRUE`,
    params: ["Hello"],
  });
});

test("Q: one or the other", () => {
  expectQuery(User, (users) => users.filter(Q({ age__gt: 65 }).or({ vip: true })), {
    sqlite: `SELECT * FROM "users" WHERE "age" > ? OR "vip" = ?`,
    postgres: `SELECT * FROM "users" WHERE "age" > $1 OR "vip" = $2`,
    params: [65, 1],
  });
});

test("Q beside other conditions is set in parentheses", () => {
  expectQuery(User, (users) => users.filter({ role: "admin" }).filter(Q({ age__gt: 65 }).or({ vip: true })), {
    sqlite: `SELECT * FROM "users" WHERE "role" = ? AND ("age" > ? OR "vip" = ?)`,
    postgres: `SELECT * FROM "users" WHERE "role" = $1 AND ("age" > $2 OR "vip" = $3)`,
    params: ["admin", 65, 1],
  });
});

test("Q: both of two choices", () => {
  expectQuery(
    User,
    (users) =>
      users.filter(
        Q({ age: 1 })
          .or({ age: 2 })
          .and(Q({ vip: true }).or({ role: "guest" })),
      ),
    {
      sqlite: `SELECT * FROM "users" WHERE ("age" = ? OR "age" = ?) AND ("vip" = ? OR "role" = ?)`,
      postgres: `SELECT * FROM "users" WHERE ("age" = $1 OR "age" = $2) AND ("vip" = $3 OR "role" = $4)`,
      params: [1, 2, 1, "guest"],
    },
  );
});

test('Q.not() means "does not match"', () => {
  expectQuery(User, (users) => users.filter(Q({ age__gte: 18, age__lt: 65 }).or(Q({ role: "guest" }).not())), {
    sqlite: `SELECT * FROM "users" WHERE "age" >= ? AND "age" < ? OR ("role" = ?) IS NOT TRUE`,
    postgres: `SELECT * FROM "users" WHERE "age" >= $1 AND "age" < $2 OR ("role" = $3) IS NOT TRUE`,
    params: [18, 65, "guest"],
  });
});

test("exclude takes a Q", () => {
  expectQuery(User, (users) => users.exclude(Q({ age: 1 }).or({ vip: true })), {
    sqlite: `SELECT * FROM "users" WHERE ("age" = ? OR "vip" = ?) IS NOT TRUE`,
    postgres: `SELECT * FROM "users" WHERE ("age" = $1 OR "vip" = $2) IS NOT TRUE`,
    params: [1, 1],
  });
});

test("the sides of a Q look at a to-many relation each by themselves", () => {
  expectQuery(User, (users) => users.filter(Q({ posts__title: "a" }).or({ posts__title: "b" })), {
    sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = ?) OR EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = ?)`,
    postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = $1) OR EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."title" = $2)`,
    params: ["a", "b"],
  });
});

test("nothing to ask is no condition", () => {
  expectQuery(
    User,
    (users) =>
      users
        .filter({} as never)
        .exclude({} as never)
        .filter(Q({}))
        .filter(Q({}).or({})),
    {
      sqlite: `SELECT * FROM "users"`,
      postgres: `SELECT * FROM "users"`,
    },
  );
});

test("skip leaves a lookup out", () => {
  expectQuery(
    User,
    (users) =>
      users
        .filter({ age__gte: skip, vip: true })
        .exclude({ name: skip })
        .filter(Q({ name: skip }).or({ role: "guest" })),
    {
      sqlite: `SELECT * FROM "users" WHERE "vip" = ? AND "role" = ?`,
      postgres: `SELECT * FROM "users" WHERE "vip" = $1 AND "role" = $2`,
      params: [1, "guest"],
    },
  );
});
