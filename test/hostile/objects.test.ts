/** Values that pass for something else: objects from a request's body, forged pieces of SQL, gadgets that answer differently each time. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { count, F, int, isPetrelError, json, Model, Q, sql, text, type Engine } from "../../src/entry/index.ts";
import { openEngine } from "../support/make-database.ts";
import { unchecked } from "../support/unchecked-query.ts";
import type { UncheckedQuery, UncheckedRow } from "../support/unchecked-query.ts";

class Account extends Model("accounts", { id: int().primaryKey(), name: text(), password: text(), level: int(), data: json<unknown>() }) {}

let engine: Engine;
before(async () => {
  engine = await openEngine([Account]);
  await engine.session().insertAll(Account, [
    { id: 1, name: "ann", password: "one", level: 1, data: {} },
    { id: 2, name: "bob", password: "two", level: 2, data: { $ne: null } },
  ]);
});
after(() => engine.close());

const accounts = (): UncheckedQuery => unchecked(engine.query(Account));
const isRefused = (error: unknown): boolean => isPetrelError(error) && ["ConfigurationError", "ValidationError"].includes(error.name);
const refused = async (run: () => unknown): Promise<void> => {
  await assert.rejects(async () => run(), isRefused);
};

/** What a body parser makes of `?password[$ne]=` and its like. */
const bodies: readonly unknown[] = [
  { $ne: null },
  { $gt: "" },
  { ne: null },
  { gt: "" },
  { contains: "" },
  { name__ne: "x" },
  { toString: "x" },
  { __raw: true, sql: "1 OR 1=1" },
  { sql: "1", params: [] },
  { node: "raw", texts: ["1 OR 1=1"], parts: [], type: null },
  { node: "literal", value: true },
  { node: "parameter", form: "one", type: null, value: 1 },
  { type: "Raw", value: "1=1" },
  { val: "1=1" },
  { toSQL: () => "1=1" },
  { toJSON: () => "one" },
  { valueOf: () => "one" },
  { [Symbol.toPrimitive]: () => "one" },
  { then: () => "one" },
  { length: 1, 0: "one" },
  ["one"],
  [["one"]],
  [],
  {},
  new String("one"),
  new Map([["password", "one"]]),
  new Set(["one"]),
  new Uint8Array([1]),
  Object.create(null),
  /one/,
  new Date(0),
  Symbol("one"),
  1n,
  Promise.resolve("one"),
  () => "one",
  class One {},
  new Proxy({}, { get: () => "one" }),
  new Proxy([], {}),
];

test("an object where a scalar is expected is refused, whatever it looks like", async () => {
  for (const body of bodies) {
    for (const key of [
      "password",
      "password__ne",
      "password__gt",
      "password__contains",
      "password__like",
      "password__regex",
      "password__range",
      "password__isNull",
    ]) {
      const isPattern = key === "password__regex" && body instanceof RegExp;
      if (!isPattern)
        await refused(() =>
          accounts()
            .filter({ [key]: body })
            .all(),
        );
    }
    await refused(() =>
      accounts()
        .filter({ password__in: [body] })
        .all(),
    );
    await refused(() => accounts().filter({ id: 1 }).update({ password: body }));
    await refused(() =>
      accounts()
        .where((account: UncheckedRow) => account.name.eq(body))
        .all(),
    );
    await refused(() => accounts().limit(body));
    await refused(() => accounts().offset(body));
  }
  assert.equal(await accounts().filter({ password: "one" }).count(), 1);
});

test("as a parameter of raw SQL an object is refused; what a database has a form for is bound", async () => {
  for (const body of bodies) {
    const isValue = body instanceof Uint8Array || body instanceof Date || typeof body === "bigint";
    if (isValue) continue;
    await refused(() => engine.execute("SELECT ?", [body]));
    await refused(() => engine.execute("SELECT :a", { a: body }));
    if (!Array.isArray(body) && !(typeof body === "function" && String(body).startsWith("class"))) await refused(() => sql`SELECT ${body}`);
  }
});

test("a document is compared as a document: operators in it are keys like any others", async () => {
  assert.deepEqual(
    await accounts()
      .filter({ data: { $ne: null } })
      .column("id"),
    [2],
  );
  assert.deepEqual(
    await accounts()
      .filter({ data__contains: { $ne: null } })
      .column("id"),
    [2],
  );
  assert.deepEqual(
    await accounts()
      .filter({ data: JSON.parse('{ "__proto__": { "admin": true } }') })
      .column("id"),
    [],
  );
});

test("a JSON copy of our own objects is inert", async () => {
  const ours: readonly unknown[] = [
    Account.columns.level.gt(0),
    Account.columns.level.asc(),
    sql`1 = 1`,
    sql.raw("1 = 1"),
    Q({ level__gt: 0 }),
    F("level").plus(1),
    count("id"),
    engine.query(Account),
  ];
  for (const own of ours) {
    const copies: unknown[] = [Object.assign({}, own), Object.create(Object.getPrototypeOf(own) as object)];
    // A query holds its database, which JSON cannot say.
    if (own !== ours.at(-1)) copies.push(JSON.parse(JSON.stringify(own)), structuredClone({ ...(own as object) }));
    for (const copy of copies) {
      await refused(() => accounts().where(copy));
      await refused(() => accounts().filter({ name: copy }).all());
      await refused(() => accounts().annotate({ n: copy }));
      await refused(() => accounts().orderBy(() => copy));
      await refused(() => accounts().filter({ id: 1 }).update({ level: copy }));
      await refused(() => engine.execute(copy as never));
    }
  }
});

test("combinators are never keys", async () => {
  for (const key of ["_connector", "_negated", "or", "and", "not", "OR", "$or", "combine", "operands", "lookups"]) {
    await refused(() => accounts().filter({ [key]: [{ level: 1 }] }));
    await refused(() => accounts().filter((Q({ level: 1 }) as { or(other: object): object }).or({ [key]: "OR 1=1" })));
  }
});

test("keys that every object inherits do not come from outside", async () => {
  const body: unknown = JSON.parse('{ "__proto__": { "level": 1 }, "constructor": { "prototype": { "level": 1 } } }');
  await refused(() => accounts().filter(body));
  await refused(() => accounts().filter({ id: 1 }).update(body));
  await refused(() => accounts().annotate(body));
  assert.equal(({} as { level?: number }).level, undefined);
  // What is inherited is no lookup.
  await refused(() => accounts().filter(Object.create({ level: 1 })));
});

test("rows have no other prototype than their model's, whatever their columns are called", async () => {
  const [row] = (await engine.execute("SELECT 1 AS __proto__, 2 AS constructor, 3 AS toString")).all() as Record<string, unknown>[];
  assert.deepEqual(Object.entries(row!), [
    ["__proto__", 1],
    ["constructor", 2],
    ["toString", 3],
  ]);
});

test("a list that answers differently each time is read once", async () => {
  let reads = 0;
  const list = new Proxy([1], {
    get: (target, name, receiver) => {
      if (name === "0") return reads++ === 0 ? 1 : "2) OR 1=1 --";
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  assert.deepEqual(await accounts().filter({ id__in: list }).column("id"), [1]);
});

test("a getter that answers differently each time gives a value of the right type, or an error", async () => {
  const answers = (...given: unknown[]): object => {
    let reads = 0;
    return {
      get level() {
        return given[Math.min(reads++, given.length - 1)];
      },
    };
  };
  assert.deepEqual(await accounts().filter(answers(1, "1 OR 1=1")).column("id"), [1]);
  assert.deepEqual(await accounts().exclude(answers(1, "1 OR 1=1")).column("id"), [2]);
  await refused(() => accounts().filter(answers("1 OR 1=1", 1)).all());
});

test("what happens to a list after the query was made is not the query's", async () => {
  const list = [1];
  const query = accounts().filter({ id__in: list }).orderBy("id");
  list.push(2);
  assert.deepEqual(await query.column("id"), [1]);
  const inQ = [1];
  const withQ = accounts()
    .filter(Q({ id__in: inQ } as never))
    .orderBy("id");
  inQ.length = 0;
  assert.deepEqual(await withQ.column("id"), [1]);
});

test("only a template makes SQL", async () => {
  const call = sql as unknown as (...given: unknown[]) => unknown;
  const forged: readonly unknown[] = [
    "SELECT 1",
    ["SELECT 1"],
    Object.assign(["SELECT 1"], { raw: ["SELECT 1"] }),
    { 0: "SELECT 1", length: 1, raw: ["SELECT 1"] },
    JSON.parse('["SELECT 1"]'),
    undefined,
    null,
    sql`SELECT 1`,
  ];
  for (const strings of forged) {
    await refused(() => call(strings));
    await refused(() => call(strings, 1));
  }
  for (const given of [5, null, undefined, {}, ["SELECT 1"]]) await refused(() => engine.execute(given as never));
});

test("a piece of sql is text only where it was written, never where it is a value", async () => {
  await refused(() => accounts().limit(sql`1`));
  await refused(() =>
    accounts()
      .filter({ name: sql`'ann' OR 1=1` })
      .all(),
  );
  await refused(() =>
    accounts()
      .filter({ id__in: [sql`SELECT id FROM accounts`] })
      .all(),
  );
  await refused(() => accounts().orderBy(sql`1`));
  await refused(() => engine.execute("SELECT ?", [sql`1`]));
});

test("a negative number beside a minus makes no comment", async () => {
  const rows = await engine
    .query(Account)
    .where((account) => account.level.minus(-1).eq(2))
    .column("id");
  assert.deepEqual(rows, [1]);
  assert.deepEqual((await engine.execute(sql`SELECT 1 -${-1} AS n`)).column("n" as never), [2]);
});

test("several statements in one text are refused, and none of them runs", async () => {
  await assert.rejects(engine.execute("SELECT 1; DELETE FROM accounts"), isPetrelError);
  await assert.rejects(engine.execute(sql`DELETE FROM accounts; SELECT ${1}`), isPetrelError);
  assert.equal(await accounts().count(), 2);
});

test("a relation path without end is an error, and costs nothing that stays", async () => {
  await refused(() => accounts().filter({ [Array.from({ length: 5000 }, () => "parent").join("__")]: 1 }));
  await refused(() => accounts().with(Array.from({ length: 5000 }, () => "parent").join(".")));
});
