import assert from "node:assert/strict";
import { test } from "node:test";
import { ValidationError } from "../../../src/base/errors.ts";
import { bool, int, json, text } from "../../../src/schema/columns/column-factories.ts";
import { Model } from "../../../src/schema/model.ts";
import { belongsTo, hasMany } from "../../../src/schema/relations/relation.ts";
import { timestamps } from "../../../src/schema/columns/timestamps.ts";

let counter = 0;
class User extends Model("users", {
  id: int().primaryKey(),
  name: text({ maxLength: 5 }),
  age: int().nullable(),
  vip: bool().default(false),
  settings: json<{ tags: string[] }>().default({ tags: [] }),
  serial: int().default(() => ++counter),
  ...timestamps,
  posts: () => hasMany(Post, "authorId"),
}) {
  static readonly nobody = new User({ name: "" });
  get isAdult() {
    return (this.age ?? 0) >= 18;
  }
}
class Post extends Model("posts", { id: int().primaryKey(), title: text(), authorId: int(), author: () => belongsTo(User, "authorId") }) {}

const message = (error: unknown) => (error as Error).message.replace(/ \[E\d+.*/, "");

test("columns become own properties in declared order, whatever the order of the values", () => {
  const user = new User({ vip: true, name: "Ann", id: 7 });
  assert.deepEqual(Object.keys(user), ["id", "name", "age", "vip", "settings", "serial"]);
  assert.deepEqual({ ...user }, { id: 7, name: "Ann", age: null, vip: true, settings: { tags: [] }, serial: user.serial });
  assert.equal(user.isAdult, false);
  assert.ok(user instanceof User);
});

test("what the database makes is absent, also from JSON", () => {
  const user = new User({ name: "Ann" });
  assert.equal("id" in user, false);
  assert.equal("createdAt" in user, false);
  assert.deepEqual(JSON.parse(JSON.stringify(user)), { name: "Ann", age: null, vip: false, settings: { tags: [] }, serial: user.serial });
});

test("two rows never share a default, and functions are called for each", () => {
  const [a, b] = [new User({ name: "a" }), new User({ name: "b" })];
  a.settings.tags.push("x");
  assert.deepEqual(b.settings, { tags: [] });
  assert.deepEqual(new User({ name: "c" }).settings, { tags: [] });
  assert.equal(b.serial, a.serial + 1);
});

test("undefined means not given", () => {
  assert.equal(new User({ name: "Ann", vip: undefined, age: undefined }).vip, false);
});

test("an unknown key is refused with the nearest name", () => {
  assert.throws(() => new User({ nmae: "x" } as never), { code: "E1001", model: "User", property: "nmae" });
  assert.throws(() => new User({ nmae: "x" } as never), /User has no column or relation 'nmae'\. Did you mean 'name'\?/);
  assert.throws(() => new User(JSON.parse('{"__proto__":{"name":"x"}}') as never), /User has no column or relation '__proto__'\./);
  assert.throws(() => new User(undefined as never), /new User\(\) takes an object of values, got undefined\./);
});

test("all values that do not fit are named at once, without the values", () => {
  const bad = { name: "secret", age: "1", vip: null } as never;
  assert.throws(
    () => new User(bad),
    (error) => {
      assert.ok(error instanceof ValidationError);
      assert.equal(
        message(error),
        "User.name expects at most 5 characters, got 6; User.age expects an integer, got a string; User.vip may not be null.",
      );
      assert.deepEqual(error.properties, ["name", "age", "vip"]);
      assert.deepEqual(error.fields, {
        name: "expects at most 5 characters, got 6",
        age: "expects an integer, got a string",
        vip: "may not be null",
      });
      return true;
    },
  );
});

test("an object given for belongsTo is kept as loaded, and fills the foreign key", () => {
  const give = (values: object) => new Post({ title: "x", ...values } as never) as Post & { author: unknown };
  const user = new User({ id: 3, name: "Ann" });
  const post = give({ author: user });
  assert.equal(post.authorId, 3);
  assert.equal(post.author, user);
  assert.deepEqual(Object.keys(post), ["title", "authorId", "author"]);
  const unsaved = give({ author: new User({ name: "Bob" }) });
  assert.equal("authorId" in unsaved, false);
  assert.throws(() => give({ author: user, authorId: 4 }), /Post\.authorId differs from the key of 'author', which was given too\./);
  assert.throws(() => give({ author: [user] }), /Post\.author expects an object or null, got an array\./);
  assert.throws(() => give({ author: null }), /Post\.authorId may not be null\./);
});

test("a relation that was not loaded throws, and is a plain property once set", () => {
  const user = new User({ name: "Ann" }) as User & { posts: unknown };
  assert.throws(() => user.posts, {
    name: "RelationNotLoaded",
    code: "E1201",
    message:
      'User.posts is not loaded. Add .with("posts") to the query, or load it with session.load(user, "posts"). [E1201: docs/errors/E1201.md]',
  });
  assert.deepEqual(Object.keys(user).includes("posts"), false);
  user.posts = [];
  assert.deepEqual(Object.getOwnPropertyDescriptor(user, "posts"), { value: [], writable: true, enumerable: true, configurable: true });
  assert.deepEqual(Object.keys(User.prototype), []);
});

test("a model keeps its own class name and gives its table's", () => {
  assert.equal(User.name, "User");
  assert.equal(User.table, "users");
  assert.equal(User.nobody.name, "");
});
