import { test } from "node:test";
import { count, F, now, sql, sum } from "../../src/entry/index.ts";
import { Comment, Post, PostTag, Tag, User } from "../support/models.ts";
import { expectSent } from "../support/query-texts.ts";

test("all", async () => {
  await expectSent(User, (users) => users.filter({ id: 1 }).all(), {
    sqlite: `SELECT * FROM "users" WHERE "id" = ?`,
    postgres: `SELECT * FROM "users" WHERE "id" = $1`,
    params: [1],
  });
});

test("first: by primary key when the query has no order", async () => {
  await expectSent(User, (users) => users.first(), {
    sqlite: `SELECT * FROM "users" ORDER BY "id" LIMIT 1`,
    postgres: `SELECT * FROM "users" ORDER BY "id" LIMIT 1`,
  });
});

test("first: by the query's order", async () => {
  await expectSent(User, (users) => users.orderBy("-age").first(), {
    sqlite: `SELECT * FROM "users" ORDER BY "age" DESC NULLS FIRST LIMIT 1`,
    postgres: `SELECT * FROM "users" ORDER BY "age" DESC LIMIT 1`,
  });
});

test("first: by the model's order", async () => {
  await expectSent(Post, (posts) => posts.first(), {
    sqlite: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC LIMIT 1`,
    postgres: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC LIMIT 1`,
  });
});

test("first: by every column of a composite key", async () => {
  await expectSent(PostTag, (links) => links.first(), {
    sqlite: `SELECT "post_id", "tag_id" FROM "post_tags" ORDER BY "post_id", "tag_id" LIMIT 1`,
    postgres: `SELECT "post_id", "tag_id" FROM "post_tags" ORDER BY "post_id", "tag_id" LIMIT 1`,
  });
});

test("first honours a lower limit", async () => {
  await expectSent(User, (users) => users.limit(0).first(), {
    sqlite: `SELECT * FROM "users" ORDER BY "id" LIMIT ?`,
    postgres: `SELECT * FROM "users" ORDER BY "id" LIMIT $1`,
    params: [0],
  });
});

test("last: the other way round", async () => {
  await expectSent(User, (users) => users.last(), {
    sqlite: `SELECT * FROM "users" ORDER BY "id" DESC LIMIT 1`,
    postgres: `SELECT * FROM "users" ORDER BY "id" DESC LIMIT 1`,
  });
});

test("last: the query's order the other way round, NULL included", async () => {
  await expectSent(User, (users) => users.orderBy("-age", (user) => user.name.asc().nullsFirst()).last(), {
    sqlite: `SELECT * FROM "users" ORDER BY "age" NULLS LAST, "name" DESC NULLS LAST LIMIT 1`,
    postgres: `SELECT * FROM "users" ORDER BY "age", "name" DESC NULLS LAST LIMIT 1`,
  });
});

test("one asks for two rows, to know that there is one", async () => {
  await expectSent(User, (users) => users.filter({ id: 1 }).one(), {
    sqlite: `SELECT * FROM "users" WHERE "id" = ? ORDER BY "id" LIMIT 2`,
    postgres: `SELECT * FROM "users" WHERE "id" = $1 ORDER BY "id" LIMIT 2`,
    params: [1],
  });
});

test("oneOrNull asks for two rows", async () => {
  await expectSent(User, (users) => users.oneOrNull(), {
    sqlite: `SELECT * FROM "users" ORDER BY "id" LIMIT 2`,
    postgres: `SELECT * FROM "users" ORDER BY "id" LIMIT 2`,
  });
});

test("count", async () => {
  await expectSent(User, (users) => users.filter({ age__gt: 18 }).count(), {
    sqlite: `SELECT count(*) FROM "users" WHERE "age" > ?`,
    postgres: `SELECT count(*) FROM "users" WHERE "age" > $1`,
    params: [18],
  });
});

test("count forgets what does not matter: order, relations, annotations", async () => {
  await expectSent(
    User,
    (users) =>
      users
        .with("profile")
        .annotate({ posts2: count("posts") })
        .orderBy("name")
        .count(),
    {
      sqlite: `SELECT count(*) FROM "users"`,
      postgres: `SELECT count(*) FROM "users"`,
    },
  );
});

test("count keeps a join that a condition needs", async () => {
  await expectSent(Post, (posts) => posts.filter({ author__name: "x" }).count(), {
    sqlite: `SELECT count(*) FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."name" = ? AND "posts"."deleted_at" IS NULL`,
    postgres: `SELECT count(*) FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."name" = $1 AND "posts"."deleted_at" IS NULL`,
    params: ["x"],
  });
});

test("count honours a limit and an offset", async () => {
  await expectSent(User, (users) => users.limit(5).offset(2).count(), {
    sqlite: `SELECT count(*) FROM (SELECT 1 FROM "users" LIMIT ? OFFSET ?) AS "rows"`,
    postgres: `SELECT count(*) FROM (SELECT 1 FROM "users" LIMIT $1 OFFSET $2) AS "rows"`,
    params: [5, 2],
  });
});

test("count honours distinct", async () => {
  await expectSent(
    Post,
    (posts) =>
      posts
        .select((post) => ({ title: post.title }))
        .distinct()
        .count(),
    {
      sqlite: `SELECT count(*) FROM (SELECT DISTINCT "title" AS "title" FROM "posts" WHERE "deleted_at" IS NULL) AS "rows"`,
      postgres: `SELECT count(*) FROM (SELECT DISTINCT "title" AS "title" FROM "posts" WHERE "deleted_at" IS NULL) AS "rows"`,
    },
  );
});

test("count counts groups", async () => {
  await expectSent(User, (users) => users.groupBy("role").annotate({ people: count() }).having({ people__gt: 1 }).count(), {
    sqlite: `SELECT count(*) FROM (SELECT 1 FROM "users" GROUP BY "role" HAVING count(*) > ?) AS "rows"`,
    postgres: `SELECT count(*) FROM (SELECT 1 FROM "users" GROUP BY "role" HAVING count(*) > $1) AS "rows"`,
    params: [1],
  });
});

test("exists", async () => {
  await expectSent(User, (users) => users.filter({ email: "x" }).exists(), {
    sqlite: `SELECT EXISTS (SELECT 1 FROM "users" WHERE "email" = ?)`,
    postgres: `SELECT EXISTS (SELECT 1 FROM "users" WHERE "email" = $1)`,
    params: ["x"],
  });
});

test("exists honours an offset", async () => {
  await expectSent(User, (users) => users.offset(3).exists(), {
    sqlite: `SELECT EXISTS (SELECT 1 FROM "users" LIMIT -1 OFFSET ?)`,
    postgres: `SELECT EXISTS (SELECT 1 FROM "users" OFFSET $1)`,
    params: [3],
  });
});

test("sum, avg, min and max", async () => {
  await expectSent(
    Post,
    async (posts) => [await posts.sum("views"), await posts.avg("views"), await posts.min("title"), await posts.max("createdAt")],
    {
      sqlite: `SELECT sum("views") AS "value" FROM "posts" WHERE "deleted_at" IS NULL; SELECT avg("views") AS "value" FROM "posts" WHERE "deleted_at" IS NULL; SELECT min("title") AS "value" FROM "posts" WHERE "deleted_at" IS NULL; SELECT max("created_at") AS "value" FROM "posts" WHERE "deleted_at" IS NULL`,
      postgres: `SELECT sum("views") AS "value" FROM "posts" WHERE "deleted_at" IS NULL; SELECT avg("views")::float8 AS "value" FROM "posts" WHERE "deleted_at" IS NULL; SELECT min("title") AS "value" FROM "posts" WHERE "deleted_at" IS NULL; SELECT max("created_at") AS "value" FROM "posts" WHERE "deleted_at" IS NULL`,
    },
    [[[null, null, null]]],
  );
});

test("aggregate: several at once", async () => {
  await expectSent(
    Post,
    (posts) =>
      posts.filter({ published: true }).aggregate({ posts: count(), views: sum("views"), authors: count("authorId", { distinct: true }) }),
    {
      sqlite: `SELECT count(*) AS "posts", sum("views") AS "views", count(DISTINCT "author_id") AS "authors" FROM "posts" WHERE "published" = ? AND "deleted_at" IS NULL`,
      postgres: `SELECT count(*) AS "posts", sum("views") AS "views", count(DISTINCT "author_id") AS "authors" FROM "posts" WHERE "published" = $1 AND "deleted_at" IS NULL`,
      params: [1],
    },
    [[[null, null, null]]],
  );
});

test("values: the columns named, and no more", async () => {
  await expectSent(Post, (posts) => posts.values("id", "title"), {
    sqlite: `SELECT "id", "title" FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT "id", "title" FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
  });
});

test("values: along to-one relations", async () => {
  await expectSent(Post, (posts) => posts.values("title", "author.name", "reviewer.name"), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
  });
});

test("values: computed columns", async () => {
  await expectSent(Tag, (tags) => tags.annotate({ uses: count("posts") }).values("name", "uses"), {
    sqlite: `SELECT "tags"."name", (SELECT count(*) FROM "post_tags" JOIN "posts" ON "posts"."id" = "post_tags"."post_id" AND "posts"."deleted_at" IS NULL WHERE "post_tags"."tag_id" = "tags"."id") AS "uses" FROM "tags"`,
    postgres: `SELECT "tags"."name", (SELECT count(*) FROM "post_tags" JOIN "posts" ON "posts"."id" = "post_tags"."post_id" AND "posts"."deleted_at" IS NULL WHERE "post_tags"."tag_id" = "tags"."id") AS "uses" FROM "tags"`,
  });
});

test("values: all columns when none is named", async () => {
  await expectSent(Tag, (tags) => tags.values(), {
    sqlite: `SELECT "id", "name" FROM "tags"`,
    postgres: `SELECT "id", "name" FROM "tags"`,
  });
});

test("values: to-many relations are loaded by statements of their own", async () => {
  await expectSent(Tag, (tags) => tags.values("name", "posts.title"), {
    sqlite: `SELECT "name", "id" FROM "tags"`,
    postgres: `SELECT "name", "id" FROM "tags"`,
  });
});

test("valuesList", async () => {
  await expectSent(Post, (posts) => posts.valuesList("title", "author.name"), {
    sqlite: `SELECT "posts"."title", "author"."name" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT "posts"."title", "author"."name" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
  });
});

test("column", async () => {
  await expectSent(User, (users) => users.filter({ vip: true }).column("email"), {
    sqlite: `SELECT "email" FROM "users" WHERE "vip" = ?`,
    postgres: `SELECT "email" FROM "users" WHERE "vip" = $1`,
    params: [1],
  });
});

test("distinct values of one column", async () => {
  await expectSent(User, (users) => users.distinct().column("role"), {
    sqlite: `SELECT DISTINCT "role" FROM "users"`,
    postgres: `SELECT DISTINCT "role" FROM "users"`,
  });
});

test("update: a value", async () => {
  await expectSent(User, (users) => users.filter({ role: "guest" }).update({ role: "member", age: null }), {
    sqlite: `UPDATE "users" SET "role" = ?, "age" = ? WHERE "role" = ?`,
    postgres: `UPDATE "users" SET "role" = $1, "age" = $2 WHERE "role" = $3`,
    params: ["member", null, "guest"],
  });
});

test("update: a calculation with the column itself", async () => {
  await expectSent(Post, (posts) => posts.filter({ id: 1 }).update({ views: F("views").plus(1).times(2) }), {
    sqlite: `UPDATE "posts" SET "views" = ("views" + ?) * ? WHERE "id" = ? AND "deleted_at" IS NULL`,
    postgres: `UPDATE "posts" SET "views" = ("views" + $1::int) * $2::int WHERE "id" = $3 AND "deleted_at" IS NULL`,
    params: [1, 2, 1],
  });
});

test("update: a calculation with other columns", async () => {
  await expectSent(Post, (posts) => posts.filter({ id: 1 }).update({ views: F("views").plus(F("id")) }), {
    sqlite: `UPDATE "posts" SET "views" = "views" + "id" WHERE "id" = ? AND "deleted_at" IS NULL`,
    postgres: `UPDATE "posts" SET "views" = "views" + "id" WHERE "id" = $1 AND "deleted_at" IS NULL`,
    params: [1],
  });
});

test("update: expressions", async () => {
  await expectSent(Post, (posts) => posts.filter({ id: 1 }).update((post) => ({ views: post.views.plus(1), title: post.title.upper() })), {
    sqlite: `UPDATE "posts" SET "views" = "views" + ?, "title" = petrel_upper("title") WHERE "id" = ? AND "deleted_at" IS NULL`,
    postgres: `UPDATE "posts" SET "views" = "views" + $1::int, "title" = upper("title") WHERE "id" = $2 AND "deleted_at" IS NULL`,
    params: [1, 1],
  });
});

test("update: sql, and the time of the database", async () => {
  await expectSent(Post, (posts) => posts.filter({ id: 1 }).update({ title: sql`lower(${Post.columns.title})`, createdAt: now }), {
    sqlite: `UPDATE "posts" SET "title" = lower("title"), "created_at" = replace(strftime('%Y-%m-%d %H:%M:%f', 'now'), '.000', '') WHERE "id" = ? AND "deleted_at" IS NULL`,
    postgres: `UPDATE "posts" SET "title" = lower("title"), "created_at" = now() WHERE "id" = $1 AND "deleted_at" IS NULL`,
    params: [1],
  });
});

test("update: every row, when it is meant", async () => {
  await expectSent(Tag, (tags) => tags.update({ name: "x" }, { all: true }), {
    sqlite: `UPDATE "tags" SET "name" = ?`,
    postgres: `UPDATE "tags" SET "name" = $1`,
    params: ["x"],
  });
});

test("update: conditions through relations become subqueries", async () => {
  await expectSent(Post, (posts) => posts.filter({ author__name: "Ann", tags__name: "sql" }).update({ published: true }), {
    sqlite: `UPDATE "posts" SET "published" = ? WHERE (SELECT "author"."name" FROM "users" AS "author" WHERE "author"."id" = "posts"."author_id") = ? AND EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "posts"."id" AND "tags"."name" = ?) AND "posts"."deleted_at" IS NULL`,
    postgres: `UPDATE "posts" SET "published" = $1 WHERE (SELECT "author"."name" FROM "users" AS "author" WHERE "author"."id" = "posts"."author_id") = $2 AND EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "posts"."id" AND "tags"."name" = $3) AND "posts"."deleted_at" IS NULL`,
    params: [1, "Ann", "sql"],
  });
});

test("update: values from related rows", async () => {
  await expectSent(Post, (posts) => posts.filter({ id: 1 }).update((post) => ({ title: post.author.name, views: post.comments.count() })), {
    sqlite: `UPDATE "posts" SET "title" = (SELECT "author"."name" FROM "users" AS "author" WHERE "author"."id" = "posts"."author_id"), "views" = (SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "posts"."id") WHERE "posts"."id" = ? AND "posts"."deleted_at" IS NULL`,
    postgres: `UPDATE "posts" SET "title" = (SELECT "author"."name" FROM "users" AS "author" WHERE "author"."id" = "posts"."author_id"), "views" = (SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "posts"."id") WHERE "posts"."id" = $1 AND "posts"."deleted_at" IS NULL`,
    params: [1],
  });
});

test("update: soft-deleted rows are left alone unless named", async () => {
  await expectSent(
    Post,
    async (posts) => [
      await posts.filter({ id: 1 }).update({ views: 1 }),
      await posts.withDeleted().filter({ id: 1 }).update({ views: 1 }),
      await posts.onlyDeleted().update({ views: 1 }, { all: true }),
    ],
    {
      sqlite: `UPDATE "posts" SET "views" = ? WHERE "id" = ? AND "deleted_at" IS NULL; UPDATE "posts" SET "views" = ? WHERE "id" = ?; UPDATE "posts" SET "views" = ? WHERE "deleted_at" IS NOT NULL`,
      postgres: `UPDATE "posts" SET "views" = $1 WHERE "id" = $2 AND "deleted_at" IS NULL; UPDATE "posts" SET "views" = $1 WHERE "id" = $2; UPDATE "posts" SET "views" = $1 WHERE "deleted_at" IS NOT NULL`,
      params: [1, 1, 1, 1, 1],
    },
  );
});

test("delete", async () => {
  await expectSent(User, (users) => users.filter({ age__lt: 18 }).delete(), {
    sqlite: `DELETE FROM "users" WHERE "age" < ?`,
    postgres: `DELETE FROM "users" WHERE "age" < $1`,
    params: [18],
  });
});

test("delete: conditions through relations", async () => {
  await expectSent(Comment, (comments) => comments.filter({ post__author__name: "Ann" }).delete(), {
    sqlite: `DELETE FROM "comments" WHERE (SELECT "post_author"."name" FROM "posts" AS "post" JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id" WHERE "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL) = ?`,
    postgres: `DELETE FROM "comments" WHERE (SELECT "post_author"."name" FROM "posts" AS "post" JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id" WHERE "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL) = $1`,
    params: ["Ann"],
  });
});

test("delete: every row, when it is meant", async () => {
  await expectSent(Tag, (tags) => tags.delete({ all: true }), {
    sqlite: `DELETE FROM "tags"`,
    postgres: `DELETE FROM "tags"`,
  });
});

test("delete: soft-deleted rows only where they are named", async () => {
  await expectSent(Post, async (posts) => [await posts.filter({ id: 1 }).delete(), await posts.onlyDeleted().delete({ all: true })], {
    sqlite: `DELETE FROM "posts" WHERE "id" = ? AND "deleted_at" IS NULL; DELETE FROM "posts" WHERE "deleted_at" IS NOT NULL`,
    postgres: `DELETE FROM "posts" WHERE "id" = $1 AND "deleted_at" IS NULL; DELETE FROM "posts" WHERE "deleted_at" IS NOT NULL`,
    params: [1],
  });
});
