import { test } from "node:test";
import { avg, count, max, min, noLoad, selectIn, sum } from "../../src/entry/index.ts";
import { Comment, Post, PostTag, Tag, User } from "../support/models.ts";
import { expectQuery } from "../support/query-texts.ts";

test("several orders, descending by a minus", () => {
  expectQuery(User, (users) => users.orderBy("-createdAt", "name"), {
    sqlite: `SELECT * FROM "users" ORDER BY "created_at" DESC, "name"`,
    postgres: `SELECT * FROM "users" ORDER BY "created_at" DESC, "name"`,
  });
});

test("orders add up over calls", () => {
  expectQuery(User, (users) => users.orderBy("name").orderBy("-age"), {
    sqlite: `SELECT * FROM "users" ORDER BY "name", "age" DESC NULLS FIRST`,
    postgres: `SELECT * FROM "users" ORDER BY "name", "age" DESC`,
  });
});

test("the place of NULL can be chosen", () => {
  expectQuery(
    User,
    (users) =>
      users.orderBy(
        (user) => user.age.desc().nullsLast(),
        (user) => user.age.asc().nullsFirst(),
      ),
    {
      sqlite: `SELECT * FROM "users" ORDER BY "age" DESC NULLS LAST, "age" NULLS FIRST`,
      postgres: `SELECT * FROM "users" ORDER BY "age" DESC NULLS LAST, "age" NULLS FIRST`,
    },
  );
});

test("orders by expressions, with values", () => {
  expectQuery(
    Post,
    (posts) =>
      posts.orderBy(
        (post) => post.views.times(2).desc(),
        (post) => post.author.name.lower().asc(),
      ),
    {
      sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."views" * ? DESC NULLS FIRST, petrel_lower("author"."name") NULLS LAST`,
      postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."views" * $1::int DESC, lower("author"."name")`,
      params: [2],
    },
  );
});

test("order through to-one relations", () => {
  expectQuery(Post, (posts) => posts.orderBy("author.name", "-reviewer.name"), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "author"."name", "reviewer"."name" DESC NULLS FIRST`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "author"."name", "reviewer"."name" DESC`,
  });
});

test("order through two relations", () => {
  expectQuery(Comment, (comments) => comments.orderBy("post.author.name"), {
    sqlite: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL LEFT JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id" ORDER BY "post_author"."name" NULLS LAST`,
    postgres: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL LEFT JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id" ORDER BY "post_author"."name"`,
  });
});

test("order by the number of related rows", () => {
  expectQuery(User, (users) => users.orderBy((user) => user.posts.count().desc()), {
    sqlite: `SELECT * FROM "users" ORDER BY (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) DESC`,
    postgres: `SELECT * FROM "users" ORDER BY (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) DESC`,
  });
});

test("a model's own order holds until the query says one", () => {
  expectQuery(Post, (posts) => posts, {
    sqlite: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
  });
});

test("an order of the query's own replaces the model's", () => {
  expectQuery(Post, (posts) => posts.orderBy("id"), {
    sqlite: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "id"`,
    postgres: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "id"`,
  });
});

test("limit and offset are bound", () => {
  expectQuery(User, (users) => users.limit(5).offset(10), {
    sqlite: `SELECT * FROM "users" LIMIT ? OFFSET ?`,
    postgres: `SELECT * FROM "users" LIMIT $1 OFFSET $2`,
    params: [5, 10],
  });
});

test("the last limit and offset count", () => {
  expectQuery(User, (users) => users.limit(5).offset(1).limit(3).offset(2), {
    sqlite: `SELECT * FROM "users" LIMIT ? OFFSET ?`,
    postgres: `SELECT * FROM "users" LIMIT $1 OFFSET $2`,
    params: [3, 2],
  });
});

test("an offset needs no limit", () => {
  expectQuery(User, (users) => users.offset(10), {
    sqlite: `SELECT * FROM "users" LIMIT -1 OFFSET ?`,
    postgres: `SELECT * FROM "users" OFFSET $1`,
    params: [10],
  });
});

test("distinct", () => {
  expectQuery(User, (users) => users.distinct().only("name"), {
    sqlite: `SELECT DISTINCT "id", "name" FROM "users"`,
    postgres: `SELECT DISTINCT "id", "name" FROM "users"`,
  });
});

test("only: the columns named, and the key", () => {
  expectQuery(User, (users) => users.only("name"), {
    sqlite: `SELECT "id", "name" FROM "users"`,
    postgres: `SELECT "id", "name" FROM "users"`,
  });
});

test("defer: a key stays", () => {
  expectQuery(PostTag, (links) => links.defer("postId"), {
    sqlite: `SELECT "post_id", "tag_id" FROM "post_tags"`,
    postgres: `SELECT "post_id", "tag_id" FROM "post_tags"`,
  });
});

test("defer takes away what only named", () => {
  expectQuery(User, (users) => users.only("name", "email").defer("email"), {
    sqlite: `SELECT "id", "name" FROM "users"`,
    postgres: `SELECT "id", "name" FROM "users"`,
  });
});

test("soft-deleted rows are left out", () => {
  expectQuery(Post, (posts) => posts.filter({ id: 1 }), {
    sqlite: `SELECT * FROM "posts" WHERE "id" = ? AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "id" = $1 AND "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    params: [1],
  });
});

test("soft-deleted rows included", () => {
  expectQuery(Post, (posts) => posts.withDeleted().filter({ id: 1 }), {
    sqlite: `SELECT * FROM "posts" WHERE "id" = ? ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "id" = $1 ORDER BY "created_at" DESC`,
    params: [1],
  });
});

test("soft-deleted rows only", () => {
  expectQuery(Post, (posts) => posts.onlyDeleted().filter({ id: 1 }), {
    sqlite: `SELECT * FROM "posts" WHERE "id" = ? AND "deleted_at" IS NOT NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "id" = $1 AND "deleted_at" IS NOT NULL ORDER BY "created_at" DESC`,
    params: [1],
  });
});

test("the last word on soft-deleted rows counts", () => {
  expectQuery(Post, (posts) => posts.onlyDeleted().withDeleted(), {
    sqlite: `SELECT * FROM "posts" ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" ORDER BY "created_at" DESC`,
  });
});

test("with: a to-one relation is joined, and may lead to nothing where its row is deleted", () => {
  expectQuery(Comment, (comments) => comments.with("post"), {
    sqlite: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL`,
    postgres: `SELECT * FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL`,
  });
});

test("with: relations behind relations", () => {
  expectQuery(Post, (posts) => posts.with("reviewer.profile"), {
    sqlite: `SELECT * FROM "posts" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" LEFT JOIN "profiles" AS "reviewer_profile" ON "reviewer_profile"."user_id" = "reviewer"."id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts"."reviewer_id" LEFT JOIN "profiles" AS "reviewer_profile" ON "reviewer_profile"."user_id" = "reviewer"."id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
  });
});

test("with: a to-many relation is not in the statement", () => {
  expectQuery(User, (users) => users.with("posts.comments"), {
    sqlite: `SELECT * FROM "users"`,
    postgres: `SELECT * FROM "users"`,
  });
});

test("with: a to-one relation can be loaded by a statement of its own", () => {
  expectQuery(Post, (posts) => posts.with(selectIn("author")), {
    sqlite: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
  });
});

test("with: a relation can be left empty", () => {
  expectQuery(Post, (posts) => posts.with(noLoad("author")), {
    sqlite: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
    postgres: `SELECT * FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
  });
});

test("select: expressions of one's own replace the row", () => {
  expectQuery(
    Post,
    (posts) => posts.select((post) => ({ title: post.title, author: post.author.name.upper(), comments: post.comments.count() })),
    {
      sqlite: `SELECT "posts"."title" AS "title", petrel_upper("author"."name") AS "author", (SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "posts"."id") AS "comments" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
      postgres: `SELECT "posts"."title" AS "title", upper("author"."name") AS "author", (SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "posts"."id") AS "comments" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    },
  );
});

test("annotate: aggregates of related rows beside the columns", () => {
  expectQuery(PostTag, (links) => links.annotate({ comments: count("post.comments"), newest: max("post.comments.id") }), {
    sqlite: `SELECT "post_tags"."post_id", "post_tags"."tag_id", (SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "post"."id") AS "comments", (SELECT max("comments"."id") FROM "comments" WHERE "comments"."post_id" = "post"."id") AS "newest" FROM "post_tags" LEFT JOIN "posts" AS "post" ON "post"."id" = "post_tags"."post_id" AND "post"."deleted_at" IS NULL`,
    postgres: `SELECT "post_tags"."post_id", "post_tags"."tag_id", (SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "post"."id") AS "comments", (SELECT max("comments"."id") FROM "comments" WHERE "comments"."post_id" = "post"."id") AS "newest" FROM "post_tags" LEFT JOIN "posts" AS "post" ON "post"."id" = "post_tags"."post_id" AND "post"."deleted_at" IS NULL`,
  });
});

test("annotate: computed columns can be filtered and ordered by", () => {
  expectQuery(
    User,
    (users) =>
      users
        .only("name")
        .annotate({ postCount: count("posts"), total: sum("posts.views") })
        .filter({ postCount__gte: 10 })
        .orderBy("-postCount"),
    {
      sqlite: `SELECT "users"."id", "users"."name", (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "postCount", (SELECT sum("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "total" FROM "users" WHERE (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) >= ? ORDER BY (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) DESC`,
      postgres: `SELECT "users"."id", "users"."name", (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "postCount", (SELECT sum("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "total" FROM "users" WHERE (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) >= $1 ORDER BY (SELECT count(*) FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) DESC`,
      params: [10],
    },
  );
});

test("annotate: expressions, whose values stand where they are used", () => {
  expectQuery(Tag, (tags) => tags.annotate((tag) => ({ longer: tag.name.length().plus(2) })).filter({ longer__gt: 5 }), {
    sqlite: `SELECT "id", "name", length("name") + ? AS "longer" FROM "tags" WHERE length("name") + ? > ?`,
    postgres: `SELECT "id", "name", length("name") + $1::int AS "longer" FROM "tags" WHERE length("name") + $1::int > $2`,
    params: [2, 2, 5],
  });
});

test("annotate: counting through two to-many relations adds up", () => {
  expectQuery(Tag, (tags) => tags.annotate({ comments: count("posts.comments") }), {
    sqlite: `SELECT "tags"."id", "tags"."name", coalesce((SELECT sum((SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "posts"."id")) FROM "post_tags" JOIN "posts" ON "posts"."id" = "post_tags"."post_id" AND "posts"."deleted_at" IS NULL WHERE "post_tags"."tag_id" = "tags"."id"), 0) AS "comments" FROM "tags"`,
    postgres: `SELECT "tags"."id", "tags"."name", coalesce((SELECT sum((SELECT count(*) FROM "comments" WHERE "comments"."post_id" = "posts"."id")) FROM "post_tags" JOIN "posts" ON "posts"."id" = "post_tags"."post_id" AND "posts"."deleted_at" IS NULL WHERE "post_tags"."tag_id" = "tags"."id"), 0) AS "comments" FROM "tags"`,
  });
});

test("annotate: different rows only", () => {
  expectQuery(User, (users) => users.only("id").annotate({ titles: count("posts.title", { distinct: true }) }), {
    sqlite: `SELECT "users"."id", (SELECT count(DISTINCT "posts"."title") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "titles" FROM "users"`,
    postgres: `SELECT "users"."id", (SELECT count(DISTINCT "posts"."title") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "titles" FROM "users"`,
  });
});

test("groupBy: one row for each combination", () => {
  expectQuery(User, (users) => users.groupBy("role", "vip").annotate({ people: count(), meanAge: avg("age") }), {
    sqlite: `SELECT "role", "vip", count(*) AS "people", avg("age") AS "meanAge" FROM "users" GROUP BY "role", "vip"`,
    postgres: `SELECT "role", "vip", count(*) AS "people", avg("age")::float8 AS "meanAge" FROM "users" GROUP BY "role", "vip"`,
  });
});

test("groupBy: having keeps groups, filter keeps rows", () => {
  expectQuery(
    User,
    (users) => users.filter({ vip: true }).groupBy("role").annotate({ people: count() }).having({ people__gt: 5 }).filter({ age__gt: 18 }),
    {
      sqlite: `SELECT "role", count(*) AS "people" FROM "users" WHERE "vip" = ? AND "age" > ? GROUP BY "role" HAVING count(*) > ?`,
      postgres: `SELECT "role", count(*) AS "people" FROM "users" WHERE "vip" = $1 AND "age" > $2 GROUP BY "role" HAVING count(*) > $3`,
      params: [1, 18, 5],
    },
  );
});

test("groupBy: groups can be ordered and limited", () => {
  expectQuery(User, (users) => users.groupBy("role").annotate({ people: count() }).orderBy("-people", "role").limit(3), {
    sqlite: `SELECT "role", count(*) AS "people" FROM "users" GROUP BY "role" ORDER BY count(*) DESC, "role" LIMIT ?`,
    postgres: `SELECT "role", count(*) AS "people" FROM "users" GROUP BY "role" ORDER BY count(*) DESC, "role" LIMIT $1`,
    params: [3],
  });
});

test("groupBy: the model's own order does not hold", () => {
  expectQuery(Post, (posts) => posts.groupBy("published").annotate({ total: sum("views"), lowest: min("views") }), {
    sqlite: `SELECT "published", sum("views") AS "total", min("views") AS "lowest" FROM "posts" WHERE "deleted_at" IS NULL GROUP BY "published"`,
    postgres: `SELECT "published", sum("views") AS "total", min("views") AS "lowest" FROM "posts" WHERE "deleted_at" IS NULL GROUP BY "published"`,
  });
});

test("groupBy: a column behind a relation", () => {
  expectQuery(Post, (posts) => posts.groupBy("author.role").annotate({ posts: count() }), {
    sqlite: `SELECT "author"."role", count(*) AS "posts" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL GROUP BY "author"."role"`,
    postgres: `SELECT "author"."role", count(*) AS "posts" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."deleted_at" IS NULL GROUP BY "author"."role"`,
  });
});
