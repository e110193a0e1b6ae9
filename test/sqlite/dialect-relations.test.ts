import assert from "node:assert/strict";
import { test } from "node:test";
import { joinedSource } from "../../src/ast/source.ts";
import { openMemory, runOn } from "../support/run-sqlite.ts";
import * as blog from "../support/statements.ts";
import { c, col, compare, countOf, exists, item, not, order, param, post, selectFrom, user } from "../support/statements.ts";

const filled = (): ReturnType<typeof openMemory> =>
  openMemory(`
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER, manager_id INTEGER) STRICT;
    CREATE TABLE profiles (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, bio TEXT NOT NULL) STRICT;
    CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL, views INTEGER NOT NULL, author_id INTEGER NOT NULL, deleted_at TEXT) STRICT;
    CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
    CREATE TABLE post_tags (post_id INTEGER NOT NULL, tag_id INTEGER NOT NULL) STRICT;
    INSERT INTO users VALUES (1, 'ann', 30, NULL), (2, 'bob', NULL, 1), (3, 'cid', 40, 1);
    INSERT INTO profiles VALUES (1, 2, 'bio of bob');
    INSERT INTO posts VALUES (1, 'a', 1, 1, NULL), (2, 'b', 2, 2, NULL), (3, 'c', 3, 2, '2026-01-01 00:00:00');
    INSERT INTO tags VALUES (1, 'sql'), (2, 'orm');
    INSERT INTO post_tags VALUES (1, 1), (2, 1), (2, 2);
  `);

test("to-one relations give NULL where there is no partner, sorted last", () => {
  const p = post();
  const profile = joinedSource(joinedSource(p, blog.author), blog.profile);
  const statement = selectFrom(p, [col(p, c.id), col(profile, c.bio)], { orderBy: [order(col(profile, c.bio))] });
  assert.deepEqual(runOn(filled(), statement), [
    [2, "bio of bob"],
    [1, null],
  ]);
});

test("some, none and counts over to-many relations see live rows only", () => {
  const u = user();
  const tagged = (name: string) =>
    exists(u, blog.userPosts, (p) => exists(p, blog.tagsOfPost, (t) => compare(col(t, c.name), "=", param("text", name))));
  const ids = (where: Parameters<typeof not>[0]): unknown[] =>
    runOn(filled(), selectFrom(u, [col(u, c.id)], { where, orderBy: [order(col(u, c.id))] })).flat();
  assert.deepEqual([ids(tagged("sql")), ids(tagged("orm")), ids(not(tagged("sql")))], [[1, 2], [2], [3]]);
  const counts = selectFrom(u, [col(u, c.id), countOf(u, blog.userPosts), countOf(u, blog.reports)], { orderBy: [order(col(u, c.id))] });
  assert.deepEqual(runOn(filled(), counts), [
    [1, 1, 2],
    [2, 1, 0],
    [3, 0, 0],
  ]);
});

test("an update finds its rows by other tables, and gives their columns back", () => {
  const p = post();
  const author = joinedSource(p, blog.author);
  const where = compare(col(joinedSource(author, blog.profile), c.bio), "=", param("text", "bio of bob"));
  const update = {
    statement: "update",
    source: p,
    set: [[c.title, col(author, c.name)]],
    where,
    deleted: "exclude",
    returning: [item(col(p, c.title), "text"), item(col(author, c.name), "text")],
  } as const;
  assert.deepEqual(runOn(filled(), update), [["bob", "bob"]]);
});

test("a delete finds its rows by their neighbours", () => {
  const database = filled();
  const u = user();
  const manager = joinedSource(u, blog.manager);
  runOn(database, {
    statement: "delete",
    source: u,
    where: compare(col(manager, c.name), "=", param("text", "ann")),
    deleted: "exclude",
    returning: [],
  });
  assert.deepEqual(
    database
      .prepare("SELECT id FROM users")
      .all()
      .map((row) => row["id"]),
    [1],
  );
});

test("an upsert adds what was proposed to what was there", () => {
  const database = filled();
  const u = user();
  const added = {
    node: "arithmetic",
    operator: "+",
    left: col(u, c.age),
    right: { node: "proposed", column: c.age },
    type: { kind: "int" },
  } as const;
  const upsert = {
    statement: "insert",
    table: blog.users,
    columns: [c.name, c.age],
    rows: [[param("text", "ann"), param("int", 5)]],
    conflict: { target: [c.name], update: [[c.age, added]] },
    returning: [item(col(u, c.id), "int"), item(col(u, c.age), "int")],
  } as const;
  assert.deepEqual(runOn(database, upsert), [[1, 35]]);
});

test("counting and asking for existence see the same rows as reading", () => {
  const p = post();
  const wrapped = (wrap: "count" | "exists", offset: number | null): unknown =>
    runOn(filled(), selectFrom(p, [col(p, c.id)], { wrap, offset: offset === null ? null : param("int", offset) }))[0]![0];
  assert.deepEqual([wrapped("count", null), wrapped("count", 1), wrapped("exists", null), wrapped("exists", 2)], [2, 1, 1, 0]);
});
