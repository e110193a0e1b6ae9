import assert from "node:assert/strict";
import { test } from "node:test";
import { bigint, int, smallint, text, uuid } from "../../../src/schema/columns/column-factories.ts";
import { Model } from "../../../src/schema/model.ts";
import { camelCase, constraintName, singular, snakeCase } from "../../../src/schema/naming.ts";
import { belongsTo, hasMany, hasOne, manyToMany } from "../../../src/schema/relations/relation.ts";
import { definedTable, knownTable, tableOf } from "../../../src/schema/registry.ts";
import { softDelete } from "../../../src/schema/columns/soft-delete.ts";
import { timestamps } from "../../../src/schema/columns/timestamps.ts";

class User extends Model(
  "users",
  {
    id: int().primaryKey(),
    email: text().unique().index(),
    teamCode: text().references("teams.code"),
    bossId: int()
      .nullable()
      .references("users" as "users.id", { onDelete: "set null" }),
    ...timestamps,
    team: () => belongsTo(Team, "teamCode", { onUpdate: "cascade" }),
    profile: () => hasOne(Profile, "userId"),
    posts: () => hasMany(Post, "authorId"),
    tags: () => manyToMany(Tag, { through: "user_tags" }),
    friends: () => manyToMany(User, { through: Friendship }),
  },
  { unique: [["email"], ["teamCode", "email"]], indexes: [["createdAt", "id"], ["email"]], orderBy: ["-createdAt", "id"] },
) {}
class Team extends Model("teams", { id: int().primaryKey(), code: text().unique(), members: () => hasMany(User, "teamCode") }) {}
class Profile extends Model("profiles", { userId: int().primaryKey(), user: () => belongsTo(User, "userId", { onDelete: "cascade" }) }) {}
class Post extends Model("posts", { id: uuid().primaryKey(), authorId: int(), ...softDelete, author: () => belongsTo(User, "authorId") }) {}
class Tag extends Model("tags", { id: bigint().primaryKey() }) {}
class Friendship extends Model(
  "friendships",
  { fromId: int(), toId: int(), from: () => belongsTo(User, "fromId"), to: () => belongsTo(User, "toId") },
  { primaryKey: ["fromId", "toId"] },
) {}

const names = (columns: readonly { readonly name: string }[]) => columns.map((column) => column.name);
const pairs = (keys: readonly (readonly [{ name: string }, { name: string }])[]) => keys.map(([near, far]) => [near.name, far.name]);

test("columns keep their order, with names in snake case", () => {
  const table = tableOf(User);
  assert.deepEqual(names(table.columns), ["id", "email", "team_code", "boss_id", "created_at", "updated_at"]);
  assert.deepEqual(
    table.columns.map((column) => column.position),
    [0, 1, 2, 3, 4, 5],
  );
  assert.deepEqual([...table.byProperty.keys()], ["id", "email", "teamCode", "bossId", "createdAt", "updatedAt"]);
  assert.deepEqual(table.relationNames, ["team", "profile", "posts", "tags", "friends"]);
  assert.equal(table.modelName, "User");
  assert.equal(table.model, User);
});

test("the database counts up single integer keys, and no others", () => {
  const generated = (model: unknown) => definedTable(model).primaryKey.map((column) => column.generated);
  assert.deepEqual(generated(User), [true]);
  assert.deepEqual(generated(Tag), [true]);
  assert.deepEqual(generated(Post), [false]);
  assert.deepEqual(generated(Friendship), [false, false]);
  assert.deepEqual(generated(class extends Model("a", { id: smallint().primaryKey().default(1) }) {}), [false]);
});

test("an index that a constraint already has is not made twice", () => {
  const table = tableOf(User);
  assert.deepEqual(
    table.uniques.map((it) => [it.name, names(it.columns)]),
    [
      ["users_email_key", ["email"]],
      ["users_team_code_email_key", ["team_code", "email"]],
    ],
  );
  assert.deepEqual(
    table.indexes.map((it) => [it.name, names(it.columns)]),
    [["users_created_at_id_idx", ["created_at", "id"]]],
  );
  assert.deepEqual(
    table.orderBy.map((it) => [it.column.name, it.direction]),
    [
      ["created_at", "desc"],
      ["id", "asc"],
    ],
  );
});

test("foreign keys come from belongsTo and from references, one for each column", () => {
  assert.deepEqual(
    tableOf(User).foreignKeys.map((it) => [it.name, names(it.columns), it.target.name, it.targetColumns, it.onDelete, it.onUpdate]),
    [
      ["users_team_code_fkey", ["team_code"], "teams", ["code"], "no action", "cascade"],
      ["users_boss_id_fkey", ["boss_id"], "users", ["id"], "set null", "no action"],
    ],
  );
  assert.deepEqual(tableOf(Team).foreignKeys, []);
});

test("relations say which columns meet", () => {
  const relation = (model: unknown, name: string) => {
    const { kind, target, toMany, optional, keys, through } = tableOf(model).relation(name)!;
    return [kind, target.name, toMany, optional, pairs(keys), through && [through.table.name, pairs(through.keys)]];
  };
  assert.deepEqual(relation(User, "team"), ["belongsTo", "teams", false, false, [["team_code", "code"]], null]);
  assert.deepEqual(relation(Team, "members"), ["hasMany", "users", true, true, [["code", "team_code"]], null]);
  assert.deepEqual(relation(User, "profile"), ["hasOne", "profiles", false, true, [["id", "user_id"]], null]);
  assert.deepEqual(relation(User, "posts"), ["hasMany", "posts", true, true, [["id", "author_id"]], null]);
  assert.deepEqual(relation(User, "tags"), ["manyToMany", "tags", true, true, [["id", "user_id"]], ["user_tags", [["tag_id", "id"]]]]);
  assert.deepEqual(relation(User, "friends"), ["manyToMany", "users", true, true, [["id", "from_id"]], ["friendships", [["to_id", "id"]]]]);
});

test("a table and its relations are resolved once", () => {
  assert.equal(tableOf(User), tableOf(User));
  assert.equal(tableOf(User), definedTable(User));
  assert.equal(tableOf(User).relation("posts"), tableOf(User).relation("posts"));
  assert.equal(tableOf(User).relation("posts")?.target, tableOf(Post));
  assert.equal(tableOf(User).relation("constructor"), undefined);
  assert.equal(knownTable({ schema: null, name: "users" }), tableOf(User));
  assert.equal(knownTable({ schema: null, name: "nothing" }), undefined);
  assert.equal(tableOf(Post).softDelete?.property, "deletedAt");
});

test("names in snake case", () => {
  const cases: Readonly<Record<string, string>> = {
    createdAt: "created_at",
    userID: "user_id",
    userIDs: "user_ids",
    HTMLParser: "html_parser",
    html5Parser: "html5_parser",
    parseURLsNow: "parse_urls_now",
    x: "x",
    aB: "a_b",
    line2Text: "line2_text",
    already_snake: "already_snake",
    _private: "_private",
    größeÜber: "größeüber",
  };
  for (const [name, snake] of Object.entries(cases)) assert.equal(snakeCase(name), snake);
  assert.equal(camelCase("post_tag_id"), "postTagId");
});

test("one of many", () => {
  const cases: Readonly<Record<string, string>> = {
    users: "user",
    post_tags: "post_tag",
    categories: "category",
    boxes: "box",
    addresses: "address",
    churches: "church",
    people: "person",
    blog_people: "blog_person",
    status: "status",
    news: "new",
    class: "class",
    data: "data",
  };
  for (const [many, one] of Object.entries(cases)) assert.equal(singular(many), one);
});

test("long names of constraints end in a hash, fit into 63 bytes and stay apart", () => {
  const long = (column: string) => constraintName("ünïcode_table_with_quite_a_long_name", [column.repeat(30)], "fkey");
  const [a, b] = [long("a"), long("b")];
  for (const name of [a, b]) {
    assert.ok(Buffer.byteLength(name) <= 63, name);
    assert.match(name, /_[0-9a-f]{8}_fkey$/);
    assert.ok(!name.includes("\ufffd"));
  }
  assert.notEqual(a, b);
  assert.equal(long("a"), a);
  assert.equal(constraintName("users", ["a", "b"], "key"), "users_a_b_key");
});

class Cell extends Model(
  "cells",
  { row: int(), column: int(), marks: () => hasMany(Mark, ["line", "row"]) },
  { primaryKey: ["row", "column"] },
) {}
class Mark extends Model("marks", {
  id: int().primaryKey(),
  row: int(),
  line: int().nullable(),
  cell: () => belongsTo(Cell, ["line", "row"], { references: ["column", "row"], onDelete: "cascade" }),
  same: () => belongsTo(Cell, ["row", "line"]),
}) {}

test("a foreign key of several columns is declared once, and both sides know which columns meet", () => {
  assert.deepEqual(
    tableOf(Mark).foreignKeys.map((it) => [it.name, names(it.columns), it.target.name, it.targetColumns, it.onDelete]),
    [["marks_line_row_fkey", ["line", "row"], "cells", ["column", "row"], "cascade"]],
  );
  const relation = (model: unknown, name: string) => {
    const { optional, keys } = tableOf(model).relation(name)!;
    return [optional, pairs(keys)];
  };
  assert.deepEqual(relation(Mark, "cell"), [
    true,
    [
      ["line", "column"],
      ["row", "row"],
    ],
  ]);
  assert.deepEqual(relation(Mark, "same"), [
    true,
    [
      ["row", "row"],
      ["line", "column"],
    ],
  ]);
  assert.deepEqual(relation(Cell, "marks"), [
    true,
    [
      ["column", "line"],
      ["row", "row"],
    ],
  ]);
});
