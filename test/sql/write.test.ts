import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExpressionNode, ParameterNode } from "../../src/ast/expression.ts";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import { expectSql } from "../support/expect-sql.ts";
import { c, col, compare, item, param, selectFrom, user, users } from "../support/statements.ts";

const insert = {
  statement: "insert",
  table: users,
  columns: [c.name, c.age],
  rows: [[param("text"), param("int")]],
  conflict: null,
  returning: [],
} as const;

test("rows are inserted together, and read back", () => {
  const u = user();
  expectSql(
    {
      ...insert,
      rows: [
        [param("text"), param("int")],
        [param("text"), { node: "literal", value: null }],
      ],
      returning: [item(col(u, c.id), "int")],
    },
    {
      sqlite: `INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, NULL) RETURNING "id"`,
      postgres: `INSERT INTO "users" ("name", "age") VALUES ($1, $2), ($3, NULL) RETURNING "id"`,
    },
  );
});

test("rows of a query are inserted, also from the table itself", () => {
  const u = user();
  const select = selectFrom(u, [col(u, c.name)], { where: compare(col(u, c.age), ">", param("int")) });
  const into = { statement: "insertSelect", table: users, columns: [c.name], select, returning: [item(col(user(), c.id), "int")] } as const;
  expectSql(into, {
    sqlite: `INSERT INTO "users" ("name") SELECT "users_2"."name" FROM "users" AS "users_2" WHERE "users_2"."age" > ? RETURNING "users"."id"`,
    postgres: `INSERT INTO "users" ("name") SELECT "users_2"."name" FROM "users" AS "users_2" WHERE "users_2"."age" > $1 RETURNING "users"."id"`,
  });
});

test("a row without any value is all defaults", () => {
  const text = `INSERT INTO "users" DEFAULT VALUES`;
  expectSql({ ...insert, columns: [], rows: [[]] }, { sqlite: text, postgres: text });
});

test("a conflict is overwritten or ignored", () => {
  const u = user();
  const views = {
    node: "arithmetic",
    operator: "+",
    left: col(u, c.age),
    right: { node: "proposed", column: c.age },
    type: { kind: "int" },
  } as const;
  expectSql(
    { ...insert, conflict: { target: [c.name], update: [[c.age, views]] } },
    {
      sqlite: `INSERT INTO "users" ("name", "age") VALUES (?, ?) ON CONFLICT ("name") DO UPDATE SET "age" = "users"."age" + excluded."age"`,
      postgres: `INSERT INTO "users" ("name", "age") VALUES ($1, $2) ON CONFLICT ("name") DO UPDATE SET "age" = "users"."age" + excluded."age"`,
    },
  );
  expectSql(
    { ...insert, conflict: { target: [], update: [] } },
    {
      sqlite: `INSERT INTO "users" ("name", "age") VALUES (?, ?) ON CONFLICT DO NOTHING`,
      postgres: `INSERT INTO "users" ("name", "age") VALUES ($1, $2) ON CONFLICT DO NOTHING`,
    },
  );
});

test("a default inside a row is PostgreSQL's only", () => {
  const statement = { ...insert, rows: [[param("text"), { node: "default" }]] } as const;
  assert.equal(postgres.compile(statement).sql, `INSERT INTO "users" ("name", "age") VALUES ($1, DEFAULT)`);
  assert.throws(() => sqlite.compile(statement), /leave out the column/);
});

test("updates and deletes", () => {
  const u = user();
  const one = compare(col(u, c.id), "=", param("int"));
  const added = { node: "arithmetic", operator: "+", left: col(u, c.age), right: param("int"), type: { kind: "int" } } as const;
  expectSql(
    {
      statement: "update",
      source: u,
      set: [
        [c.name, param("text")],
        [c.age, added],
      ],
      where: one,
      deleted: "exclude",
      returning: [item(col(u, c.id), "int")],
    },
    {
      sqlite: `UPDATE "users" SET "name" = ?, "age" = "age" + ? WHERE "id" = ? RETURNING "id"`,
      postgres: `UPDATE "users" SET "name" = $1, "age" = "age" + $2::int WHERE "id" = $3 RETURNING "id"`,
    },
  );
  expectSql(
    { statement: "delete", source: u, where: one, deleted: "exclude", returning: [] },
    {
      sqlite: `DELETE FROM "users" WHERE "id" = ?`,
      postgres: `DELETE FROM "users" WHERE "id" = $1`,
    },
  );
});

test("an insert of lists names the values that are the same in every row first", () => {
  const statement = { ...insert, rows: [[param("text", null, "column"), param("int")]], conflict: { target: [], update: [] } } as const;
  expectSql(statement, {
    sqlite:
      `INSERT INTO "users" ("name", "age") SELECT "given"."1", ? ` +
      `FROM (SELECT "l1"."value" AS "1" FROM json_each(?) AS "l1") AS "given" WHERE true ON CONFLICT DO NOTHING`,
    postgres: `INSERT INTO "users" ("name", "age") SELECT "given"."1", $1 FROM unnest($2::text[]) AS "given" ("1") ON CONFLICT DO NOTHING`,
  });
  assert.deepEqual(
    sqlite.compile(statement).bindings.map(({ parameter }) => parameter),
    [statement.rows[0][1], statement.rows[0][0]],
  );
});

test("rows of values are looked for among lists, one for each column", () => {
  const u = user();
  const where: ExpressionNode = {
    node: "inRows",
    operands: [col(u, c.id), col(u, c.name)],
    lists: [param("int", null, "list"), param("text", null, "list")],
    negated: true,
  };
  expectSql(
    { statement: "delete", source: u, where, deleted: "include", returning: [] },
    {
      sqlite:
        `DELETE FROM "users" WHERE ("id", "name") NOT IN (SELECT "l1"."value", "l2"."value" FROM json_each(?) AS "l1" ` +
        `JOIN (SELECT "key", "value" FROM json_each(?) LIMIT -1) AS "l2" ON "l2"."key" = "l1"."key")`,
      postgres: `DELETE FROM "users" WHERE ("id", "name") NOT IN (SELECT * FROM unnest($1::int[], $2::text[]))`,
    },
  );
});

test("updates and deletes of many rows are joined to lists of values, where the database takes them", () => {
  const u = user();
  const [ids, ages] = [param("int", null, "column"), param("int", null, "column")];
  const given = (list: ParameterNode): ExpressionNode => ({ node: "given", list });
  const update = {
    statement: "update",
    source: u,
    set: [[c.age, given(ages)]],
    where: compare(col(u, c.id), "=", given(ids)),
    deleted: "include",
    returning: [item({ node: "given", list: null }, "int"), item(col(u, c.age), "int")],
  } as const;
  assert.equal(
    postgres.compile(update).sql,
    `UPDATE "users" SET "age" = "given"."1" FROM unnest($1::int[], $2::int[]) WITH ORDINALITY AS "given" ("1", "2", "place") ` +
      `WHERE "users"."id" = "given"."2" RETURNING "given"."place"::int, "users"."age"`,
  );
  assert.deepEqual(
    postgres.compile(update).bindings.map(({ parameter }) => parameter),
    [ages, ids],
  );
  const remove = { statement: "delete", source: u, where: update.where, deleted: "include", returning: [] } as const;
  assert.equal(
    postgres.compile(remove).sql,
    `DELETE FROM "users" USING unnest($1::int[]) AS "given" ("1") WHERE "users"."id" = "given"."1"`,
  );
  assert.throws(() => sqlite.compile(remove), /lists of values for a database that takes none in it/);
});

test("the current time takes the form of the column it is put into", () => {
  const u = user();
  expectSql(
    {
      statement: "update",
      source: u,
      set: [
        [c.createdAt, { node: "now" }],
        [{ ...c.createdAt, name: "day", type: { kind: "date" } }, { node: "now" }],
      ],
      where: null,
      deleted: "exclude",
      returning: [],
    },
    {
      sqlite: `UPDATE "users" SET "created_at" = replace(strftime('%Y-%m-%d %H:%M:%f', 'now'), '.000', ''), "day" = date('now')`,
      postgres: `UPDATE "users" SET "created_at" = now(), "day" = (now() AT TIME ZONE 'UTC')::date`,
    },
  );
});

test("raw SQL is bound and quoted by the database's rules", () => {
  const statement = {
    statement: "raw",
    sql: {
      node: "raw",
      texts: ["SELECT name FROM ", " WHERE ", " > ", ""],
      parts: [{ node: "tableName", table: users }, { node: "columnName", column: c.age, table: users }, param(null, 18, "asGiven")],
      type: null,
    },
  } as const;
  expectSql(statement, {
    sqlite: `SELECT name FROM "users" WHERE "users"."age" > ?`,
    postgres: `SELECT name FROM "users" WHERE "users"."age" > $1`,
  });
  assert.deepEqual([sqlite.compile(statement).reads, sqlite.compile(statement).writes], [["users"], []]);
});
