/** Plans are kept by what a query says, never by what it is asked with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { postgres } from "../../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../../src/dialect/sqlite/sqlite.ts";
import {
  avg,
  coalesce,
  count,
  exists,
  F,
  from,
  int,
  json,
  lag,
  Model,
  Q,
  recursive,
  select,
  sql,
  subquery,
  sum,
  text,
  union,
  when,
} from "../../../src/entry/index.ts";
import { QueryBuilder } from "../../../src/query/query-builder.ts";
import { rootOf } from "../../../src/query/root.ts";
import { allRows } from "../../../src/query/verbs.ts";
import { Category, Post, User } from "../../support/models.ts";
import { Listener, queryOn } from "../../support/query-texts.ts";

/** `unknown`: what a builder returns is looked into, and not used. */
const planOf = (query: unknown): unknown => {
  assert.ok(query instanceof QueryBuilder);
  return query.plan(allRows);
};

const pairs: readonly (readonly [what: string, make: (value: number) => unknown])[] = [
  [
    "lookups",
    (n) =>
      queryOn(User)
        .filter({ age__gte: n, name: String(n) })
        .orderBy("-age")
        .limit(n + 1)
        .offset(n),
  ],
  ["lists of any length", (n) => queryOn(User).filter({ id__in: Array.from({ length: n % 10 }, (_, index) => index) })],
  ["ranges", (n) => queryOn(User).filter({ age__range: [n, n + 1] })],
  ["relations", (n) => queryOn(Post).filter({ author__age__gt: n, tags__name: String(n), tags__id: n })],
  [
    "documents",
    (n) =>
      queryOn(User)
        .filter({ preferences__visits__gt: n })
        .filter({ preferences__contains: { visits: n } }),
  ],
  ["Q", (n) => queryOn(User).filter(Q({ age: n }).or(Q({ id: n }).not()))],
  ["exclude", (n) => queryOn(User).exclude({ age: n, posts__views: n, posts__id: n })],
  [
    "where",
    (n) =>
      queryOn(User).where((user) =>
        user.age.gt(n).or(
          user.posts.some((post) => post.views.gt(n)),
          user.id.in([n, n + 1]),
        ),
      ),
  ],
  ["sql", (n) => queryOn(User).where(sql`${User.columns.age} % ${n} = 0`)],
  [
    "computed columns",
    (n) =>
      queryOn(User)
        .annotate((user) => ({ older: user.age.plus(n) }))
        .filter({ older__gt: n }),
  ],
  ["functions and CASE", (n) => queryOn(User).where((user) => when(user.age.gt(n), coalesce(user.age, n)).otherwise(n).gt(n))],
  [
    "windows",
    (n) =>
      queryOn(User).select((user) => ({ before: lag(user.age, n, n).over({ orderBy: user.id }), total: sum(user.age.plus(n)).over() })),
  ],
  [
    "queries inside conditions",
    (n) =>
      queryOn(User)
        .filter({ age: n })
        .where((user) =>
          exists(
            select(Post)
              .filter({ views: n })
              .where((post) => post.authorId.eq(user.id).and(post.id.gt(n))),
          ),
        ),
  ],
  [
    "queries as values",
    (n) =>
      queryOn(User).where((user) =>
        user.id.in(
          subquery(
            select(Post)
              .filter({ views: n })
              .limit(n + 1),
            (post) => post.authorId.plus(n),
          ),
        ),
      ),
  ],
  [
    "queries as sources",
    (n) =>
      from(
        queryOn(User)
          .filter({ age: n })
          .limit(n + 1),
      ).filter({ id: n }),
  ],
  ["set operations", (n) => union(queryOn(User).filter({ age: n }), queryOn(User).filter({ id: n })).filter({ id__gt: n })],
  ["trees", (n) => recursive(queryOn(Category).filter({ id: n }), "children", { maxDepth: n }).filter({ id__gt: n })],
  ["expressions of one's own", (n) => queryOn(User).select((user) => ({ older: user.age.plus(n) }))],
  [
    "groups",
    (n) =>
      queryOn(User)
        .groupBy("role")
        .annotate({ people: count(), mean: avg("age") })
        .having({ people__gt: n }),
  ],
  ["orders by expressions", (n) => queryOn(User).orderBy((user) => user.age.times(n).desc())],
  ["what is fetched", () => queryOn(User).only("name").defer("name").distinct()],
  ["relations to load", (n) => queryOn(Post).with("author", "tags").filter({ id: n })],
];
for (const [what, make] of pairs) {
  test(`${what}: other values, the same plan`, () => {
    const [first, second] = [planOf(make(1)), planOf(make(2))];
    const { size } = rootOf(User).shape;
    assert.equal(first, second);
    planOf(make(3));
    assert.equal(rootOf(User).shape.size, size);
  });
}

test("other questions, other plans", () => {
  const questions = [
    queryOn(User).filter({ age: 1 }),
    queryOn(User).filter({ age: null }),
    queryOn(User).filter({ age__gt: 1 }),
    queryOn(User).exclude({ age: 1 }),
    queryOn(User).filter({ name: "1" }),
    queryOn(User).filter({ name__icontains: "a" }),
    queryOn(User).filter({ name__icontains: "é" }),
    queryOn(User).filter({ preferences__visits: 1 }),
    queryOn(User).filter({ preferences__contains: "a" } as never),
    queryOn(User).filter({ preferences__contains: {} }),
    queryOn(User).where((user) => user.age.gt(1)),
    queryOn(User).where((user) => user.age.gt(1.5)),
    queryOn(User).orderBy("age"),
    queryOn(User).orderBy("-age"),
    queryOn(User).orderBy((user) => user.age.desc().nullsLast()),
    queryOn(User).only("age"),
    queryOn(User).defer("age"),
    queryOn(User).limit(1),
    queryOn(User).offset(1),
    queryOn(User).distinct(),
    queryOn(User).annotate({ n: count("posts") }),
    queryOn(User).annotate({ m: count("posts") }),
    queryOn(User).annotate({ n: count("posts.views", { distinct: true }) }),
    queryOn(User).select((user) => ({ n: user.age })),
    queryOn(User).select((user) => ({ n: user.name })),
  ].map(planOf);
  assert.equal(new Set(questions).size, questions.length);
});

test("a computed column called like two others does not take their place", () => {
  const computed = queryOn(User).annotate((user) => ({ a: user.age.plus(1), b: user.age.plus(2), "a,b": user.age.plus(3) }));
  const groupsOf = (query: { toSQL(): { params: readonly unknown[] } }): number => query.toSQL().params.length;
  assert.notEqual(groupsOf(computed.groupBy("a", "b")), groupsOf(computed.groupBy("a,b")));
});

test("no value is in a key: two queries whose texts would read the same are still two", () => {
  const first = queryOn(User).filter({ name: "a" }).filter({ email: 'b" AND "name' });
  const second = queryOn(User).filter({ name: 'a" AND "email' }).filter({ email: "b" });
  assert.equal(planOf(first), planOf(second));
  assert.notDeepEqual(first.toSQL().params, second.toSQL().params);
});

test("two dialects about one model do not mix their plans", () => {
  for (let round = 0; round < 3; round++) {
    assert.match(
      queryOn(User, sqlite)
        .filter({ id__in: [1] })
        .toSQL().sql,
      /json_each\(\?\)/,
    );
    assert.match(
      queryOn(User, postgres)
        .filter({ id__in: [1] })
        .toSQL().sql,
      /ANY\(\$1::int\[\]\)/,
    );
  }
});

test("writes have plans by what they set", async () => {
  const listener = new Listener(sqlite);
  const { size } = rootOf(Post).shape;
  for (let value = 0; value < 5; value++) {
    await listener
      .query(Post)
      .filter({ id: value })
      .update({ views: F("views").plus(value), title: String(value) });
  }
  assert.ok(rootOf(Post).shape.size - size <= 2);
  assert.equal(new Set(listener.asked.map(({ sql }) => sql)).size, 1);
});

test("names that come from outside cost a compilation again and no memory; a query that is kept keeps its plan", () => {
  class Loose extends Model("loose", { id: int().primaryKey(), data: json<unknown>(), name: text() }) {}
  const all = queryOn(Loose);
  const kept = all.filter({ name: "kept" });
  const keptPlan = planOf(kept);
  for (let index = 0; index < 10_000; index++) all.filter({ [`data__key${index}`]: 1 } as never).orderBy("id");
  assert.ok(rootOf(Loose).shape.size <= 2000);
  assert.equal(planOf(kept), keptPlan);
  assert.equal(kept.toSQL().sql, 'SELECT "id", "data", "name" FROM "loose" WHERE "name" = ?');
});

const shared = User.columns.age.gt(5);
const mixtures: readonly (readonly [what: string, make: (value: number) => { toSQL(): { params: readonly unknown[] } }])[] = [
  ...(pairs as typeof mixtures),
  [
    "one condition of the program's own beside others",
    (n) =>
      queryOn(User)
        .where(shared)
        .where((user) => user.age.gt(n))
        .where(shared)
        .filter({ age__gt: n }),
  ],
  ["a condition twice", (n) => twice(User.columns.age.lt(n))],
  [
    "a computed column used again",
    (n) =>
      queryOn(User)
        .annotate((user) => ({ older: user.age.plus(n) }))
        .where((user) => user.older.gt(n))
        .orderBy((user) => user.older.times(n + 1).desc()),
  ],
  [
    "a computed column of a computed column",
    (n) =>
      queryOn(User)
        .annotate((user) => ({ a: user.age.plus(n) }))
        .annotate((user) => ({ b: user.a.times(n + 1) }))
        .filter({ b__gt: n, a__lt: n }),
  ],
  [
    "a computed column shown and summed up",
    (n) =>
      queryOn(User)
        .annotate((user) => ({ older: user.age.plus(n) }))
        .groupBy("older")
        .annotate({ people: count() })
        .having({ people__gt: n }),
  ],
  [
    "limits replaced by others",
    (n) =>
      queryOn(User)
        .limit(n)
        .offset(n)
        .limit(n + 1)
        .filter({ age: n }),
  ],
  [
    "distinct orders",
    (n) =>
      queryOn(User)
        .select((user) => ({ older: user.age.plus(n) }))
        .distinct()
        .orderBy((user) => user.age.plus(n).desc()),
  ],
];
const twice = (condition: ReturnType<typeof User.columns.age.lt>) => queryOn(User).where(condition).exclude({ age: 1 }).where(condition);

for (const [what, make] of mixtures) {
  test(`${what}: each query has its own values, in their places`, () => {
    const given = (value: number): string =>
      JSON.stringify(make(value).toSQL().params, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each));
    // Cold, then warm, then the first values again.
    const [first, second] = [given(10_007), given(20_007)];
    assert.equal(first.replaceAll("1000", "2000"), second);
    assert.equal(given(10_007), first);
  });
}
