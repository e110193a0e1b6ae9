import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConfigurationError,
  count,
  except,
  from,
  intersect,
  recursive,
  select,
  subquery,
  sum,
  union,
  unionAll,
  value,
} from "../../src/entry/index.ts";
import { Category, Post, User } from "../support/models.ts";
import { expectQuery, queryOn } from "../support/query-texts.ts";

test("groups as a source", () => {
  expectQuery(
    Post,
    (posts) =>
      from(posts.groupBy("authorId").annotate({ written: count() }))
        .filter({ written__gt: 1 })
        .orderBy("-written"),
    {
      sqlite: `WITH "posts_rows" ("authorId", "written") AS (SELECT "posts"."author_id", count(*) FROM "posts" WHERE "posts"."deleted_at" IS NULL GROUP BY "posts"."author_id") SELECT "posts_rows"."authorId" AS "authorId", "posts_rows"."written" AS "written" FROM "posts_rows" WHERE "posts_rows"."written" > ? ORDER BY "posts_rows"."written" DESC NULLS FIRST`,
      postgres: `WITH "posts_rows" ("authorId", "written") AS (SELECT "posts"."author_id", count(*) FROM "posts" WHERE "posts"."deleted_at" IS NULL GROUP BY "posts"."author_id") SELECT "posts_rows"."authorId" AS "authorId", "posts_rows"."written" AS "written" FROM "posts_rows" WHERE "posts_rows"."written" > $1 ORDER BY "posts_rows"."written" DESC`,
      params: [1],
    },
  );
});

test("the first rows as a source keep their order inside", () => {
  expectQuery(Post, (posts) => from(posts.only("id", "views").orderBy("id").limit(3)).select((post) => ({ views: sum(post.views) })), {
    sqlite: `WITH "posts_rows" ("id", "views") AS (SELECT "posts"."id", "posts"."views" FROM "posts" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."id" LIMIT ?) SELECT sum("posts_rows"."views") AS "views" FROM "posts_rows"`,
    postgres: `WITH "posts_rows" ("id", "views") AS (SELECT "posts"."id", "posts"."views" FROM "posts" WHERE "posts"."deleted_at" IS NULL ORDER BY "posts"."id" LIMIT $1) SELECT sum("posts_rows"."views") AS "views" FROM "posts_rows"`,
    params: [3],
  });
});

test("a source of a source", () => {
  expectQuery(
    User,
    (users) => from(from(users.select((user) => ({ label: user.name }))).filter({ label: "a" })).filter({ label__ne: "b" }),
    {
      sqlite: `WITH "users_rows_2" ("label") AS (WITH "users_rows" ("label") AS (SELECT "users"."name" FROM "users") SELECT "users_rows"."label" FROM "users_rows" WHERE "users_rows"."label" = ?) SELECT "users_rows_2"."label" AS "label" FROM "users_rows_2" WHERE "users_rows_2"."label" <> ?`,
      postgres: `WITH "users_rows_2" ("label") AS (WITH "users_rows" ("label") AS (SELECT "users"."name" FROM "users") SELECT "users_rows"."label" FROM "users_rows" WHERE "users_rows"."label" = $1) SELECT "users_rows_2"."label" AS "label" FROM "users_rows_2" WHERE "users_rows_2"."label" <> $2`,
      params: ["a", "b"],
    },
  );
});

test("set operations, their parts with limits", () => {
  expectQuery(
    User,
    (users) =>
      union(
        users.filter({ vip: true }).select((user) => ({ label: user.name })),
        users
          .filter({ age__gt: 3 })
          .orderBy("name")
          .limit(2)
          .select((user) => ({ label: user.email })),
      )
        .orderBy("label")
        .limit(5),
    {
      sqlite: `WITH "users_rows" ("label") AS (SELECT "users"."name" FROM "users" WHERE "users"."vip" = ? UNION SELECT * FROM (SELECT "users"."email" FROM "users" WHERE "users"."age" > ? ORDER BY "users"."name" LIMIT ?) AS "part") SELECT "users_rows"."label" AS "label" FROM "users_rows" ORDER BY "users_rows"."label" NULLS LAST LIMIT ?`,
      postgres: `WITH "users_rows" ("label") AS (SELECT "users"."name" FROM "users" WHERE "users"."vip" = $1 UNION SELECT * FROM (SELECT "users"."email" FROM "users" WHERE "users"."age" > $2 ORDER BY "users"."name" LIMIT $3) AS "part") SELECT "users_rows"."label" AS "label" FROM "users_rows" ORDER BY "users_rows"."label" LIMIT $4`,
      params: [1, 3, 2, 5],
    },
  );
});

test("set operations in one another", () => {
  expectQuery(
    User,
    (users) =>
      except(
        unionAll(users.filter({ id: 1 }).only("id"), users.filter({ id: 2 }).only("id")),
        intersect(users.filter({ id: 3 }).only("id"), users.filter({ id: 4 }).only("id")),
      ).only("id"),
    {
      sqlite: `WITH "users_rows_3" ("id") AS (SELECT * FROM (WITH "users_rows" ("id") AS (SELECT "users"."id" FROM "users" WHERE "users"."id" = ? UNION ALL SELECT "users"."id" FROM "users" WHERE "users"."id" = ?) SELECT "users_rows"."id" FROM "users_rows") AS "part" EXCEPT SELECT * FROM (WITH "users_rows_2" ("id") AS (SELECT "users"."id" FROM "users" WHERE "users"."id" = ? INTERSECT SELECT "users"."id" FROM "users" WHERE "users"."id" = ?) SELECT "users_rows_2"."id" FROM "users_rows_2") AS "part") SELECT "users_rows_3"."id" FROM "users_rows_3"`,
      postgres: `WITH "users_rows_3" ("id") AS (SELECT * FROM (WITH "users_rows" ("id") AS (SELECT "users"."id" FROM "users" WHERE "users"."id" = $1 UNION ALL SELECT "users"."id" FROM "users" WHERE "users"."id" = $2) SELECT "users_rows"."id" FROM "users_rows") AS "part" EXCEPT SELECT * FROM (WITH "users_rows_2" ("id") AS (SELECT "users"."id" FROM "users" WHERE "users"."id" = $3 INTERSECT SELECT "users"."id" FROM "users" WHERE "users"."id" = $4) SELECT "users_rows_2"."id" FROM "users_rows_2") AS "part") SELECT "users_rows_3"."id" FROM "users_rows_3"`,
      params: [1, 2, 3, 4],
    },
  );
});

test("columns of a set operation are found by name", () => {
  expectQuery(
    User,
    (users) =>
      unionAll(
        users.select((user) => ({ a: user.name, b: user.age })),
        users.select((user) => ({ b: user.id, a: user.email })) as never,
      ),
    {
      sqlite: `WITH "users_rows" ("a", "b") AS (SELECT "users"."name", "users"."age" FROM "users" UNION ALL SELECT "users"."email", "users"."id" FROM "users") SELECT "users_rows"."a" AS "a", "users_rows"."b" AS "b" FROM "users_rows"`,
      postgres: `WITH "users_rows" ("a", "b") AS (SELECT "users"."name", "users"."age" FROM "users" UNION ALL SELECT "users"."email", "users"."id" FROM "users") SELECT "users_rows"."a" AS "a", "users_rows"."b" AS "b" FROM "users_rows"`,
      params: [],
    },
  );
});

test("a tree, walked down", () => {
  expectQuery(Category, (categories) => recursive(categories.filter({ id: 1 }), "children").filter({ name: "x" }), {
    sqlite: `WITH RECURSIVE "categories_rows" ("id", "name", "parent_id") AS (SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" WHERE "categories"."id" = ? UNION SELECT "children"."id", "children"."name", "children"."parent_id" FROM "categories_rows" JOIN "categories" AS "children" ON "children"."parent_id" = "categories_rows"."id") SELECT "categories_rows"."id", "categories_rows"."name", "categories_rows"."parent_id" FROM "categories_rows" WHERE "categories_rows"."name" = ?`,
    postgres: `WITH RECURSIVE "categories_rows" ("id", "name", "parent_id") AS (SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" WHERE "categories"."id" = $1 UNION SELECT "children"."id", "children"."name", "children"."parent_id" FROM "categories_rows" JOIN "categories" AS "children" ON "children"."parent_id" = "categories_rows"."id") SELECT "categories_rows"."id", "categories_rows"."name", "categories_rows"."parent_id" FROM "categories_rows" WHERE "categories_rows"."name" = $2`,
    params: [1, "x"],
  });
});

test("a tree, walked up, with its levels", () => {
  expectQuery(
    Category,
    (categories) => recursive(categories.filter({ id: 1 }), "parent", { depth: "level", maxDepth: 4 }).orderBy("-level"),
    {
      sqlite: `WITH RECURSIVE "categories_rows" ("id", "name", "parent_id", "depth") AS (SELECT "categories"."id", "categories"."name", "categories"."parent_id", 0 FROM "categories" WHERE "categories"."id" = ? UNION SELECT "parent"."id", "parent"."name", "parent"."parent_id", "categories_rows"."depth" + 1 FROM "categories_rows" JOIN "categories" AS "parent" ON "parent"."id" = "categories_rows"."parent_id" WHERE "categories_rows"."depth" < ?) SELECT "categories_rows"."id", "categories_rows"."name", "categories_rows"."parent_id", "categories_rows"."depth" AS "level" FROM "categories_rows" ORDER BY "categories_rows"."depth" DESC NULLS FIRST`,
      postgres: `WITH RECURSIVE "categories_rows" ("id", "name", "parent_id", "depth") AS (SELECT "categories"."id", "categories"."name", "categories"."parent_id", 0 FROM "categories" WHERE "categories"."id" = $1 UNION SELECT "parent"."id", "parent"."name", "parent"."parent_id", "categories_rows"."depth" + 1 FROM "categories_rows" JOIN "categories" AS "parent" ON "parent"."id" = "categories_rows"."parent_id" WHERE "categories_rows"."depth" < $2) SELECT "categories_rows"."id", "categories_rows"."name", "categories_rows"."parent_id", "categories_rows"."depth" AS "level" FROM "categories_rows" ORDER BY "categories_rows"."depth" DESC`,
      params: [1, 4],
    },
  );
});

test("a tree inside a condition", () => {
  expectQuery(
    Category,
    (categories) =>
      categories.where((category) => category.id.in(subquery(recursive(select(Category).filter({ id: 1 }), "children"), "id"))),
    {
      sqlite: `SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" WHERE "categories"."id" IN (WITH RECURSIVE "categories_rows" ("id", "name", "parent_id") AS (SELECT "categories_2"."id", "categories_2"."name", "categories_2"."parent_id" FROM "categories" AS "categories_2" WHERE "categories_2"."id" = ? UNION SELECT "children"."id", "children"."name", "children"."parent_id" FROM "categories_rows" JOIN "categories" AS "children" ON "children"."parent_id" = "categories_rows"."id") SELECT "categories_rows"."id" FROM "categories_rows")`,
      postgres: `SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" WHERE "categories"."id" IN (WITH RECURSIVE "categories_rows" ("id", "name", "parent_id") AS (SELECT "categories_2"."id", "categories_2"."name", "categories_2"."parent_id" FROM "categories" AS "categories_2" WHERE "categories_2"."id" = $1 UNION SELECT "children"."id", "children"."name", "children"."parent_id" FROM "categories_rows" JOIN "categories" AS "children" ON "children"."parent_id" = "categories_rows"."id") SELECT "categories_rows"."id" FROM "categories_rows")`,
      params: [1],
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

test("what is no source is refused", () => {
  const users = queryOn(User);
  assert.equal(
    refused(() => from(User as never)),
    "from() takes a query, as in from(select(Post)), not a function.",
  );
  assert.equal(
    refused(() => from(queryOn(Post).groupBy("author.name"))),
    "from(): groups by 'author.name' are nested objects, which no table has. Give it a name with annotate((row) => ({ … })) first, and group by that.",
  );
  assert.equal(
    refused(() => union(users)),
    "union() takes two queries or more, and was given one.",
  );
  assert.equal(
    refused(() => union(users.only("id"), users.only("name") as never)),
    "union(): the queries do not give rows of one form: columns of User stand beside others. Let all of them select the same names, with values of the same kind.",
  );
  assert.equal(
    refused(() =>
      recursive(
        queryOn(Category).annotate(() => ({ one: value(1) })),
        "children",
      ),
    ),
    "recursive() starts from whole rows of Category. Take select(), annotate(), groupBy(), only() and defer() out of the query, and use them on the result.",
  );
  assert.match(
    refused(() => recursive(queryOn(Category), "name" as never)),
    /'name' of Category/,
  );
  assert.match(
    refused(() => recursive(queryOn(Category), "children", { depth: "level" } as never)),
    /depth needs maxDepth/,
  );
});

test("the rows of a source are read only", async () => {
  const message = /are read only/;
  await assert.rejects(from(queryOn(User)).update({ name: "x" }, { all: true }), message);
  await assert.rejects(from(queryOn(User)).delete({ all: true }), message);
});
