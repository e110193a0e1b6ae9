/** Rows beside each row: LATERAL where the database has it, `json_each` of a correlated subquery where it has not. */
import { test } from "node:test";
import { select } from "../../src/entry/index.ts";
import { Comment, Post, User } from "../support/models.ts";
import { expectQuery } from "../support/query-texts.ts";

test("values are bound in the order of the text, and columns are named as each database can", () => {
  expectQuery(
    User,
    (users) =>
      users
        .joinLateral("best", (user) =>
          select(Post)
            .where((post) => post.authorId.eq(user.id).and(post.views.gt(7)))
            .orderBy("-views")
            .limit(2)
            .select((post) => ({ title: post.title, much: post.views.plus(5) })),
        )
        .filter({ best__much__lt: 99 })
        .select((user) => ({ a: user.id.plus(3), b: user.best.title })),
    {
      sqlite: `SELECT "users"."id" + ? AS "a", json_extract("best"."value", '$[1]') AS "b" FROM "users" JOIN json_each((SELECT json_group_array(json_array("is there", "title", "much")) FROM (SELECT 1 AS "is there", "posts"."title" AS "title", "posts"."views" + ? AS "much" FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."views" > ? AND "posts"."deleted_at" IS NULL ORDER BY "posts"."views" DESC LIMIT ?) AS "rows")) AS "best" WHERE json_extract("best"."value", '$[2]') < ?`,
      postgres: `SELECT "users"."id" + $1::int AS "a", "best"."title" AS "b" FROM "users" JOIN LATERAL (SELECT 1 AS "is there", "posts"."title" AS "title", "posts"."views" + $2::int AS "much" FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."views" > $3 AND "posts"."deleted_at" IS NULL ORDER BY "posts"."views" DESC LIMIT $4) AS "best" ON true WHERE "best"."much" < $5`,
      params: [3, 5, 7, 2, 99],
    },
  );
});

test("a left join of another may name what was joined before it", () => {
  expectQuery(
    Comment,
    (comments) =>
      comments
        .leftJoinLateral("near", (comment) =>
          select(Post)
            .where((post) => post.title.eq(comment.author.name))
            .groupBy("authorId"),
        )
        .orderBy("near.authorId")
        .only("id"),
    {
      sqlite: `SELECT "comments"."id", json_extract("near"."value", '$[0]'), json_extract("near"."value", '$[1]') FROM "comments" JOIN "users" AS "author" ON "author"."id" = "comments"."author_id" LEFT JOIN json_each((SELECT json_group_array(json_array("is there", "authorId")) FROM (SELECT 1 AS "is there", "posts"."author_id" AS "authorId" FROM "posts" WHERE "posts"."title" = "author"."name" AND "posts"."deleted_at" IS NULL GROUP BY "posts"."author_id") AS "rows")) AS "near" ORDER BY json_extract("near"."value", '$[1]') NULLS LAST`,
      postgres: `SELECT "comments"."id", "near"."is there", "near"."authorId" FROM "comments" JOIN "users" AS "author" ON "author"."id" = "comments"."author_id" LEFT JOIN LATERAL (SELECT 1 AS "is there", "posts"."author_id" AS "authorId" FROM "posts" WHERE "posts"."title" = "author"."name" AND "posts"."deleted_at" IS NULL GROUP BY "posts"."author_id") AS "near" ON true ORDER BY "near"."authorId"`,
      params: [],
    },
  );
});
