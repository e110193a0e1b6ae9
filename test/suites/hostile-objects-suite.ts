/** Values that pass for something else: objects from a request's body, forged pieces of SQL, gadgets that answer differently each time. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import { count, F, int, isPetrelError, json, Model, Q, sql, text, type Engine } from "../../src/entry/index.ts";
import { unchecked } from "../support/unchecked-query.ts";
import type { UncheckedQuery, UncheckedRow } from "../support/unchecked-query.ts";

class Account extends Model("accounts", { id: int().primaryKey(), name: text(), password: text(), level: int(), data: json<unknown>() }) {}

export interface HostileObjectsUnderTest {
  readonly name: string;
  /** An engine on an empty database of its own. */
  readonly open: () => Promise<Engine>;
}

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

export const hostileObjectsSuite = ({ name, open }: HostileObjectsUnderTest): void => {
  describe(`hostile objects on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll([Account]);
      await engine.session().insertAll(Account, [
        { id: 1, name: "ann", password: "one", level: 1, data: {} },
        { id: 2, name: "bob", password: "two", level: 2, data: { $ne: null } },
      ]);
    });
    after(() => engine.close());

    const accounts = (): UncheckedQuery => unchecked(engine.query(Account));
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
        if (!Array.isArray(body) && !(typeof body === "function" && String(body).startsWith("class")))
          await refused(() => sql`SELECT ${body}`);
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
      const [row] = (await engine.execute('SELECT 1 AS __proto__, 2 AS constructor, 3 AS "toString"')).all() as Record<string, unknown>[];
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

    test("undefined is never everything", async () => {
      await refused(() => accounts().filter({ name: undefined }).all());
      await refused(() => accounts().filter({ name__in: undefined }).delete());
      await refused(() =>
        accounts()
          .filter({ name__in: [undefined] })
          .delete(),
      );
      await refused(() => engine.query(Account).delete());
      await refused(() => engine.query(Account).update({ level: 9 }));
      await refused(() => engine.session().get(Account, undefined as never));
      assert.equal(await accounts().count(), 2);
    });

    test("limits and offsets are whole numbers, whatever a text or a number could be taken for", async () => {
      for (const given of ["1", "1; DROP TABLE accounts", "0x10", "", 1n, -1, 1.5, NaN, Infinity, 1e21, 2 ** 53, null, true, [1]]) {
        await refused(() => accounts().limit(given));
        await refused(() => accounts().offset(given));
      }
    });

    test("numbers beyond their column find nothing and are never written", async () => {
      assert.deepEqual(
        await accounts()
          .filter({ level: 2 ** 31 })
          .column("id"),
        [],
      );
      assert.deepEqual(
        await accounts()
          .filter({ level__in: [2 ** 53, 1] })
          .column("id"),
        [1],
      );
      for (const level of [2 ** 31, -(2 ** 31) - 1, 1.5, NaN, Infinity])
        await refused(() => accounts().filter({ id: 1 }).update({ level }));
      assert.deepEqual(await accounts().orderBy("id").column("level"), [1, 2]);
    });

    test("what a body says beyond the model is refused, not written", async () => {
      const body: object = JSON.parse('{ "name": "eve", "password": "x", "level": 1, "data": {}, "isAdmin": true }');
      await refused(() => engine.session().insert(Account, body as never));
      await refused(() => engine.session().insertAll(Account, [body as never]));
      await refused(() => accounts().filter({ id: 1 }).update(body));
      assert.equal(await accounts().count(), 2);
    });

    test("a list of a hundred thousand is one value of one statement", async () => {
      const list = Array.from({ length: 100_000 }, (_, at) => at + 2);
      const before = engine.statementCount;
      assert.deepEqual(await accounts().filter({ id__in: list }).column("id"), [2]);
      assert.equal(engine.statementCount, before + 1);
      assert.equal(
        accounts().filter({ id__in: list }).toSQL().sql,
        accounts()
          .filter({ id__in: [1] })
          .toSQL().sql,
      );
    });

    test("names that read alike when they are joined are not taken for each other", async () => {
      const chosen = async (names: readonly string[]): Promise<readonly string[]> => {
        const rows = await accounts()
          .filter({ id: 1 })
          .select((account: UncheckedRow) => Object.fromEntries(names.map((name) => [name, account.id])))
          .all();
        return Object.keys(rows[0]!);
      };
      for (const names of [
        ["a", "b"],
        ["a,b"],
        ["a:b"],
        ["a b"],
        ['a","b'],
        ["a|b"],
        ["a\0b".replace("\0", "\u0001")],
        ["ab"],
        ["a", "b,c"],
        ["a,b", "c"],
      ])
        assert.deepEqual(await chosen(names), names);
    });

    test("documents of a thousand levels are documents, deeper ones are refused, as are texts in them that no database stores", async () => {
      const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
      for (const data of [nested(1001), nested(5000), { value: "a\0b" }, { "a\0b": 1 }, "\ud800", { value: ["\udc00"] }, { "\ud800": 1 }]) {
        await refused(() => engine.session().insert(Account, { id: 3, name: "x", password: "x", level: 1, data }));
        await refused(() => accounts().filter({ data }).all());
        await refused(() => accounts().filter({ data__contains: data }).all());
        await refused(() => accounts().filter({ id: 1 }).update({ data }));
      }
      await engine.session().insert(Account, { id: 3, name: "x", password: "x", level: 1, data: nested(1000) });
      const { data } = await engine
        .query(Account)
        .filter({ data: nested(1000) })
        .one();
      assert.equal(JSON.stringify(data), JSON.stringify(nested(1000)));
      await accounts().filter({ id: 3 }).delete();
      assert.equal(await accounts().count(), 2);
    });

    test("no error holds the values it was about, in its text, its details or its causes", async () => {
      const secret = "s3cr3t-value";
      class Token extends Model("tokens", { id: int().primaryKey(), secret: text({ maxLength: 20 }).unique(), level: int({ max: 5 }) }) {}
      await engine.createAll([Token]);
      await engine.session().insert(Token, { id: 1, secret, level: 1 });
      const wrong = (): UncheckedQuery => unchecked(engine.query(Token));
      for (const run of [
        (): Promise<unknown> => engine.session().insert(Token, { id: 2, secret, level: 1 }),
        () => engine.session().insert(Token, { id: 2, secret: secret.repeat(2), level: 1 }),
        () => engine.session().insert(Token, { id: 2, secret: null as never, level: 1 }),
        () => engine.execute("INSERT INTO tokens (id, secret, level) VALUES (?, ?, 9)", [2, secret]),
        () => engine.execute("INSERT INTO tokens (id, secret, level) VALUES (?, ?, 1)", [2, secret]),
        () => wrong().filter({ id: secret }).all(),
        () =>
          wrong()
            .filter({ level: { [secret]: secret } })
            .all(),
        () => wrong().filter({ secret }).update({ level: secret }),
      ]) {
        const error: unknown = await Promise.resolve()
          .then((): Promise<unknown> => run())
          .then(
            () => null,
            (reason: unknown) => reason,
          );
        assert.ok(isPetrelError(error), String(error));
        for (const printed of [String(error), JSON.stringify(error), inspect(error, { depth: 9 }), String(error.stack)])
          assert.ok(!printed.includes(secret), `${String(run)}: ${printed.replaceAll(secret, "<the value>")}`);
      }
    });

    test("a relation path without end is an error, and costs nothing that stays", async () => {
      await refused(() => accounts().filter({ [Array.from({ length: 5000 }, () => "parent").join("__")]: 1 }));
      await refused(() => accounts().with(Array.from({ length: 5000 }, () => "parent").join(".")));
    });
  });
};
