import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, count, firstValue, from, lag, max, ntile, rowNumber, sum } from "../../src/entry/index.ts";
import { Post, Sample, User } from "../support/models.ts";
import { expectQuery, queryOn } from "../support/query-texts.ts";

test("partitions, orders and frames", () => {
  expectQuery(
    Post,
    (posts) =>
      posts.select((post) => ({
        a: rowNumber().over({ partitionBy: [post.authorId, post.published], orderBy: [post.views.desc(), post.id] }),
        b: lag(post.title, 2, "none").over({ orderBy: post.id }),
        c: sum(post.views.plus(1)).over({ rows: [-2, 0] }),
        d: firstValue(post.reviewerId).over({ orderBy: post.reviewerId.desc().nullsLast(), groups: ["start", 1] }),
        e: count().over(),
        f: ntile(4).over({ orderBy: post.id, range: [0, "end"] }),
      })),
    {
      sqlite: `SELECT row_number() OVER (PARTITION BY "author_id", "published" ORDER BY "views" DESC, "id") AS "a", lag("title", ?, ?) OVER (ORDER BY "id") AS "b", sum("views" + ?) OVER (ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS "c", first_value("reviewer_id") OVER (ORDER BY "reviewer_id" DESC NULLS LAST GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) AS "d", count(*) OVER () AS "e", ntile(?) OVER (ORDER BY "id" RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS "f" FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
      postgres: `SELECT row_number() OVER (PARTITION BY "author_id", "published" ORDER BY "views" DESC, "id") AS "a", lag("title", $1::int, $2::text) OVER (ORDER BY "id") AS "b", sum("views" + $3::int) OVER (ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS "c", first_value("reviewer_id") OVER (ORDER BY "reviewer_id" DESC NULLS LAST GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) AS "d", count(*) OVER () AS "e", ntile($4::int) OVER (ORDER BY "id" RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS "f" FROM "posts" WHERE "deleted_at" IS NULL ORDER BY "created_at" DESC`,
      params: [2, "none", 1, 4],
    },
  );
});

test("decimals over windows are exact", () => {
  expectQuery(
    Sample,
    (samples) =>
      samples.select((row) => ({
        a: lag(row.price).over(),
        b: max(row.price).over({ partitionBy: row.flag }),
        c: sum(row.price).over({ orderBy: row.id }),
      })),
    {
      sqlite: `SELECT lag("price", ?) OVER () AS "a", CASE WHEN max(CAST("price" AS REAL)) OVER (PARTITION BY "flag") IS NOT NULL THEN printf('%.4f', round(max(CAST("price" AS REAL)) OVER (PARTITION BY "flag"), 4) + 0.0) END AS "b", CASE WHEN sum(CAST(round(CAST("price" AS REAL) * 10000) AS INTEGER)) OVER (ORDER BY "id") IS NOT NULL THEN printf('%s%d.%04d', CASE WHEN sum(CAST(round(CAST("price" AS REAL) * 10000) AS INTEGER)) OVER (ORDER BY "id") < 0 THEN '-' ELSE '' END, abs(sum(CAST(round(CAST("price" AS REAL) * 10000) AS INTEGER)) OVER (ORDER BY "id")) / 10000, abs(sum(CAST(round(CAST("price" AS REAL) * 10000) AS INTEGER)) OVER (ORDER BY "id")) % 10000) END AS "c" FROM "samples"`,
      postgres: `SELECT lag("price", $1::int) OVER () AS "a", max("price") OVER (PARTITION BY "flag") AS "b", sum("price") OVER (ORDER BY "id") AS "c" FROM "samples"`,
      params: [1],
    },
  );
});

test("aggregates of some rows only", () => {
  expectQuery(
    Post,
    (posts) =>
      posts
        .groupBy("authorId")
        .annotate((post) => ({ a: count().where(post.views.gt(5)), b: max(post.views).where(post.published.eq(true)) }))
        .filter({ a__gt: 1 }) as never,
    {
      sqlite: `SELECT "author_id", count(*) FILTER (WHERE "views" > ?) AS "a", max("views") FILTER (WHERE "published" = ?) AS "b" FROM "posts" WHERE "deleted_at" IS NULL GROUP BY "author_id" HAVING count(*) FILTER (WHERE "views" > ?) > ?`,
      postgres: `SELECT "author_id", count(*) FILTER (WHERE "views" > $1) AS "a", max("views") FILTER (WHERE "published" = $2) AS "b" FROM "posts" WHERE "deleted_at" IS NULL GROUP BY "author_id" HAVING count(*) FILTER (WHERE "views" > $1) > $3`,
      params: [5, 1, 5, 1],
    },
  );
});

test("a query around a window may test it", () => {
  expectQuery(
    Post,
    (posts) =>
      from(posts.annotate((post) => ({ place: rowNumber().over({ orderBy: post.views }) })).filter({ views__gt: 1 }))
        .filter({ place__lte: 3, author__name: "x" })
        .only("id"),
    {
      sqlite: `WITH "posts_rows" ("id", "title", "published", "views", "author_id", "reviewer_id", "created_at", "deleted_at", "place") AS (SELECT "posts"."id", "posts"."title", "posts"."published", "posts"."views", "posts"."author_id", "posts"."reviewer_id", "posts"."created_at", "posts"."deleted_at", row_number() OVER (ORDER BY "posts"."views") FROM "posts" WHERE "posts"."views" > ? AND "posts"."deleted_at" IS NULL) SELECT "posts_rows"."id", "posts_rows"."place" AS "place" FROM "posts_rows" JOIN "users" AS "author" ON "author"."id" = "posts_rows"."author_id" WHERE "posts_rows"."place" <= ? AND "author"."name" = ? ORDER BY "posts_rows"."created_at" DESC`,
      postgres: `WITH "posts_rows" ("id", "title", "published", "views", "author_id", "reviewer_id", "created_at", "deleted_at", "place") AS (SELECT "posts"."id", "posts"."title", "posts"."published", "posts"."views", "posts"."author_id", "posts"."reviewer_id", "posts"."created_at", "posts"."deleted_at", row_number() OVER (ORDER BY "posts"."views") FROM "posts" WHERE "posts"."views" > $1 AND "posts"."deleted_at" IS NULL) SELECT "posts_rows"."id", "posts_rows"."place" AS "place" FROM "posts_rows" JOIN "users" AS "author" ON "author"."id" = "posts_rows"."author_id" WHERE "posts_rows"."place" <= $2 AND "author"."name" = $3 ORDER BY "posts_rows"."created_at" DESC`,
      params: [1, 3, "x"],
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

test("mistakes in a window are refused by name", () => {
  const over = (window: object) => refused(() => count().over(window));
  assert.equal(over({ partition: 1 }), "over() has no option 'partition'. Did you mean 'partitionBy'?");
  assert.equal(over({ partitionBy: "authorId" }), "over(): partitionBy takes expressions such as post.authorId, not a string.");
  assert.equal(over({ orderBy: "id" }), "over(): orderBy takes orders such as post.views.desc(), not a string.");
  assert.equal(
    over({ rows: [1, -1] }),
    'over(): rows takes [from, to]: "start", whole numbers and "end", the earlier one first, as in [-2, 0].',
  );
  assert.equal(
    over({ rows: [0.5, 1] }),
    'over(): rows takes [from, to]: "start", whole numbers and "end", the earlier one first, as in [-2, 0].',
  );
  assert.equal(over({ range: [-1, 0] }), 'over(): range takes [from, to]: "start", 0 and "end", the earlier one first, as in [-2, 0].');
  assert.equal(over({ rows: [0, 1], range: [0, 0] }), "over() takes one frame, not both rows and range.");
  assert.equal(over({ groups: [0, 1] }), "over(): groups are rows that are equal in orderBy, which is missing. Add it, or use rows.");
});

test("a window stands where rows are made, and aggregates of rows where there are groups", () => {
  const placed = queryOn(User).annotate((user) => ({ place: rowNumber().over({ orderBy: user.id }) }));
  const known =
    "is computed over a window, which is known only when the rows are. Make the query a source, as in from(query.annotate(…)).filter(…).";
  assert.equal(
    refused(() => placed.filter({ place: 1 })),
    `filter(): 'place' ${known}`,
  );
  assert.equal(
    refused(() => placed.where((user) => user.place.gt(1))),
    `where(): the condition ${known}`,
  );
  assert.equal(
    refused(() => placed.groupBy("place")),
    `groupBy(): 'place' ${known}`,
  );
  assert.equal(
    refused(() => queryOn(User).annotate((user) => ({ total: sum(user.age) }))),
    "annotate(): 'total' aggregates rows of User itself. Use groupBy(…).annotate(…) for a value per group, or over(…) for a value per row.",
  );
});
