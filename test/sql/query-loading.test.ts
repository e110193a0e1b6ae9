/** The statements that load relations, and others that no query shows by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import { hasMany, int, joined, Model, selectIn } from "../../src/entry/index.ts";
import { findByKey } from "../../src/query/paging/by-key.ts";
import { rootOf } from "../../src/query/root.ts";
import { Category, Post, PostTag, Tag, User } from "../support/models.ts";
import { expectSent, Listener, queryOn } from "../support/query-texts.ts";

const tree = [
  [1, "root", null],
  [2, "leaf", 1],
];

test("a to-many relation: one statement with the keys of all parents, as one parameter", () =>
  expectSent(
    Category,
    (categories) => categories.with("children").all(),
    {
      sqlite: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "id", "name", "parent_id" FROM "categories" WHERE "parent_id" IN (SELECT "value" FROM json_each(?))`,
      postgres: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "id", "name", "parent_id" FROM "categories" WHERE "parent_id" = ANY($1::int[])`,
      params: ["[1,2]"],
    },
    [tree, []],
  ));

test("a to-one relation by a statement of its own asks for each partner once, and for none that is NULL", () =>
  expectSent(
    Category,
    (categories) => categories.with(selectIn("parent")).all(),
    {
      sqlite: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "id", "name", "parent_id" FROM "categories" WHERE "id" IN (SELECT "value" FROM json_each(?))`,
      postgres: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "id", "name", "parent_id" FROM "categories" WHERE "id" = ANY($1::int[])`,
      params: ["[1]"],
    },
    [[...tree, [3, "other leaf", 1]], []],
  ));

test("a relation through a join table", () =>
  expectSent(
    Tag,
    (tags) => tags.values("name", "posts.title"),
    {
      sqlite: `SELECT "name", "id" FROM "tags"; SELECT "posts_link"."tag_id", "posts"."title" FROM "posts" JOIN "post_tags" AS "posts_link" ON "posts_link"."post_id" = "posts"."id" WHERE "posts_link"."tag_id" IN (SELECT "value" FROM json_each(?)) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
      postgres: `SELECT "name", "id" FROM "tags"; SELECT "posts_link"."tag_id", "posts"."title" FROM "posts" JOIN "post_tags" AS "posts_link" ON "posts_link"."post_id" = "posts"."id" WHERE "posts_link"."tag_id" = ANY($1::int[]) AND "posts"."deleted_at" IS NULL ORDER BY "posts"."created_at" DESC`,
      params: ["[1]"],
    },
    [[["sql", 1]], []],
  ));

test("conditions, orders and limits of the relation's own query; the limit counts per parent", () =>
  expectSent(
    Category,
    (categories) => categories.with("children", (children) => children.filter({ name: "x" }).orderBy("-name").limit(3).offset(1)).all(),
    {
      sqlite: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "1", "2", "3" FROM (SELECT "id" AS "1", "name" AS "2", "parent_id" AS "3", row_number() OVER (PARTITION BY "parent_id" ORDER BY "name" DESC) AS "row" FROM "categories" WHERE "name" = ? AND "parent_id" IN (SELECT "value" FROM json_each(?))) AS "numbered" WHERE "row" > ? AND "row" - ? <= ? ORDER BY "row"`,
      postgres: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "1", "2", "3" FROM (SELECT "id" AS "1", "name" AS "2", "parent_id" AS "3", row_number() OVER (PARTITION BY "parent_id" ORDER BY "name" DESC) AS "row" FROM "categories" WHERE "name" = $1 AND "parent_id" = ANY($2::int[])) AS "numbered" WHERE "row" > $3 AND "row" - $3 <= $4 ORDER BY "row"`,
      params: ["x", "[1,2]", 1, 1, 3],
    },
    [tree, []],
  ));

test("no parents, no statement for their children", () =>
  expectSent(Category, (categories) => categories.with("children.children").all(), {
    sqlite: `SELECT "id", "name", "parent_id" FROM "categories"`,
    postgres: `SELECT "id", "name", "parent_id" FROM "categories"`,
    params: [],
  }));

test("a row by its key, simple or composite; soft-deleted rows are not found", async () => {
  const asked = async (dialect: typeof sqlite, model: typeof User | typeof PostTag | typeof Post, key: unknown): Promise<string> => {
    const listener = new Listener(dialect);
    assert.equal(await findByKey(listener, rootOf(model), key), null);
    return listener.asked[0]!.sql.replace(/^SELECT .* FROM/, "…");
  };
  assert.equal(await asked(sqlite, User, 1), `… "users" WHERE "id" = ? LIMIT 1`);
  assert.equal(await asked(postgres, User, 1), `… "users" WHERE "id" = $1 LIMIT 1`);
  assert.equal(await asked(sqlite, PostTag, { tagId: 2, postId: 1 }), `… "post_tags" WHERE "post_id" = ? AND "tag_id" = ? LIMIT 1`);
  assert.equal(await asked(postgres, PostTag, { tagId: 2, postId: 1 }), `… "post_tags" WHERE "post_id" = $1 AND "tag_id" = $2 LIMIT 1`);
  assert.equal(await asked(postgres, Post, 1), `… "posts" WHERE "id" = $1 AND "deleted_at" IS NULL LIMIT 1`);
});

test("rows are locked where the database can; SQLite says why it cannot", () => {
  const locked = queryOn(Post, postgres).filter({ author__name: "x" }).orderBy("id");
  assert.match(locked.forUpdate().toSQL().sql, / ORDER BY "posts"\."id" FOR UPDATE OF "posts"$/);
  assert.match(locked.forUpdate({ skipLocked: true }).toSQL().sql, / FOR UPDATE OF "posts" SKIP LOCKED$/);
  assert.match(locked.forUpdate({ noWait: true }).toSQL().sql, / FOR UPDATE OF "posts" NOWAIT$/);
  assert.throws(() => queryOn(Post).forUpdate().toSQL(), { code: "E1001", message: /^SQLite cannot lock single rows/ });
});

test("defer fetches everything but the columns named", () => {
  const expected = `SELECT "id", "name", "age", "role", "vip", "created_at" FROM "users"`;
  assert.equal(queryOn(User).defer("preferences", "email").toSQL().sql, expected);
  assert.equal(queryOn(User, postgres).defer("email").defer("preferences").toSQL().sql, expected);
});

test("a joined relation's columns stand beside the row's own", () => {
  assert.equal(
    queryOn(Category).with("parent").toSQL().sql,
    `SELECT "categories"."id", "categories"."name", "categories"."parent_id", "parent"."id", "parent"."name", "parent"."parent_id" FROM "categories" LEFT JOIN "categories" AS "parent" ON "parent"."id" = "categories"."parent_id"`,
  );
});

const children = `"children"."id", "children"."name", "children"."parent_id"`;
const join = `LEFT JOIN "categories" AS "children" ON "children"."parent_id" =`;

test("a joined relation to many is in the statement, whose rows stay together by key", () => {
  const own = `SELECT "categories"."id", "categories"."name", "categories"."parent_id", ${children} FROM "categories" ${join} "categories"."id"`;
  const query = (dialect: typeof sqlite): string => queryOn(Category, dialect).with(joined("children")).orderBy("-name").toSQL().sql;
  assert.equal(query(postgres), `${own} ORDER BY "categories"."name" DESC, "categories"."id", "children"."id"`);
  assert.equal(query(sqlite), `${own} ORDER BY "categories"."name" DESC, "categories"."id", "children"."id" NULLS LAST`);
});

test("a limit chooses the rows in a table of their own, before a relation to many is joined to them", () => {
  const chosen = (order: string, place = "", column = ""): string =>
    `WITH "categories_rows" ("id", "name", "parent_id"${column}) AS (SELECT "categories"."id", "categories"."name", "categories"."parent_id"${place} FROM "categories" ORDER BY ${order} LIMIT $1) ` +
    `SELECT "categories_rows"."id", "categories_rows"."name", "categories_rows"."parent_id", ${children} FROM "categories_rows" ${join} "categories_rows"."id"`;
  const query = queryOn(Category, postgres).with(joined("children")).limit(2);
  assert.equal(
    query.orderBy("name").toSQL().sql,
    `${chosen(`"categories"."name"`)} ORDER BY "categories_rows"."name", "categories_rows"."id", "children"."id"`,
  );
  assert.equal(
    query.orderBy((row) => row.name.lower().desc()).toSQL().sql,
    `${chosen(`lower("categories"."name") DESC`, `, row_number() OVER (ORDER BY lower("categories"."name") DESC)`, `, "place"`)} ORDER BY "categories_rows"."place", "categories_rows"."id", "children"."id"`,
  );
});

test("a joined relation through a join table: links and rows that count are joined first", () =>
  assert.match(
    queryOn(Tag, postgres).with(joined("posts")).toSQL().sql,
    / FROM "tags" LEFT JOIN \("post_tags" AS "posts_link" JOIN "posts" ON "posts"\."id" = "posts_link"\."post_id" AND "posts"\."deleted_at" IS NULL\) ON "posts_link"\."tag_id" = "tags"\."id" ORDER BY "tags"\."id", "posts"\."created_at" DESC, "posts"\."id"$/,
  ));

test("a refined relation that is joined is a table of its own, whose conditions leave the rows beside it alone", () => {
  const { sql, params } = queryOn(Category, postgres)
    .with("children", (rows) => rows.filter({ name: "x" }).orderBy("-name").only("name"))
    .with(joined("children"))
    .filter({ id: 3 })
    .toSQL();
  assert.equal(
    sql,
    `WITH "categories_rows" ("id", "name", "parent_id") AS (SELECT "categories"."id", "categories"."name", "categories"."parent_id" FROM "categories" WHERE "categories"."name" = $1) ` +
      `SELECT "categories"."id", "categories"."name", "categories"."parent_id", "children"."id", "children"."name" FROM "categories" LEFT JOIN "categories_rows" AS "children" ON "children"."parent_id" = "categories"."id" ` +
      `WHERE "categories"."id" = $2 ORDER BY "categories"."id", "children"."name" DESC, "children"."id"`,
  );
  assert.deepEqual(params, ["x", 3]);
});

test("rows are locked beside joined children, and not where they are chosen first", () => {
  const locked = queryOn(Category, postgres).with(joined("children")).forUpdate();
  assert.match(locked.toSQL().sql, / FOR UPDATE OF "categories"$/);
  assert.throws(() => locked.limit(1).toSQL(), {
    code: "E1001",
    message: /cannot be locked by forUpdate\(\)\. Load it with selectIn\("children"\)/,
  });
});

test("where only() leaves a child's key out, it comes beside the child", () =>
  expectSent(
    Category,
    (categories) => categories.with("children", (children) => children.only("name")).all(),
    {
      sqlite: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "parent_id", "id", "name" FROM "categories" WHERE "parent_id" IN (SELECT "value" FROM json_each(?))`,
      postgres: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "parent_id", "id", "name" FROM "categories" WHERE "parent_id" = ANY($1::int[])`,
      params: ["[1,2]"],
    },
    [tree, []],
  ));

test("an offset alone counts per parent too, and without an order by primary key", () =>
  expectSent(
    Category,
    (categories) => categories.with("children", (children) => children.offset(2)).all(),
    {
      sqlite: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "1", "2", "3" FROM (SELECT "id" AS "1", "name" AS "2", "parent_id" AS "3", row_number() OVER (PARTITION BY "parent_id" ORDER BY "id") AS "row" FROM "categories" WHERE "parent_id" IN (SELECT "value" FROM json_each(?))) AS "numbered" WHERE "row" > ? ORDER BY "row"`,
      postgres: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "1", "2", "3" FROM (SELECT "id" AS "1", "name" AS "2", "parent_id" AS "3", row_number() OVER (PARTITION BY "parent_id" ORDER BY "id") AS "row" FROM "categories" WHERE "parent_id" = ANY($1::int[])) AS "numbered" WHERE "row" > $2 ORDER BY "row"`,
      params: ["[1,2]", 2],
    },
    [tree, []],
  ));

test("a limit among distinct rows: equal ones share a number", () =>
  expectSent(
    Category,
    (categories) =>
      categories
        .with("children", (children) =>
          children
            .select((child) => ({ name: child.name }))
            .distinct()
            .limit(2),
        )
        .all(),
    {
      sqlite: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "1", "2" FROM (SELECT DISTINCT "parent_id" AS "1", "name" AS "2", dense_rank() OVER (PARTITION BY "parent_id" ORDER BY "name") AS "row" FROM "categories" WHERE "parent_id" IN (SELECT "value" FROM json_each(?))) AS "numbered" WHERE "row" <= ? ORDER BY "row"`,
      postgres: `SELECT "id", "name", "parent_id" FROM "categories"; SELECT "1", "2" FROM (SELECT DISTINCT "parent_id" AS "1", "name" AS "2", dense_rank() OVER (PARTITION BY "parent_id" ORDER BY "name") AS "row" FROM "categories" WHERE "parent_id" = ANY($1::int[])) AS "numbered" WHERE "row" <= $2 ORDER BY "row"`,
      params: ["[1,2]", 2],
    },
    [tree, []],
  ));

class Row extends Model(
  "rows",
  { house: int(), no: int(), seats: () => hasMany(Seat, ["house", "rowNo"]) },
  { primaryKey: ["house", "no"] },
) {}
class Seat extends Model(
  "seats",
  { id: int().primaryKey(), house: int(), rowNo: int(), price: int() },
  { indexes: [["house", "rowNo", "price"]] },
) {}

test("a limit per parent asks for keys of several columns in pairs", () =>
  expectSent(
    Row,
    (rows) => rows.with("seats", (seats) => seats.limit(2)).all(),
    {
      sqlite: `SELECT "house", "no" FROM "rows"; SELECT * FROM (SELECT "id" AS "1", "house" AS "2", "row_no" AS "3", "price" AS "4", row_number() OVER (PARTITION BY "house", "row_no" ORDER BY "id") AS "row" FROM "seats" WHERE ("house", "row_no") IN (SELECT "l1"."value", "l2"."value" FROM json_each(?) AS "l1" JOIN (SELECT "key", "value" FROM json_each(?) LIMIT -1) AS "l2" ON "l2"."key" = "l1"."key")) AS "numbered" WHERE "row" <= ? ORDER BY "row"`,
      postgres: `SELECT "house", "no" FROM "rows"; SELECT * FROM (SELECT "id" AS "1", "house" AS "2", "row_no" AS "3", "price" AS "4", row_number() OVER (PARTITION BY "house", "row_no" ORDER BY "id") AS "row" FROM "seats" WHERE ("house", "row_no") IN (SELECT * FROM unnest($1::int[], $2::int[]))) AS "numbered" WHERE "row" <= $3 ORDER BY "row"`,
      params: ["[1,2]", "[7,8]", 2],
    },
    [
      [
        [1, 7],
        [2, 8],
      ],
      [],
    ],
  ));

test("a limit in the order of an index on keys of several columns looks up each parent by itself, where the database can", () =>
  expectSent(
    Row,
    (rows) => rows.with("seats", (seats) => seats.orderBy("price").limit(2)).all(),
    {
      sqlite: `SELECT "house", "no" FROM "rows"; SELECT * FROM (SELECT "id" AS "1", "house" AS "2", "row_no" AS "3", "price" AS "4", row_number() OVER (PARTITION BY "house", "row_no" ORDER BY "price") AS "row" FROM "seats" WHERE ("house", "row_no") IN (SELECT "l1"."value", "l2"."value" FROM json_each(?) AS "l1" JOIN (SELECT "key", "value" FROM json_each(?) LIMIT -1) AS "l2" ON "l2"."key" = "l1"."key")) AS "numbered" WHERE "row" <= ? ORDER BY "row"`,
      postgres: `SELECT "house", "no" FROM "rows"; SELECT * FROM unnest($1::int[], $2::int[]) AS "keys" ("key", "key2") CROSS JOIN LATERAL (SELECT "id" AS "1", "house" AS "2", "row_no" AS "3", "price" AS "4", row_number() OVER (ORDER BY "price") AS "row" FROM "seats" WHERE "house" = "keys"."key" AND "row_no" = "keys"."key2" ORDER BY "price" LIMIT $3) AS "numbered" ORDER BY "row"`,
      params: ["[1,2]", "[7,8]", 2],
    },
    [
      [
        [1, 7],
        [2, 8],
      ],
      [],
    ],
  ));

test("a limit in the order of an index on the parents' key looks up each parent by itself, where the database can", () =>
  expectSent(
    User,
    (users) =>
      users
        .only("id")
        .with("posts", (posts) => posts.only("title").orderBy("-createdAt").limit(3))
        .all(),
    {
      sqlite: `SELECT "id" FROM "users"; SELECT "1", "2", "3" FROM (SELECT "author_id" AS "1", "id" AS "2", "title" AS "3", row_number() OVER (PARTITION BY "author_id" ORDER BY "created_at" DESC) AS "row" FROM "posts" WHERE "author_id" IN (SELECT "value" FROM json_each(?)) AND "deleted_at" IS NULL) AS "numbered" WHERE "row" <= ? ORDER BY "row"`,
      postgres: `SELECT "id" FROM "users"; SELECT "1", "2", "3" FROM unnest($1::int[]) AS "keys" ("key") CROSS JOIN LATERAL (SELECT "author_id" AS "1", "id" AS "2", "title" AS "3", row_number() OVER (ORDER BY "created_at" DESC) AS "row" FROM "posts" WHERE "author_id" = "keys"."key" AND "deleted_at" IS NULL ORDER BY "created_at" DESC LIMIT $2) AS "numbered" ORDER BY "row"`,
      params: ["[1]", 3],
    },
    [[[1]], []],
  ));
