import { test } from "node:test";
import { joinedSource } from "../../src/ast/source.ts";
import { expectSql } from "../support/expect-sql.ts";
import * as blog from "../support/statements.ts";
import {
  and,
  c,
  col,
  columnRef,
  compare,
  countOf,
  exists,
  item,
  order,
  param,
  post,
  posts,
  relationRef,
  selectFrom,
  user,
  users,
} from "../support/statements.ts";

test("to-one relations are joined once each, by their path, in order of first appearance", () => {
  const p = post();
  const author = joinedSource(p, blog.author);
  const profile = joinedSource(author, blog.profile);
  const statement = selectFrom(p, [col(p, c.id), col(profile, c.bio), col(author, c.name)], {
    orderBy: [order(col(author, c.name)), order(col(profile, c.bio))],
    deleted: "include",
  });
  const text = `SELECT "posts"."id", "author_profile"."bio", "author"."name" FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" LEFT JOIN "profiles" AS "author_profile" ON "author_profile"."user_id" = "author"."id" ORDER BY "author"."name", "author_profile"."bio"`;
  expectSql(statement, { sqlite: `${text} NULLS LAST`, postgres: text });
});

test("a joined table that can be soft-deleted hides its deleted rows, and so is optional", () => {
  const comments = { name: "comments", schema: null, softDelete: null };
  const source = { table: comments, parent: null, relation: null, children: new Map() };
  const joined = joinedSource(source, blog.postRelation);
  const author = joinedSource(joined, blog.author);
  const statement = selectFrom(source, [col(joined, c.title), col(author, c.name)]);
  const hidden = `SELECT "post"."title", "post_author"."name" FROM "comments" LEFT JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" AND "post"."deleted_at" IS NULL LEFT JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id"`;
  expectSql(statement, { sqlite: hidden, postgres: hidden });
  const seen = `SELECT "post"."title", "post_author"."name" FROM "comments" JOIN "posts" AS "post" ON "post"."id" = "comments"."post_id" JOIN "users" AS "post_author" ON "post_author"."id" = "post"."author_id"`;
  expectSql({ ...statement, deleted: "include" }, { sqlite: seen, postgres: seen });
});

test("to-many relations are subqueries, through a join table where there is one", () => {
  const u = user();
  const where = exists(u, blog.userPosts, (p) =>
    and(
      compare(col(p, c.views), ">", param("int")),
      exists(p, blog.tagsOfPost, (t) => compare(col(t, c.name), "=", param("text")), true),
    ),
  );
  const text = (first: string, second: string): string =>
    `SELECT "users"."id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "posts"."views" > ${first} AND NOT EXISTS (SELECT 1 FROM "post_tags" JOIN "tags" ON "tags"."id" = "post_tags"."tag_id" WHERE "post_tags"."post_id" = "posts"."id" AND "tags"."name" = ${second}))`;
  expectSql(selectFrom(u, [col(u, c.id)], { where }), { sqlite: text("?", "?"), postgres: text("$1", "$2") });
});

test("a table inside itself gets a number, and so do the joins of the inner one", () => {
  const u = user();
  const manager = joinedSource(u, blog.manager);
  const where = exists(manager, blog.reports, (r) => compare(col(joinedSource(r, blog.manager), c.name), "=", col(u, c.name)));
  const text = `SELECT "users"."id", (SELECT count(*) FROM "users" AS "users_2" WHERE "users_2"."manager_id" = "users"."id") FROM "users" LEFT JOIN "users" AS "manager" ON "manager"."id" = "users"."manager_id" WHERE EXISTS (SELECT 1 FROM "users" AS "users_2" LEFT JOIN "users" AS "manager_2" ON "manager_2"."id" = "users_2"."manager_id" WHERE "users_2"."manager_id" = "manager"."id" AND "manager_2"."name" = "users"."name")`;
  expectSql(selectFrom(u, [col(u, c.id), countOf(u, blog.reports)], { where }), { sqlite: text, postgres: text });
});

test("an alias that is taken gets a number, whatever the case", () => {
  const p = post();
  const named = relationRef("Posts", users, [[c.authorId, c.id]]);
  const text = `SELECT "Posts_2"."name" FROM "posts" JOIN "users" AS "Posts_2" ON "Posts_2"."id" = "posts"."author_id"`;
  expectSql(selectFrom(p, [col(joinedSource(p, named), c.name)], { deleted: "include" }), { sqlite: text, postgres: text });
});

test("an alias has at most 63 bytes and no half characters", () => {
  const p = post();
  const long = relationRef("é".repeat(40), users, [[c.authorId, c.id]]);
  const alias = "é".repeat(31);
  const text = `SELECT "${alias}"."name" FROM "posts" JOIN "users" AS "${alias}" ON "${alias}"."id" = "posts"."author_id"`;
  expectSql(selectFrom(p, [col(joinedSource(p, long), c.name)], { deleted: "include" }), { sqlite: text, postgres: text });
});

test("keys of several columns are joined by all of them", () => {
  const a = columnRef("a");
  const b = columnRef("b");
  const p = post();
  const composite = relationRef("owner", users, [
    [a, c.id],
    [b, c.age],
  ]);
  const text = `SELECT "owner"."name" FROM "posts" JOIN "users" AS "owner" ON "owner"."id" = "posts"."a" AND "owner"."age" = "posts"."b"`;
  expectSql(selectFrom(p, [col(joinedSource(p, composite), c.name)], { deleted: "include" }), { sqlite: text, postgres: text });
});

test("UPDATE and DELETE read columns of other tables by subqueries", () => {
  const p = post();
  const author = joinedSource(p, blog.author);
  const profile = joinedSource(author, blog.profile);
  const bio = `(SELECT "author_profile"."bio" FROM "users" AS "author" JOIN "profiles" AS "author_profile" ON "author_profile"."user_id" = "author"."id" WHERE "author"."id" = "posts"."author_id")`;
  const name = `(SELECT "author"."name" FROM "users" AS "author" WHERE "author"."id" = "posts"."author_id")`;
  const update = {
    statement: "update",
    source: p,
    set: [[c.title, param("text")]],
    where: compare(col(profile, c.bio), "=", param("text")),
    deleted: "exclude",
    returning: [item(col(author, c.name), "text")],
  } as const;
  expectSql(update, {
    sqlite: `UPDATE "posts" SET "title" = ? WHERE ${bio} = ? AND "posts"."deleted_at" IS NULL RETURNING ${name}`,
    postgres: `UPDATE "posts" SET "title" = $1 WHERE ${bio} = $2 AND "posts"."deleted_at" IS NULL RETURNING ${name}`,
  });
  expectSql(
    { statement: "delete", source: p, where: compare(col(author, c.name), "=", param("text")), deleted: "only", returning: [] },
    {
      sqlite: `DELETE FROM "posts" WHERE ${name} = ? AND "posts"."deleted_at" IS NOT NULL`,
      postgres: `DELETE FROM "posts" WHERE ${name} = $1 AND "posts"."deleted_at" IS NOT NULL`,
    },
  );
});

test("the tables that a subquery needs do not make the outer scope join them", () => {
  const u = user();
  const where = exists(u, relationRef("posts", posts, [[c.id, c.authorId]], { toMany: true, optional: true }), (p) =>
    compare(col(joinedSource(p, blog.author), c.name), "=", param("text")),
  );
  const text = (value: string): string =>
    `SELECT "users"."id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" JOIN "users" AS "author" ON "author"."id" = "posts"."author_id" WHERE "posts"."author_id" = "users"."id" AND "posts"."deleted_at" IS NULL AND "author"."name" = ${value})`;
  expectSql(selectFrom(u, [col(u, c.id)], { where }), { sqlite: text("?"), postgres: text("$1") });
});
