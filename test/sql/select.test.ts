import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../../src/base/errors.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { expectSql } from "../support/expect-sql.ts";
import { c, col, columnRef, compare, order, param, post, selectFrom, user } from "../support/statements.ts";
import { rootSource } from "../../src/ast/source.ts";

test("a statement about one table writes its columns bare", () => {
  const u = user();
  const statement = selectFrom(u, [col(u, c.id), col(u, c.name)], {
    where: compare(col(u, c.age), ">=", param("int")),
    limit: param("int"),
    offset: param("int"),
  });
  expectSql(statement, {
    sqlite: `SELECT "id", "name" FROM "users" WHERE "age" >= ? LIMIT ? OFFSET ?`,
    postgres: `SELECT "id", "name" FROM "users" WHERE "age" >= $1 LIMIT $2 OFFSET $3`,
  });
});

test("NULL sorts last ascending and first descending, spelled only where SQLite would differ and NULL can be", () => {
  const u = user();
  const statement = selectFrom(u, [col(u, c.id)], {
    orderBy: [
      order(col(u, c.age)),
      order(col(u, c.age), "desc"),
      order(col(u, c.name)),
      order(col(u, c.age), "asc", "first"),
      order(col(u, c.age), "desc", "last"),
    ],
  });
  expectSql(statement, {
    sqlite: `SELECT "id" FROM "users" ORDER BY "age" NULLS LAST, "age" DESC NULLS FIRST, "name", "age" NULLS FIRST, "age" DESC NULLS LAST`,
    postgres: `SELECT "id" FROM "users" ORDER BY "age", "age" DESC, "name", "age" NULLS FIRST, "age" DESC NULLS LAST`,
  });
});

test("an offset needs no limit", () => {
  const u = user();
  expectSql(selectFrom(u, [col(u, c.id)], { offset: param("int") }), {
    sqlite: `SELECT "id" FROM "users" LIMIT -1 OFFSET ?`,
    postgres: `SELECT "id" FROM "users" OFFSET $1`,
  });
});

test("a limit takes whole numbers from 0 and nothing else", () => {
  const u = user();
  const [binding] = sqlite.compile(selectFrom(u, [col(u, c.id)], { limit: param("int") })).bindings;
  const encode = binding!.parameter === null ? null : (binding!.encode as ((value: unknown) => unknown) | null);
  for (const wrong of [-1, 1.5, Number.NaN, 1e21, "1; drop table users", "1", null, undefined, -1n, [1], {}]) {
    assert.throws(() => encode!(wrong), /expects a whole number from 0/);
  }
  assert.deepEqual(
    [0, 10, 5n].map((right) => encode!(right)),
    [0, 10, 5n],
  );
});

test("groups, having and distinct", () => {
  const u = user();
  const count = { node: "aggregate", name: "count", argument: null, distinct: false, filter: null, type: { kind: "int" } } as const;
  const statement = selectFrom(u, [col(u, c.age), count], {
    distinct: true,
    groupBy: [col(u, c.age)],
    having: compare(count, ">", param("int")),
  });
  expectSql(statement, {
    sqlite: `SELECT DISTINCT "age", count(*) FROM "users" GROUP BY "age" HAVING count(*) > ?`,
    postgres: `SELECT DISTINCT "age", count(*) FROM "users" GROUP BY "age" HAVING count(*) > $1`,
  });
});

test("a repeated parameter is one placeholder on PostgreSQL, so that GROUP BY and SELECT are the same expression", () => {
  const u = user();
  const sum = { node: "arithmetic", operator: "+", left: col(u, c.age), right: param("int"), type: { kind: "int" } } as const;
  const statement = selectFrom(u, [sum], { groupBy: [sum] });
  expectSql(statement, {
    sqlite: `SELECT "age" + ? FROM "users" GROUP BY "age" + ?`,
    postgres: `SELECT "age" + $1::int FROM "users" GROUP BY "age" + $1::int`,
  });
  assert.equal(sqlite.compile(statement).bindings.length, 2);
  assert.equal(postgres.compile(statement).bindings.length, 1);
});

test("counting wraps only what has to be wrapped, and forgets the order", () => {
  const u = user();
  const count = (more: Parameters<typeof selectFrom>[2]): string =>
    sqlite.compile(selectFrom(u, [col(u, c.age)], { wrap: "count", orderBy: [order(col(u, c.id))], ...more })).sql;
  assert.equal(count({}), `SELECT count(*) FROM "users"`);
  assert.equal(count({ where: compare(col(u, c.age), ">", param("int")) }), `SELECT count(*) FROM "users" WHERE "age" > ?`);
  assert.equal(count({ limit: param("int") }), `SELECT count(*) FROM (SELECT 1 FROM "users" ORDER BY "id" LIMIT ?) AS "rows"`);
  assert.equal(count({ distinct: true }), `SELECT count(*) FROM (SELECT DISTINCT "age" FROM "users") AS "rows"`);
  assert.equal(count({ groupBy: [col(u, c.age)] }), `SELECT count(*) FROM (SELECT 1 FROM "users" GROUP BY "age") AS "rows"`);
});

test("exists keeps what decides whether there is a row", () => {
  const u = user();
  const exists = (more: Parameters<typeof selectFrom>[2]): string =>
    postgres.compile(selectFrom(u, [col(u, c.age)], { wrap: "exists", orderBy: [order(col(u, c.id))], ...more })).sql;
  assert.equal(exists({ distinct: true }), `SELECT EXISTS (SELECT 1 FROM "users")`);
  assert.equal(exists({ offset: param("int") }), `SELECT EXISTS (SELECT 1 FROM "users" ORDER BY "id" OFFSET $1)`);
});

test("rows marked as deleted are hidden without disturbing the rest of the condition", () => {
  const p = post();
  const where = {
    node: "logical",
    operator: "or",
    operands: [compare(col(p, c.id), "=", param("int")), compare(col(p, c.views), ">", param("int"))],
  } as const;
  const sql = (deleted: "exclude" | "include" | "only"): string => sqlite.compile(selectFrom(p, [col(p, c.id)], { where, deleted })).sql;
  assert.equal(sql("exclude"), `SELECT "id" FROM "posts" WHERE ("id" = ? OR "views" > ?) AND "deleted_at" IS NULL`);
  assert.equal(sql("only"), `SELECT "id" FROM "posts" WHERE ("id" = ? OR "views" > ?) AND "deleted_at" IS NOT NULL`);
  assert.equal(sql("include"), `SELECT "id" FROM "posts" WHERE "id" = ? OR "views" > ?`);
});

test("rows are locked on PostgreSQL; SQLite says what to do instead", () => {
  const u = user();
  const locked = (wait: "wait" | "skipLocked" | "noWait") => selectFrom(u, [col(u, c.id)], { lock: { strength: "update", wait } });
  assert.equal(postgres.compile(locked("wait")).sql, `SELECT "id" FROM "users" FOR UPDATE OF "users"`);
  assert.equal(postgres.compile(locked("skipLocked")).sql, `SELECT "id" FROM "users" FOR UPDATE OF "users" SKIP LOCKED`);
  assert.equal(postgres.compile(locked("noWait")).sql, `SELECT "id" FROM "users" FOR UPDATE OF "users" NOWAIT`);
  assert.throws(
    () => sqlite.compile(locked("wait")),
    (error) => error instanceof ConfigurationError && /read inside a transaction/.test(error.message),
  );
});

test("hostile names stay names", () => {
  const table = rootSource({ name: 'users"; DROP TABLE x; --', schema: null, softDelete: null });
  const evil = columnRef('a"."b" OR 1=1 --');
  expectSql(selectFrom(table, [{ expression: col(table, evil), alias: 'x" FROM y', type: null }]), {
    sqlite: `SELECT "a"".""b"" OR 1=1 --" AS "x"" FROM y" FROM "users""; DROP TABLE x; --"`,
    postgres: `SELECT "a"".""b"" OR 1=1 --" AS "x"" FROM y" FROM "users""; DROP TABLE x; --"`,
  });
  assert.throws(() => sqlite.compile(selectFrom(table, [col(table, columnRef("a\0b"))])), /NUL character/);
  assert.throws(() => sqlite.compile(selectFrom(table, [col(table, columnRef(""))])), /empty name/);
});

test("a compiled statement says which tables it reads and writes", () => {
  const u = user();
  assert.deepEqual(sqlite.compile(selectFrom(u, [col(u, c.id)])).reads, ["users"]);
  const remove = sqlite.compile({ statement: "delete", source: u, where: null, deleted: "exclude", returning: [] });
  assert.deepEqual([remove.reads, remove.writes], [["users"], ["users"]]);
});
