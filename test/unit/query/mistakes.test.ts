/** What a query says to a mistake: which model, which name, what to do, and never a value. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sqlite } from "../../../src/dialect/sqlite/sqlite.ts";
import { avg, count, F, isPetrelError, joined, Q, select, skip, sql, sum } from "../../../src/entry/index.ts";
import { Post, User } from "../../support/models.ts";
import { Listener } from "../../support/query-texts.ts";
import { unchecked } from "../../support/unchecked-query.ts";
import type { UncheckedRow } from "../../support/unchecked-query.ts";

const users = () => unchecked(new Listener(sqlite, [[[null]]]).query(User));
const posts = () => unchecked(new Listener(sqlite, [[[null]]]).query(Post));

/** A value that no message may repeat. */
const secret = "s3cret-v4lue";

const assertMistake = async (run: () => unknown, message: RegExp): Promise<void> => {
  let error: unknown = null;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(isPetrelError(error), `expected an error of Petrel, got ${String(error)}`);
  assert.ok(["ConfigurationError", "ValidationError"].includes(error.name), error.name);
  assert.match(error.message, message);
  assert.doesNotMatch(JSON.stringify(error) + error.message, new RegExp(secret));
};

const mistakes: Readonly<Record<string, readonly [run: () => unknown, message: RegExp]>> = {
  // names
  "an unknown column": [() => users().filter({ nmae: secret }), /'nmae': User has no column or relation 'nmae'\. Did you mean 'name'\?/],
  "an unknown operator": [
    () => users().filter({ name__startswith: secret }),
    /'name' is of kind text, which has no lookup 'startswith'\. Did you mean 'startsWith'\?/,
  ],
  "an operator that the kind does not have": [() => users().filter({ vip__gt: true }), /'vip' is of kind bool, which has no lookup 'gt'/],
  "an operator after an operator": [() => users().filter({ age__gt__lt: 1 }), /which has no lookup 'gt__lt'/],
  "an unknown name behind a relation": [
    () => posts().filter({ author__nmae: secret }),
    /'author__nmae': User has no column or relation 'nmae'\. Did you mean 'name'\?/,
  ],
  "a relation without a column": [
    () => posts().filter({ author: 1 }),
    /ends at the relation 'author' of Post\. Name one of its columns, as in 'author__id'/,
  ],
  "an empty name": [() => users().filter({ "": 1 }), /User has no column or relation ''/],
  "an unknown order": [() => users().orderBy("-nmae"), /orderBy\(\): User has no column or relation 'nmae'.*Did you mean 'name'\?/],
  "an order by a relation": [() => posts().orderBy("author"), /Post has no column 'author'.*It is a relation: name one of its columns/],
  "an order through many rows": [() => users().orderBy("posts.title"), /'posts\.title' goes through 'posts', which leads to many rows/],
  "an order that is no name": [() => users().orderBy(5), /orderBy\(\) takes names such as "-createdAt" or a callback, not an integer/],
  "an order that gives nothing": [() => users().orderBy(() => undefined), /callback of orderBy\(\) returns an order/],
  "an unknown relation to load": [() => users().with("pots"), /with\("pots"\): User has no relation 'pots'\. Did you mean 'posts'\?/],
  "a column to load": [() => users().with("name"), /'name'\. It is a column, which is there anyway/],
  "nothing to load": [() => users().with(undefined), /with\(\) takes names such as/],
  "a refinement that returns something else": [
    () => users().with("posts", () => 5),
    /callback of with\(\) returns the query that it was given, refined/,
  ],
  "an unknown column to fetch": [() => users().only("nmae"), /only\(\): User has no column 'nmae'\. Did you mean 'name'\?/],
  "a relation to fetch": [() => users().defer("posts"), /defer\(\): User has no column 'posts'/],
  "an unknown value": [
    () => users().values("profil.bio"),
    /values\("profil\.bio"\): User has no column 'profil'\. Did you mean 'profile'\?/,
  ],
  "a relation as a value": [() => users().values("profile"), /'profile' is a relation: name one of its columns/],
  "an unknown tuple": [() => users().valuesList("name", "nmae"), /valuesList\(\): User has no column or relation 'nmae'/],
  "no tuple": [() => users().valuesList(), /valuesList\(\) needs at least one column/],
  "a tuple of many rows": [() => users().column("posts.title"), /column\(\): 'posts\.title' goes through 'posts'/],
  "an unknown aggregate": [
    () => users().annotate({ n: count("pots") }),
    /annotate\(\): User has no column or relation 'pots' \(in 'pots'\)\. Did you mean 'posts'\?/,
  ],
  "an unknown column of an update": [
    () => users().filter({ id: 1 }).update({ nmae: secret }),
    /update\(\): User has no column 'nmae'\. Did you mean 'name'\?/,
  ],
  "an unknown column of F": [
    () =>
      posts()
        .filter({ id: 1 })
        .update({ views: F("vews" as never) }),
    /update\(\): Post has no column 'vews'\. Did you mean 'views'\?/,
  ],
  "an unknown property in a callback": [
    () => users().where((user: UncheckedRow) => user.nmae),
    /User has no column or relation 'nmae'\. Did you mean 'name'\?/,
  ],
  "soft deletion of a model without it": [
    () => users().withDeleted(),
    /withDeleted\(\): User cannot be soft-deleted\. Spread \.\.\.softDelete into the model first/,
  ],

  // undefined and null
  "undefined as a lookup": [
    () => users().filter({ age: undefined }),
    /The lookup 'age' was given undefined, which would silently mean "every row"/,
  ],
  "undefined behind relations": [
    () => posts().filter({ author__name__icontains: undefined }),
    /'author__name__icontains' was given undefined/,
  ],
  "undefined in a Q": [() => users().filter(Q({ vip: true }).or({ age: undefined } as never)), /'age' was given undefined/],
  "undefined in exclude": [() => users().exclude({ age: undefined }), /'age' was given undefined/],
  "undefined beside skip": [() => users().filter({ name: skip, age: undefined }), /'age' was given undefined/],
  "undefined in a list": [
    () =>
      users()
        .filter({ age__in: [1, undefined] })
        .all(),
    /'age__in' expects an array without null and undefined/,
  ],
  "a hole in a list": [
    () =>
      users()
        .filter({ age__in: Object.assign([1], { 2: 2 }) })
        .all(),
    /'age__in' expects an array without null and undefined/,
  ],
  "null in a list": [
    () =>
      users()
        .filter({ age__notIn: [null] })
        .all(),
    /'age__notIn' expects an array without null and undefined.*__isNull/,
  ],
  "null in a range": [
    () => users().filter({ age__range: [null, 5] }),
    /'age__range' takes two values, and for an open end 'gte' or 'lte', not null/,
  ],
  "undefined in a range": [
    () =>
      users()
        .filter({ age__range: [undefined, 5] })
        .all(),
    /'age__range' expects an integer, got undefined/,
  ],
  "greater than null": [() => users().filter({ age__gt: null }), /'age__gt' takes a value, not null/],
  "undefined in an expression": [() => users().where((user: UncheckedRow) => user.age.gt(undefined)), /'age' is compared with undefined/],
  "null in an expression": [
    () => users().where((user: UncheckedRow) => user.age.gt(null)),
    /'age' is compared with null, which no value equals\. Use isNull\(\)/,
  ],
  "undefined to filter by": [() => users().filter(undefined), /take an object of lookups/],
  "null to filter by": [() => users().filter(null), /take an object of lookups/],
  "a list to filter by": [() => users().filter([{ age: 1 }]), /take an object of lookups/],
  "undefined in sql": [() => users().where(sql`${undefined} = 1`), /Value 1 of sql`…` is undefined/],

  // things that are no conditions
  "a promise to filter by": [
    () => users().filter(Promise.resolve({ age: 1 })),
    /were given an instance of Promise, which holds no lookups/,
  ],
  "a Map to filter by": [() => users().filter(new Map([["age", 1]])), /an instance of Map, which holds no lookups/],
  "a Date to exclude": [() => users().exclude(new Date()), /a Date, which holds no lookups/],
  "an expression to filter by": [
    () => users().filter(User.columns.age.gt(1)),
    /an SQL expression, which holds no lookups\. Pass SQL expressions to where\(\)/,
  ],
  "sql to filter by": [() => users().filter(sql`1 = 0`), /an SQL expression, which holds no lookups/],
  "lookups in where": [() => users().where({ age: 1 }), /where\(\) takes conditions such as user\.age\.gte\(18\), got an object/],
  "a truth in where": [() => users().where(true), /where\(\) takes conditions.*got a boolean/],
  "a number's column in where": [
    () => users().where((user: UncheckedRow) => user.age),
    /where\(\) takes conditions, got 'age', which is of kind int/,
  ],
  "a number's column in and()": [
    () => users().where((user: UncheckedRow) => user.vip.and(user.age)),
    /and\(\) takes conditions, got 'age'/,
  ],
  "a callback of where that gives nothing": [() => users().where(() => undefined), /where\(\) takes conditions.*got undefined/],
  "some() with something else than a function": [
    () => users().where((user: UncheckedRow) => user.posts.some({ views: 1 })),
    /some\(\) takes a function/,
  ],

  // values of the wrong type
  "text for a number": [() => users().filter({ age: secret }).all(), /'age' expects an integer, got a string/],
  "a number for text": [() => users().filter({ name: 5 }).all(), /'name' expects a string, got an integer/],
  "a number to look for in text": [() => users().filter({ name__contains: 5 }), /'name__contains' takes a string, not an integer/],
  "text for true": [() => users().filter({ vip: "true" }).all(), /'vip' expects true or false, got a string/],
  "a value that a column cannot have": [() => users().filter({ role: 5 }).all(), /'role' expects a string, got an integer/],
  NaN: [() => users().filter({ age: NaN }).all(), /'age' expects a number, got NaN/],
  "a bigint for a number": [() => users().filter({ age: 1n }).all(), /'age' expects an integer, got a bigint/],
  "a symbol": [
    () =>
      users()
        .filter({ name: Symbol(secret) })
        .all(),
    /'name' expects a string, got a symbol/,
  ],
  "a function": [
    () =>
      users()
        .filter({ name: () => secret })
        .all(),
    /'name' expects a string, got a function/,
  ],
  "an invalid date": [
    () =>
      users()
        .filter({ createdAt: new Date(NaN) })
        .all(),
    /'createdAt' expects.*an invalid Date/,
  ],
  "a text that is no date": [() => users().filter({ createdAt__date: secret }).all(), /'createdAt__date'/],
  "a fraction of a year": [() => users().filter({ createdAt__year: 2026.5 }).all(), /'createdAt__year'/],
  "one value for a list": [() => users().filter({ age__in: 5 }), /'age__in' takes an array of values, not an integer/],
  "text for a list": [() => users().filter({ role__in: secret }), /'role__in' takes an array of values, not a string/],
  "a set for a list": [() => users().filter({ age__in: new Set([1]) }), /'age__in' takes an array of values, not an instance of Set/],
  "three values for a range": [() => users().filter({ age__range: [1, 2, 3] }), /'age__range' takes an array of two values/],
  "text for isNull": [() => users().filter({ age__isNull: "false" }), /'age__isNull' takes true or false, not a string/],
  "a pattern with other flags": [
    () => users().filter({ name__regex: /x/gm }),
    /'name__regex' takes a regular expression with no flag but 'i'/,
  ],
  "mixed values in a document's list": [() => users().filter({ preferences__visits__in: [1, "a"] }), /takes values of one JSON type/],
  "a bigint in a document": [() => users().filter({ preferences__visits: 1n }).all(), /'preferences__visits' expects JSON, got a bigint/],
  "undefined in a document": [
    () =>
      users()
        .filter({ preferences__contains: { plan: undefined } })
        .all(),
    /expects JSON, got undefined at plan/,
  ],
  "a number for a key": [() => users().filter({ preferences__hasKey: 5 }), /takes a key, as a string, not an integer/],
  "wrong values in an update, all of them": [
    () => posts().filter({ id: 1 }).update({ views: secret, title: 5, authorId: null }),
    /Post was not written: views expects an integer, got a string; title expects a string, got an integer; authorId must not be null/,
  ],
  "a wrong value in F": [
    () =>
      posts()
        .filter({ id: 1 })
        .update({ views: F("views").plus(secret as never) }),
    /'views' expects an integer, got a string/,
  ],

  // numbers of rows
  "text for a limit": [() => users().limit("1; DROP TABLE users"), /limit\(\) takes a whole number from 0, not a string/],
  "a negative limit": [() => users().limit(-1), /limit\(\) takes a whole number from 0/],
  "a fraction of an offset": [() => users().offset(1.5), /offset\(\) takes a whole number from 0/],
  "NaN for a limit": [() => users().limit(NaN), /limit\(\) takes a whole number from 0/],
  "too great a limit": [() => users().limit(1e21), /limit\(\) takes a whole number from 0/],
  "a bigint for an offset": [() => users().offset(1n), /offset\(\) takes a whole number from 0, not a bigint/],
  "null for a limit": [() => users().limit(null), /limit\(\) takes a whole number from 0, not null/],
  "no rows in a batch": [() => users().stream({ batchSize: 0 }).next(), /batchSize that is a whole number from 1/],

  // what does not go together
  "last with a limit": [() => users().limit(1).last(), /last\(\) of User does not go together with limit\(\) or offset\(\)/],
  "relations of rows of one's own": [
    () =>
      users()
        .select((user: UncheckedRow) => ({ name: user.name }))
        .with("posts")
        .all(),
    /with\(\) loads relations of whole User objects, and does not go together with select\(\)/,
  ],
  "relations of groups": [() => users().groupBy("role").with("posts").all(), /does not go together with groupBy\(\)/],
  "values of groups": [() => users().groupBy("role").values("name"), /values\(\) of User does not go together with groupBy\(\)/],
  "aggregates of a limited query": [
    () => users().limit(5).sum("age"),
    /aggregate\(\) of User does not go together with limit\(\) or offset\(\)/,
  ],
  "counting locked rows": [() => users().forUpdate().count(), /count of User does not go together with forUpdate\(\)/],
  "an option that locking has not": [
    () => users().forUpdate({ skiplocked: true }),
    /forUpdate\(\) has no option 'skiplocked'\. Did you mean 'skipLocked'/,
  ],
  "waiting and not waiting": [() => users().forUpdate({ skipLocked: true, noWait: true }), /skipLocked or noWait, not both/],
  "an update of a limited query": [
    () => users().limit(5).update({ vip: true }, { all: true }),
    /update\(\) of User does not go together with limit\(\)/,
  ],
  "a delete of an ordered query": [() => users().filter({ id: 1 }).orderBy("id").delete(), /delete\(\) of User takes conditions only/],
  "distinct rows ordered by what they do not hold": [
    () =>
      users()
        .select((user: UncheckedRow) => ({ role: user.role }))
        .distinct()
        .orderBy("age")
        .all(),
    /distinct\(\) results of User are ordered by something that they do not hold/,
  ],
  "an update without a condition": [() => users().update({ vip: true }), /update\(\) of User has no condition and would update every row/],
  "a delete whose condition was skipped": [() => users().filter({ id: skip }).delete(), /delete\(\) of User has no condition/],

  // computed columns
  "a computed column called like another": [
    () => users().annotate({ name: count("posts") }),
    /'name' cannot name a computed column: User has a column or relation of that name/,
  ],
  "a computed column with two underscores": [() => users().annotate({ post__count: count("posts") }), /contain no '__'/],
  "nothing computed": [() => users().annotate({}), /annotate\(\) of User was given an object without names/],
  "null to compute": [() => users().aggregate(null), /aggregate\(\) of User was given null/],
  "something else than an expression": [() => users().annotate({ n: 5 }), /'n' is an integer; expected an expression, or an aggregate/],
  "a projection that is no function": [() => users().select({ name: 1 }), /select\(\) takes a function/],
  "a projection that gives nothing": [() => users().select(() => undefined), /select\(\) of User was given undefined/],
  "a count of rows without groups": [
    () => users().annotate({ n: count() }),
    /count\(\) aggregates rows of User itself, which needs groups/,
  ],
  "a sum of text": [() => posts().sum("title"), /sum\("title"\) needs numbers, and 'title' is of kind text/],
  "a mean over two to-many relations": [
    () => users().annotate({ n: avg("posts.comments.id" as never) }),
    /avg over 'posts\.comments\.id' goes through two to-many relations/,
  ],
  "groups of nothing": [() => users().groupBy(), /groupBy\(\) of User needs a column/],
  "nothing to update": [() => users().filter({ id: 1 }).update({}), /was given nothing to change/],
  "null to update": [() => users().filter({ id: 1 }).update(null), /update\(\) of User takes an object of values, not null/],

  // models
  "something that is no model": [() => select({} as never), /takes a model|A model is needed here/],
  "a class that is no model": [() => select(class Stranger {} as never), /A model is needed here, got the class or function 'Stranger'/],
  "a statement without a database": [() => select(User).all(), /made by select\(\) runs where it is executed/],
};
for (const [what, [run, message]] of Object.entries(mistakes)) test(what, () => assertMistake(run, message));

test("verbs reject and do not throw; methods throw at once", async () => {
  const rejected = users().filter({ age: "x" }).all();
  assert.ok(rejected instanceof Promise);
  await assert.rejects(rejected);
  for (const verb of ["update", "delete", "values", "column", "sum", "aggregate"] as const) {
    const result = users()[verb](Symbol.iterator);
    assert.ok(result instanceof Promise, verb);
    await assert.rejects(result);
  }
  assert.throws(() => users().filter({ nmae: 1 }));
});

test("names that every object inherits are unknown names", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty", "__defineGetter__", "valueOf"]) {
    assert.throws(() => users().filter({ [name]: 1 }), { code: "E1001" });
    assert.throws(() => users().filter({ [`${name}__gt`]: 1 }), { code: "E1001" });
    assert.throws(() => users().filter({ [`age__${name}`]: 1 }), { code: "E1001" });
    assert.throws(() => users().filter({ [`posts__${name}`]: 1 }), { code: "E1001" });
    assert.throws(() => users().orderBy(name), { code: "E1001" });
    assert.throws(() => users().with(name), { code: "E1001" });
    assert.throws(() => users().only(name), { code: "E1001" });
    assert.throws(() => users().annotate({ n: sum(name) }), { code: "E1001" });
  }
  assert.throws(() => users().filter(JSON.parse('{ "__proto__": { "age": 1 } }')), { code: "E1001" });
});

test("a printed query shows no values", () => {
  const query = users().filter({ name: secret }) as object;
  assert.doesNotMatch(JSON.stringify(query) ?? "", new RegExp(secret));
});

test("joined() of two relations to many is refused when the statement is made, by name", async () => {
  const query = new Listener(sqlite).query(User).with(joined("posts"), joined("posts.comments"));
  const refusal = { code: "E1001", message: /joined\("posts"\) and joined\("posts\.comments"\) of User cannot be one statement/ };
  assert.throws(() => query.toSQL(), refusal);
  await assert.rejects(query.all(), refusal);
});
