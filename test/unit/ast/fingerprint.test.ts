import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "../../../src/ast/fingerprint.ts";
import { nodeOf } from "../../../src/ast/node-holder.ts";
import { sql } from "../../../src/ast/sql-tag.ts";
import type { DeleteStatement } from "../../../src/ast/write.ts";
import { parametersOf } from "../../../src/ast/walk.ts";
import { int, json, text } from "../../../src/schema/columns/column-factories.ts";
import { canonicalSource } from "../../../src/schema/columns-of.ts";
import { Model } from "../../../src/schema/model.ts";
import { belongsTo, hasMany } from "../../../src/schema/relations/relation.ts";
import { tableOf } from "../../../src/schema/registry.ts";

class User extends Model("users", {
  id: int().primaryKey(),
  name: text(),
  a: text(),
  age: int(),
  data: json<{ a: { b: string }; "a.b": string }>(),
  bossId: int().nullable(),
  posts: () => hasMany(Post, "userId"),
  boss: () => belongsTo(User, "bossId"),
}) {}
class Post extends Model("posts", { id: int().primaryKey(), title: text(), userId: int(), user: () => belongsTo(User, "userId") }) {}
class Other extends Model("users", { id: int().primaryKey(), name: text() }) {}
const user = User.columns;

const print = (holder: unknown): string => fingerprint(nodeOf(holder)!);

/** One maker for each structure; the argument only changes values. */
const structures: readonly ((n: number) => unknown)[] = [
  (n) => user.age.eq(n),
  (n) => user.age.ne(n),
  (n) => user.age.gt(n),
  (n) => user.id.eq(n),
  (n) => user.age.eq(n + 0.5),
  (n) => user.name.eq(`${n}`),
  (n) => user.a.eq(`${n}`),
  (n) => Other.columns.name.eq(`${n}`),
  (n) => user.boss.name.eq(`${n}`),
  (n) => user.boss.boss.name.eq(`${n}`),
  (n) => user.age.in([n, n + 1]),
  (n) => user.age.notIn([n]),
  (n) => user.age.between(n, n),
  () => user.age.isNull(),
  () => user.age.isNotNull(),
  (n) => user.name.contains(`${n}`),
  (n) => user.name.icontains(`${n}`),
  (n) => user.name.icontains(`ä${n}`),
  (n) => user.name.startsWith(`${n}`),
  (n) => user.name.like(`${n}`),
  (n) => user.name.matches(`${n}`),
  (n) => user.name.matches(new RegExp(`${n}`, "i")),
  (n) => user.age.eq(n).and(user.id.eq(n)),
  (n) => user.id.eq(n).and(user.age.eq(n)),
  (n) => user.age.eq(n).or(user.id.eq(n)),
  (n) => user.age.eq(n).not(),
  (n) => user.age.eq(n).and(user.age.eq(n), user.age.eq(n)),
  (n) => user.age.eq(n).and(user.age.eq(n).and(user.age.eq(n))),
  (n) => user.age.plus(n).eq(n),
  (n) => user.age.minus(n).eq(n),
  () => user.age.eq(user.id),
  () => user.id.eq(user.age),
  (n) => user.data.at("a").at("b").eq(`${n}`),
  (n) => user.data.at("a.b").eq(`${n}`),
  (n) => user.data.at("a.b").eq(n as never),
  () => user.data.at("a").isNull(),
  (n) => user.data.at("a").eq({ b: `${n}` } as never),
  () => user.posts.some(),
  () => user.posts.none(),
  (n) => user.posts.some((post) => post.title.eq(`${n}`)),
  (n) => user.posts.every((post) => post.title.eq(`${n}`)),
  (n) => user.posts.some((post) => post.user.name.eq(`${n}`)),
  (n) => user.posts.some(() => user.name.eq(`${n}`)),
  (n) => user.posts.some((post) => post.title.eq(`${n}`)).and(user.posts.some((post) => post.id.eq(n))),
  (n) => user.posts.some((post) => post.title.eq(`${n}`).and(user.posts.some(() => post.id.eq(n)))),
  (n) => user.posts.some((post) => post.title.eq(`${n}`).and(user.posts.some((inner) => inner.id.eq(n)))),
  (n) => user.posts.count().gt(n),
  () => user.name.upper(),
  () => user.name.lower(),
  () => user.name.length(),
  (n) => sql`${n}`,
  (n) => sql`${n} `,
  (n) => sql`${[n]}, ${n}`,
  () => sql`a(b)`,
  () => sql.join([sql`a`, sql`b`]),
  () => sql.join([sql`a`, sql`b`], sql` `),
  () => sql.identifier("a", "b"),
  () => sql.identifier("a.b"),
  () => sql.identifier("1:a"),
  () => sql`${User}`,
  () => sql`${Post}`,
  () => sql`1:a${sql``}`,
  () => sql`${sql`1:a`}`,
];

test("different structures have different fingerprints", () => {
  const seen = new Map<string, number>();
  for (const [index, make] of structures.entries()) {
    const key = print(make(1));
    assert.equal(seen.get(key), undefined, `structures ${seen.get(key)} and ${index} share ${key}`);
    seen.set(key, index);
  }
});

test("equal structures with other values have equal fingerprints, and their parameters in the same places", () => {
  for (const make of structures) {
    const [a, b] = [nodeOf(make(11))!, nodeOf(make(22))!];
    assert.equal(fingerprint(a), fingerprint(b));
    const places = (node: typeof a) => parametersOf(node).map(({ form, type, name }) => [form, type, name]);
    assert.deepEqual(places(a), places(b));
  }
});

test("values are found in the order in which they are written", () => {
  const node = nodeOf(
    user.age.between(1, 2).and(
      user.posts.some((post) => post.id.in([3, 4])),
      user.name.eq("x"),
    ),
  )!;
  assert.deepEqual(
    parametersOf(node).map((parameter) => parameter.value),
    [1, 2, [3, 4], "x"],
  );
});

test("no value is ever part of a fingerprint", () => {
  const secrets = [
    user.name.eq("s3cret"),
    user.name.contains("s3cret"),
    user.name.in(["s3cret"]),
    user.data.at("a").eq({ b: "s3cret" }),
    sql`${"s3cret"}`,
  ];
  for (const holder of secrets) assert.ok(!print(holder).includes("s3cret"));
});

test("statements have fingerprints too", () => {
  const source = canonicalSource(tableOf(User));
  const statement = (where: unknown, deleted: DeleteStatement["deleted"] = "exclude"): DeleteStatement => ({
    statement: "delete",
    source,
    where: nodeOf(where) ?? null,
    deleted,
    returning: [],
  });
  assert.equal(fingerprint(statement(user.age.eq(1))), fingerprint(statement(user.age.eq(2))));
  assert.notEqual(fingerprint(statement(user.age.eq(1))), fingerprint(statement(user.age.eq(1), "only")));
  assert.notEqual(fingerprint(statement(user.age.eq(1))), fingerprint(statement(null)));
  assert.deepEqual(
    parametersOf(statement(user.age.eq(5))).map((parameter) => parameter.value),
    [5],
  );
});
