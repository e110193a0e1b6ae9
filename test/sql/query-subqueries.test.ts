import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, count, exists, max, select, subquery } from "../../src/entry/index.ts";
import { Category, Post, User } from "../support/models.ts";
import { expectQuery, queryOn } from "../support/query-texts.ts";

test("whether a query has a row, tied to the row outside; deleted rows are none", () => {
  expectQuery(
    User,
    (users) =>
      users.where((user) =>
        exists(
          select(Post)
            .filter({ published: true })
            .where((post) => post.authorId.eq(user.id)),
        ),
      ),
    {
      sqlite: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."published" = ? AND "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL)`,
      postgres: `SELECT * FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."published" = $1 AND "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL)`,
      params: [1],
    },
  );
});

test("a limited query has rows of its own", () => {
  expectQuery(
    User,
    (users) =>
      users.where((user) =>
        exists(
          select(Post)
            .where((post) => post.authorId.eq(user.id))
            .orderBy("-views")
            .limit(3),
        ).not(),
      ),
    {
      sqlite: `SELECT * FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL ORDER BY "posts"."views" DESC LIMIT ?)`,
      postgres: `SELECT * FROM "users" WHERE NOT EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL ORDER BY "posts"."views" DESC LIMIT $1)`,
      params: [3],
    },
  );
});

test("a query about the same model is about other rows", () => {
  expectQuery(
    Category,
    (categories) =>
      categories.where((one) =>
        exists(
          select(Category).where((other) =>
            other.parentId
              .eq(one.id)
              .and(exists(select(Category).where((third) => third.parentId.eq(other.id).and(third.name.ne(one.name))))),
          ),
        ),
      ),
    {
      sqlite: `SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" WHERE EXISTS (SELECT 1 FROM "categories" AS "categories_2" WHERE "categories_2"."parent_id" = "categories"."id" AND EXISTS (SELECT 1 FROM "categories" AS "categories_3" WHERE "categories_3"."parent_id" = "categories_2"."id" AND "categories_3"."name" <> "categories"."name"))`,
      postgres: `SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" WHERE EXISTS (SELECT 1 FROM "categories" AS "categories_2" WHERE "categories_2"."parent_id" = "categories"."id" AND EXISTS (SELECT 1 FROM "categories" AS "categories_3" WHERE "categories_3"."parent_id" = "categories_2"."id" AND "categories_3"."name" <> "categories"."name"))`,
      params: [],
    },
  );
});

test("the values of a query as a list; NULLs are passed over where one would make all unknown", () => {
  expectQuery(
    Post,
    (posts) =>
      posts.where((post) =>
        post.authorId
          .in(subquery(select(User).filter({ vip: true }), "id"))
          .and(post.reviewerId.notIn(subquery(select(Post).orderBy("id"), "reviewerId"))),
      ),
    {
      sqlite: `SELECT * FROM "posts" WHERE "posts"."author_id" IN (SELECT "users"."id" FROM "users" WHERE "users"."vip" = ?) AND "posts"."reviewer_id" NOT IN (SELECT "value" FROM (SELECT "posts_2"."reviewer_id" AS "value" FROM "posts" AS "posts_2" WHERE "posts_2"."deleted_at" IS NULL) AS "values" WHERE "value" IS NOT NULL) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
      postgres: `SELECT * FROM "posts" WHERE "posts"."author_id" IN (SELECT "users"."id" FROM "users" WHERE "users"."vip" = $1) AND "posts"."reviewer_id" NOT IN (SELECT "value" FROM (SELECT "posts_2"."reviewer_id" AS "value" FROM "posts" AS "posts_2" WHERE "posts_2"."deleted_at" IS NULL) AS "values" WHERE "value" IS NOT NULL) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
      params: [1],
    },
  );
});

test("relations are joined on both sides", () => {
  expectQuery(Post, (posts) => posts.where((post) => post.author.id.in(subquery(select(Post), (other) => other.reviewer.id))), {
    sqlite: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."id" IN (SELECT "reviewer"."id" FROM "posts" AS "posts_2" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts_2"."reviewer_id" WHERE "posts_2"."deleted_at" IS NULL) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    postgres: `SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "author"."id" IN (SELECT "reviewer"."id" FROM "posts" AS "posts_2" LEFT JOIN "users" AS "reviewer" ON "reviewer"."id" = "posts_2"."reviewer_id" WHERE "posts_2"."deleted_at" IS NULL) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
    params: [],
  });
});

test("a value of each row: an aggregate, or a column of the first row", () => {
  expectQuery(
    User,
    (users) =>
      users
        .annotate((user) => ({
          best: subquery(
            select(Post).where((post) => post.authorId.eq(user.id)),
            (post) => max(post.views),
          ),
          first: subquery(
            select(Post)
              .where((post) => post.authorId.eq(user.id))
              .orderBy("id"),
            "title",
          ),
          all: subquery(select(Category), () => count()),
        }))
        .filter({ best__gt: 3 })
        .only("id"),
    {
      sqlite: `SELECT "users"."id", (SELECT max("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "best", (SELECT "posts"."title" FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL ORDER BY "posts"."id" LIMIT 1) AS "first", (SELECT count(*) FROM "categories") AS "all" FROM "users" WHERE (SELECT max("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) > ?`,
      postgres: `SELECT "users"."id", (SELECT max("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) AS "best", (SELECT "posts"."title" FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL ORDER BY "posts"."id" LIMIT 1) AS "first", (SELECT count(*) FROM "categories") AS "all" FROM "users" WHERE (SELECT max("posts"."views") FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL) > $1`,
      params: [3],
    },
  );
});

const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message.replace(/ \[E.*/, "");
  }
  return assert.fail("nothing was refused");
};

test("rows that cannot be told apart are refused", () => {
  const outside = select(User);
  assert.equal(
    refused(() => queryOn(User).where((user) => exists(outside.where((other) => other.id.gt(user.id))))),
    "A query of User is refined inside a callback that was given a row of the same query, so the two rows cannot be told apart. Start the inner query inside the callback, as in (row) => exists(select(User).where((other) => …)).",
  );
});

test("what a part of a statement cannot have is refused", () => {
  assert.equal(
    refused(() => exists(select(User).with("posts"))),
    "exists(): relations are loaded onto the rows of a whole query. Take with() out of the query of User.",
  );
  assert.equal(
    refused(() => exists(select(User).forUpdate())),
    "exists(): rows are locked by a whole query. Take forUpdate() out of the query of User.",
  );
  assert.equal(
    refused(() => exists(User as never)),
    "exists() takes a query, as in exists(select(Post).filter(…)), not a function.",
  );
  assert.equal(
    refused(() => subquery(select(Post).limit(2), (post) => max(post.views))),
    "An aggregate in subquery() of Post does not go together with limit() or offset(). Take it out of the query.",
  );
  assert.equal(
    refused(() => subquery(select(User), "nmae" as never)),
    "subquery(): User has no column or relation 'nmae' (in 'nmae'). Did you mean 'name'?",
  );
});

test("a column that a query computes with a value keeps the value of its own query, inside and outside", () => {
  const outer = (by: number, least: number) =>
    queryOn(User)
      .annotate((user) => ({ scaled: user.age.times(by) }))
      .where((user) => exists(select(Post).where((post) => post.views.gt(user.scaled).and(post.id.gt(least)))))
      .only("id")
      .toSQL();
  const [first, second] = [outer(2, 3), outer(4, 5)];
  assert.equal(first.sql, second.sql);
  assert.deepEqual(
    [first.params, second.params],
    [
      [2, 2, 3],
      [4, 4, 5],
    ],
  );
  const inner = (by: number, column: "computed" | "given") => {
    const posts = select(Post).annotate((post) => ({ more: post.views.plus(by) }));
    return queryOn(User)
      .select(() => ({ best: subquery(posts, (post) => (column === "computed" ? post.more : post.views.plus(100))) }))
      .toSQL().params;
  };
  assert.deepEqual([inner(1, "computed"), inner(2, "given"), inner(3, "computed"), inner(4, "given")], [[1], [100], [3], [100]]);
});

test("a plan is kept for the shape of both queries, and holds no value of either", () => {
  const asked = (age: number, views: number) =>
    queryOn(User)
      .filter({ age })
      .where((user) =>
        exists(
          select(Post)
            .filter({ views })
            .where((post) => post.authorId.eq(user.id)),
        ),
      )
      .toSQL();
  const [first, second] = [asked(1, 2), asked(3, 4)];
  assert.equal(first.sql, second.sql);
  assert.deepEqual(
    [first.params, second.params],
    [
      [1, 2],
      [3, 4],
    ],
  );
});
