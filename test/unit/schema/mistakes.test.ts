// Every mistake in a model: what is said, and that it is said at the first use and not at import.
import assert from "node:assert/strict";
import { test } from "node:test";
import { now, sql } from "../../../src/ast/sql-tag.ts";
import { array, bool, decimal, int, oneOf, text, timestamp } from "../../../src/schema/columns/column-factories.ts";
import type { AnyModel } from "../../../src/schema/entity.ts";
import { Model } from "../../../src/schema/model.ts";
import { belongsTo, hasMany, manyToMany } from "../../../src/schema/relations/relation.ts";
import { tableOf } from "../../../src/schema/registry.ts";
import { softDelete } from "../../../src/schema/columns/soft-delete.ts";

const id = int().primaryKey();
class Team extends Model("teams", { id, name: text() }) {}
class Pair extends Model("pairs", { a: int(), b: int() }, { primaryKey: ["a", "b"] }) {}

/** A model called User; shapes with mistakes do not type-check, which is their point. */
const user = (shape: object, options: object = {}, table = "users"): AnyModel =>
  class User extends (Model as unknown as (table: string, shape: object, options: object) => new () => object)(
    table,
    shape,
    options,
  ) {} as unknown as AnyModel;

const mistakes: readonly (readonly [AnyModel, string])[] = [
  [user({ id, name: text }), "User.name is 'text' without its parentheses. Write name: text()."],
  [user({ id, name: text().unique }), "User.name ends in a method that is not called. Add the parentheses: .unique() instead of .unique."],
  [user({ id, posts: Team }), "User.posts is a model. Write a relation: posts: () => hasMany(…) or () => belongsTo(…)."],
  [
    user({ id, name: "text" }),
    'User.name is a string, not a column. Write a column, as in name: text(), or a relation, as in name: () => hasMany(Post, "authorId").',
  ],
  [
    user({ id, name: undefined }),
    'User.name is undefined, not a column. Write a column, as in name: text(), or a relation, as in name: () => hasMany(Post, "authorId").',
  ],
  [
    user({ id, or: int() }),
    'User.or cannot have this name: it is how lookups are combined. Choose another; .named("…") keeps the column\'s own.',
  ],
  [
    user({ id, a__b: int() }),
    "User.a__b cannot have this name: it contains '__', which separates the parts of a lookup. Choose another; .named(\"…\") keeps the column's own.",
  ],
  [
    user({ id, a_: int() }),
    "User.a_ cannot have this name: it ends in '_', which would run into the '__' of a lookup. Choose another; .named(\"…\") keeps the column's own.",
  ],
  [
    user({ id, constructor: int() }),
    'User.constructor cannot have this name: it has a meaning of its own in JavaScript. Choose another; .named("…") keeps the column\'s own.',
  ],
  [
    user({ id, ["__proto__"]: int() }),
    'User.__proto__ cannot have this name: it has a meaning of its own in JavaScript. Choose another; .named("…") keeps the column\'s own.',
  ],
  [
    user({ id, toJSON: int() }),
    'User.toJSON cannot have this name: it has a meaning of its own in JavaScript. Choose another; .named("…") keeps the column\'s own.',
  ],
  [
    user({ id, [["th", "en"].join("")]: int() }),
    'User.then cannot have this name: it has a meaning of its own in JavaScript. Choose another; .named("…") keeps the column\'s own.',
  ],
  [
    user({ id, "a.b": int() }),
    "User.a.b cannot have this name: it is not an identifier of letters, digits, '_' and '$'. Choose another; .named(\"…\") keeps the column's own.",
  ],
  [user({ name: text() }), 'User has no primary key. Add one, as in id: int().primaryKey(), or the option primaryKey: ["…", "…"].'],
  [
    user({ id, key: id }),
    "User has two primary keys, 'id' and 'key'. For a key of several columns use the option primaryKey: [\"id\", \"key\"].",
  ],
  [
    user({ id, a: int() }, { primaryKey: ["id", "a"] }),
    "User has two primary keys, the column 'id' and the option 'primaryKey'. Keep one of them.",
  ],
  [
    user({ id: int().primaryKey({ generated: true as never }) }),
    "User.id has a primary key with an option that is not { generated: false }.",
  ],
  [
    user({ id, a: int().references("teams.id", { deferrable: "later" as never }) }),
    "User.a has a deferrable that is neither 'initially deferred' nor 'initially immediate'.",
  ],
  [
    user({ id, total: int().generatedAs("price * 2" as never) }),
    "User.total is generated from something that is no SQL: write it as .generatedAs(sql`price * amount`).",
  ],
  [
    user({ id, total: int().generatedAs(sql`1`, { stored: "yes" as never }) }),
    "User.total is generated with an option stored that is neither true nor false.",
  ],
  ...[
    int()
      .generatedAs(sql`1`)
      .default(1),
    int()
      .generatedAs(sql`1`)
      .onUpdate(() => 1),
    int()
      .generatedAs(sql`1`)
      .version(),
  ].map(
    (total) =>
      [
        user({ id, total }),
        "User.total is computed by the database and filled as well: keep .generatedAs(…), or what else fills it.",
      ] as const,
  ),
  [
    user({
      id: int()
        .primaryKey()
        .generatedAs(sql`1`),
    }),
    "User.id is part of the primary key and computed by the database: remove .generatedAs(…).",
  ],
  [
    user({ a: int(), b: int().generatedAs(sql`a`) }, { primaryKey: ["a", "b"] }),
    "User.b is part of the primary key and computed by the database: remove .generatedAs(…).",
  ],
  [user({ id: int().nullable().primaryKey() }), "User.id is the primary key and nullable: remove .nullable()."],
  [
    user({ a: int(), b: int().nullable() }, { primaryKey: ["a", "b"] }),
    "User.b is part of the primary key and nullable. Remove .nullable().",
  ],
  [
    user({ a: int() }, { primaryKey: ["aa"] }),
    "User names 'aa' in its option 'primaryKey', which is not one of its columns. Did you mean 'a'?",
  ],
  [
    user({ id, email: text() }, { indexes: [["emial"]] }),
    "User names 'emial' in its option 'indexes', which is not one of its columns. Did you mean 'email'?",
  ],
  [
    user({ id, email: text() }, { unique: [["mail"]] }),
    "User names 'mail' in its option 'unique', which is not one of its columns. Did you mean 'email'?",
  ],
  [
    user({ id, email: text() }, { unique: ["email"] }),
    "User has an empty entry in its option 'unique'. Name at least one column, in an array.",
  ],
  [
    user({ id, email: text() }, { indexes: [[]] }),
    "User has an empty entry in its option 'indexes'. Name at least one column, in an array.",
  ],
  [user({ id, email: text() }, { indexes: [["id", "id"]] }), "User names a column twice in its option 'indexes'. Name it once."],
  [
    user({ id, email: text() }, { orderBy: "-emial" }),
    "User names 'emial' in its option 'orderBy', which is not one of its columns. Did you mean 'email'?",
  ],
  [
    user({ id, createdAt: int(), created_at: int() }),
    "User.created_at and User.createdAt are both called 'created_at' in the database. Give one of them another name with .named(\"…\").",
  ],
  [
    user({ id, a: int().named("ID") }),
    "User.a and User.id are both called 'ID' in the database. Give one of them another name with .named(\"…\").",
  ],
  [user({ id, a: int().named("") }), "User.a has a name in the database that is empty."],
  [
    user({ id, a: int().named("x".repeat(64)) }),
    "User.a has a name in the database that is longer than 63 bytes, which PostgreSQL would cut.",
  ],
  [user({ id }, {}, ""), "User has a table name that is empty. Change the first argument of Model()."],
  [user({ id }, {}, "a\0"), "User has a table name that holds a NUL character. Change the first argument of Model()."],
  [
    user({ id }, {}, "ä".repeat(32)),
    "User has a table name that is longer than 63 bytes, which PostgreSQL would cut. Change the first argument of Model().",
  ],
  [user({ id, a: int({ min: 3, max: 2 }) }), "User.a has min 3, which is more than its max 2."],
  [user({ id, a: int({ min: Number.NaN }) }), "User.a has a min that is not a number."],
  [user({ id, a: text({ minLength: 3, maxLength: 2 }) }), "User.a has minLength 3, which is more than its maxLength 2."],
  [user({ id, a: text({ maxLength: -1 }) }), "User.a has a maxLength that is not a whole number of 0 or more."],
  [user({ id, a: decimal({ precision: 2, scale: 3 }) }), "User.a has scale 3, which is more than its precision 2."],
  [user({ id, a: (decimal as () => unknown)() }), "User.a needs precision and scale, as in decimal({ precision: 10, scale: 2 })."],
  [user({ id, a: (oneOf as () => unknown)() }), "User.a has no values to choose from: give oneOf() at least one."],
  [user({ id, a: oneOf("x", "x") }), "User.a names the same value twice: give oneOf() each value once."],
  [user({ id, a: (array as (element: unknown) => unknown)(text) }), "User.a needs the kind of its elements, as in array(text())."],
  [user({ id, a: array(array(int())) }), "User.a holds arrays of arrays, which is not supported: use json()."],
  [
    user({ id, a: text({ maxLength: 1 }).default("ab") }),
    "User.a has a default that does not fit: it expects at most 1 characters, got 2.",
  ],
  [user({ id, a: text().default(null as never) }), "User.a has the default null but is not nullable: add .nullable()."],
  [
    user({ id, a: text().default(undefined as never) }),
    "User.a has a default that is undefined: pass a value, a function, or an sql expression.",
  ],
  [user({ id, a: bool().onUpdate(true as never) }), "User.a has an onUpdate that is neither a function nor an sql expression."],
  [
    user({ id, a: int().references("a.b.c.d") }),
    "User.a references something that is not 'table.column' or 'schema.table.column', as in .references(\"users.id\").",
  ],
  [
    user({ id, a: int().references("teams.id", { onDelete: "drop" as never }) }),
    "User.a has an onDelete that is none of 'cascade', 'set null', 'set default', 'restrict', 'no action'.",
  ],
  [user({ id, ...softDelete, gone: softDelete.deletedAt }), "User.gone is a second soft-delete column. Keep one."],
  [
    user({ id, teamId: int(), team: () => belongsTo(Team, "teamld") }),
    "User.team names the foreign key 'teamld', which is not a column of User. Did you mean 'teamId'?",
  ],
  [
    user({ id, teams: () => hasMany(Team, "userId" as never) }),
    "User.teams names the foreign key 'userId', which is not a column of Team.",
  ],
  [user({ id, team: () => int() }), "User.team is an arrow function that returns a column. Remove the arrow."],
  [
    user({ id, team: () => "teams" }),
    "User.team is an arrow function that returns a string, not a relation. Return hasMany(…), hasOne(…), belongsTo(…) or manyToMany(…).",
  ],
  [
    user({ id, team: () => hasMany(Date as never, "x" as never) }),
    "User.team leads to something that is not a model (a function). Pass a class made with Model().",
  ],
  [
    user({ id, a: int(), pair: () => belongsTo(Pair, "a") }),
    'User.pair points at Pair, whose primary key has several columns. Name a column here for each of (a, b), in an array, or say which unique column with .references("pairs.…") on User.a.',
  ],
  [
    user({ id, a: int(), b: int(), c: int(), pair: () => belongsTo(Pair, ["a", "b", "c"]) }),
    "User.pair has a key of 3 columns; the primary key of Pair is (a, b). Name as many columns, in its order, or say which unique columns are meant: { references: […] }.",
  ],
  [
    user({ id, a: int(), b: int(), pair: () => belongsTo(Pair, ["a", "b"], { references: "a" }) }),
    "User.pair references 'a' of Pair, which is not unique. Add .unique() to Pair.a.",
  ],
  [
    user({ id, a: int(), pair: () => belongsTo(Pair, "a", { references: ["a", "b"] }) }),
    "User.pair references 2 columns of Pair by 1. Name as many here as there.",
  ],
  [
    user({ id, a: int(), b: int(), pair: () => belongsTo(Pair, ["a", "b"], { references: ["a", "bb" as "b"] }) }),
    "User.pair names the referenced column 'bb', which is not a column of Pair. Did you mean 'b'?",
  ],
  [user({ id, a: int(), pair: () => belongsTo(Pair, ["a", "a"]) }), "User.pair names a column twice in its foreign key. Name it once."],
  [user({ id, pair: () => belongsTo(Pair, []) }), "User.pair names no foreign key. Name at least one column of User."],
  [
    user({ id, teams: () => manyToMany(Team, { through: Pair }) }),
    "User.teams goes through Pair, which has no belongsTo(User, …) for it. Add one there.",
  ],
  [
    user({ id, pairs: () => manyToMany(Pair, { through: "x" }) }),
    "User.pairs goes through the table 'x', whose columns its name alone does not tell (a model joined to itself, or a key of several columns). Write a model for the join table and pass that.",
  ],
  [user({ id, teams: () => manyToMany(Team, { through: "" }) }), "User.teams goes through a table whose name is empty."],
  [
    user({ id, teams: () => manyToMany(Team, {} as never) }),
    "User.teams goes through something that is neither a model nor a table's name. Pass { through: PostTag }.",
  ],
  [
    user({ id, a: int(), team: () => belongsTo(Team, "a", { onUpdate: "x" as never }) }),
    "User.team has an onUpdate that is none of 'cascade', 'set null', 'set default', 'restrict', 'no action'.",
  ],
];
for (const [model, message] of mistakes) {
  test(`refused: ${message}`, () => {
    assert.throws(() => tableOf(model), { name: "ConfigurationError", model: "User", message: `${message} [E1001: docs/errors/E1001.md]` });
  });
}

test("what is not a model is said so", () => {
  const remedy = 'Pass a class made with Model(), as in class User extends Model("users", { … }) {}. [E1001: docs/errors/E1001.md]';
  assert.throws(() => tableOf("users"), { message: `A model is needed here, got a string. ${remedy}` });
  assert.throws(() => tableOf(Date), { message: `A model is needed here, got the class or function 'Date'. ${remedy}` });
});

test("a relation to a model that has not loaded yet is named, and works once it has", () => {
  class Early extends Model("early", { id, lateId: int(), late: () => belongsTo(Late, "lateId") }) {}
  assert.throws(() => tableOf(Early), {
    model: "Early",
    property: "late",
    message:
      "Early.late cannot be resolved: the model it names is not there yet (Cannot access 'Late' before initialization). " +
      "Use the model only after the files of all models have loaded, and check for a missing import. [E1001: docs/errors/E1001.md]",
  });
  // Not by `new` in an assertion: to follow what that asserts, TypeScript would have to know Late's type before it knows Late.
  const early: unknown = Reflect.construct(Early, [{ lateId: 1 }]);
  class Late extends Model("late", { id }) {}
  assert.deepEqual({ ...(early as object) }, { lateId: 1 });
  assert.equal(tableOf(Early).relation("late")?.target, tableOf(Late));
});

test("defaults and updates may be functions and sql", () => {
  const model = user({ id, at: timestamp().default(now).onUpdate(now), on: timestamp().default(() => new Date(0)) });
  const [, at, on] = tableOf(model).columns;
  assert.deepEqual(
    [at?.default, at?.onUpdate, on?.default?.from],
    [{ from: "sql", expression: { node: "now" } }, { from: "sql", expression: { node: "now" } }, "function"],
  );
});
