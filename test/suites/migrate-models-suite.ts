/** Models against live databases, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  belongsTo,
  bool,
  date,
  decimal,
  float,
  hasMany,
  int,
  json,
  Model,
  oneOf,
  softDelete,
  sql,
  text,
  timestamps,
  uuid,
} from "../../src/entry/index.ts";
import type { AnyModel } from "../../src/entry/index.ts";
import { canonical, compare, diff, introspect, irreversible, render, reverse, runStatements, snapshot } from "../../src/entry/migrate.ts";
import type { Change, Plan, Snapshot } from "../../src/entry/migrate.ts";
import { MigrationError } from "../../src/base/errors.ts";
import { Comment, Post, PostTag, Profile, Tag, User } from "../support/models.ts";
import { petrelFromSource } from "../support/petrel-from-source.ts";
import { models as compositeModels } from "./composite-keys-suite.ts";
import { apply } from "./migrate-suite.ts";
import type { MigrateEngine } from "./migrate-suite.ts";

petrelFromSource();
const music = await import("../../examples/chinook/models/music.ts");
const sales = await import("../../examples/chinook/models/sales.ts");

const blog = [User, Profile, Post, Tag, PostTag, Comment];

/** Defaults and names that quoting gets wrong easily. */
class Hostile extends Model(
  'the "hostile" table; --',
  {
    id: int().primaryKey(),
    quote: text().default("it's \"quoted\" \\ back'slash"),
    empty: text().default(""),
    nothing: text().nullable().default(null),
    word: text().default("NULL").comment('it\'s a "comment"'),
    negative: int({ min: -10, max: 10 }).default(-7),
    fraction: float().default(-0.5),
    price: decimal({ precision: 12, scale: 3 }).default("-1.500"),
    document: json().default({ "it's": ['"', "\\", null, { a: -1 }] }),
    flag: bool().default(true),
    state: oneOf("it's", "b,c", 'd"e', "f\\g").default("it's"),
    day: date().default("2026-02-28"),
    token: uuid().default("0f8fad5b-d9cb-469f-a165-70867728950e"),
    even: int()
      .default(2)
      .check(sql`even % 2 = 0`),
    short: text({ minLength: 1, maxLength: 20 }).default("x"),
    order: text()
      .default(sql`lower('ABC')`)
      .named("order"),
    emoji: text().named("🐘 'n\" name").default("🦜"),
    ...timestamps,
    ...softDelete,
  },
  {
    comment: 'a "table" of it\'s own 🐘',
    indexes: [
      ["state", "day"],
      { columns: ["quote", "-day"], name: "hostile 'idx\"" },
      { columns: ["quote"], unique: true, where: sql`deleted_at IS NULL`, name: "hostile_live" },
      { columns: [sql`lower(quote)`, "word"], name: "hostile_lower" },
    ],
    checks: { inRange: sql`negative < even AND quote <> 'never; DROP TABLE x'` },
  },
) {}

/** Names whose first 63 bytes are alike. */
const long = "x".repeat(59);
class LongOne extends Model(`${long}_one`, {
  id: int().primaryKey(),
  parentId: int().nullable(),
  value: text().unique(),
  parent: () => belongsTo(LongOne, "parentId"),
}) {}
class LongTwo extends Model(`${long}_two`, {
  id: int().primaryKey(),
  value: text().unique().index(),
  oneId: int(),
  one: () => belongsTo(LongOne, "oneId"),
}) {}

const kindsOf = (plan: Plan): string[] => plan.changes.map((change: Change) => change.change);

const emptyLike = (found: Snapshot): Snapshot => ({ ...found, tables: [], views: [], enums: [], schemas: [] });

class ShopV1 extends Model("shops", {
  id: int().primaryKey(),
  name: text(),
  town: text().nullable(),
  sales: () => hasMany(SaleV1, "shopId"),
}) {}
class SaleV1 extends Model(
  "sales",
  {
    id: int().primaryKey(),
    amount: int().default(0),
    note: text().nullable(),
    shopId: int(),
    shop: () => belongsTo(ShopV1, "shopId", { onDelete: "cascade" }),
  },
  { indexes: [["amount"]] },
) {}
class ShopV2 extends Model(
  "stores",
  {
    id: int().primaryKey(),
    title: text({ maxLength: 50 }).renamedFrom("name"),
    town: text().nullable(),
    open: bool().default(true),
    sales: () => hasMany(SaleV2, "storeId"),
  },
  { renamedFrom: "shops", unique: [["title"]] },
) {}
class SaleV2 extends Model(
  "sales",
  {
    id: int().primaryKey(),
    amount: int({ min: 0 }).default(1),
    storeId: int().renamedFrom("shop_id"),
    store: () => belongsTo(ShopV2, "storeId", { onDelete: "cascade" }),
  },
  { indexes: [["amount", "storeId"]] },
) {}

class Left extends Model("lefts", { id: int().primaryKey(), rightId: int().nullable(), right: () => belongsTo(Right, "rightId") }) {}
class Right extends Model("rights", { id: int().primaryKey(), leftId: int().nullable(), left: () => belongsTo(Left, "leftId") }) {}

export const migrateModelsSuite = ({ name, open }: MigrateEngine): void => {
  const groups: readonly (readonly [string, readonly AnyModel[]])[] = [
    ["the blog", blog],
    ["Chinook", [...Object.values(music), ...Object.values(sales)]],
    ["hostile names and defaults", [Hostile]],
    ["foreign keys of several columns", compositeModels],
    ["names that collide when they are cut", [LongOne, LongTwo]],
  ];
  for (const [what, models] of groups) {
    test(`${name}: ${what}: what createAll makes, and what a plan makes, is what the models ask for`, async () => {
      await using created = await open();
      await created.createAll(models);
      assert.deepEqual((await compare(created, models)).changes, []);

      await using planned = await open();
      const plan = await compare(planned, models);
      assert.ok(plan.changes.length >= models.length);
      await apply(planned, plan);
      assert.deepEqual((await compare(planned, models)).changes, []);
      assert.deepEqual(diff(await introspect(created), await introspect(planned)).changes, [], "both ways give the same");

      await apply(planned, reverse(plan));
      assert.deepEqual((await introspect(planned)).tables, []);
    });
  }

  test(`${name}: a snapshot is JSON, frozen, and the same for the same models`, async () => {
    await using engine = await open();
    const taken = snapshot(engine, [Hostile, ...blog]);
    assert.deepEqual(JSON.parse(JSON.stringify(taken)), taken);
    assert.deepEqual(snapshot(engine, [Hostile, ...blog]), taken);
    assert.ok(Object.isFrozen(taken) && Object.isFrozen(taken.tables[0]!.columns) && Object.isFrozen(taken.tables[0]!.columns[0]));
    assert.deepEqual(diff(taken, JSON.parse(JSON.stringify(taken)) as Snapshot).changes, []);
  });

  test(`${name}: models that changed: renamed, altered, added and dropped, with the rows that were there, and back again`, async () => {
    await using engine = await open();
    await engine.createAll([ShopV1, SaleV1]);
    const session = engine.session();
    await session.insertAll(ShopV1, [{ name: "North", town: "Oslo" }, { name: "South" }]);
    await session.insertAll(SaleV1, [
      { amount: 5, note: "gone", shopId: 1 },
      { amount: 7, shopId: 2 },
    ]);
    const before = await introspect(engine);
    const plan = await compare(engine, [ShopV2, SaleV2]);
    assert.deepEqual(plan.questions, []);
    assert.deepEqual(plan.renames, [
      { table: "shops", schema: null, to: "stores" },
      { table: "sales", schema: null, column: "shop_id", to: "store_id" },
      { table: "shops", schema: null, column: "name", to: "title" },
    ]);
    assert.deepEqual(
      irreversible(plan).map(({ loses }) => loses.replace("columns", "column")),
      ["drops the column sales.note"],
    );
    await apply(engine, plan);
    assert.deepEqual((await compare(engine, [ShopV2, SaleV2])).changes, []);
    assert.deepEqual(await engine.query(ShopV2).orderBy("id").values("id", "title", "town", "open"), [
      { id: 1, title: "North", town: "Oslo", open: true },
      { id: 2, title: "South", town: null, open: true },
    ]);
    assert.deepEqual(await engine.query(SaleV2).orderBy("id").values("amount", "store.title"), [
      { amount: 5, store: { title: "North" } },
      { amount: 7, store: { title: "South" } },
    ]);
    await assert.rejects(engine.session().insert(SaleV2, { amount: 1, storeId: 99 }), { code: "E2302" }, "foreign keys hold as before");

    await apply(engine, reverse(plan));
    assert.deepEqual(diff(await introspect(engine), before).changes, []);
    assert.deepEqual(await engine.query(SaleV1).orderBy("id").values("amount", "note", "shop.name"), [
      { amount: 5, note: null, shop: { name: "North" } },
      { amount: 7, note: null, shop: { name: "South" } },
    ]);
  });

  test(`${name}: what may have been renamed is asked, never guessed`, async () => {
    await using engine = await open();
    class Before extends Model("people", { id: int().primaryKey(), name: text(), age: int() }) {}
    class After extends Model("persons", { id: int().primaryKey(), fullName: text(), age: int() }) {}
    class AfterColumn extends Model("people", { id: int().primaryKey(), fullName: text(), years: int() }) {}
    await engine.createAll([Before]);
    const table = { schema: null, name: "people" };
    const asked = await compare(engine, [After]);
    assert.deepEqual(asked.questions, [{ question: "was a table renamed", dropped: table, created: [{ schema: null, name: "persons" }] }]);
    assert.deepEqual(kindsOf(asked), ["dropTable", "createTable"]);
    const columns = await compare(engine, [AfterColumn]);
    assert.deepEqual(columns.questions, [
      { question: "was a column renamed", table, dropped: "name", added: ["full_name", "years"] },
      { question: "was a column renamed", table, dropped: "age", added: ["years", "full_name"] },
    ]);
    const answered = await compare(engine, [AfterColumn], {
      renames: [{ table: "people", column: "name", to: "full_name" }],
      drops: [{ table: "people", column: "age" }],
    });
    assert.deepEqual(answered.questions, []);
    assert.equal(answered.changes.filter((change) => change.change === "renameColumn").length, 1);
    const both = await compare(engine, [After], {
      renames: [
        { table: "people", to: "persons" },
        { table: "people", column: "name", to: "full_name" },
      ],
    });
    assert.deepEqual(
      [
        both.questions,
        kindsOf(both)
          .filter((kind) => kind.startsWith("rename"))
          .slice(0, 2),
      ],
      [[], ["renameTable", "renameColumn"]],
    );
    await apply(engine, both);
    assert.deepEqual((await compare(engine, [After])).changes, []);
  });

  test(`${name}: answers that fit nothing are refused with what was meant`, async () => {
    await using engine = await open();
    class Before extends Model("people", { id: int().primaryKey(), name: text(), age: int() }) {}
    class After extends Model("people", { id: int().primaryKey(), fullName: text() }) {}
    await engine.createAll([Before]);
    const wrong = [
      [{ renames: [{ table: "peple", column: "name", to: "full_name" }] }, /'peple', which is not there\. Did you mean 'people'\?/],
      [{ renames: [{ table: "people", column: "nmae", to: "full_name" }] }, /'nmae', which is not there\. Did you mean 'name'\?/],
      [{ renames: [{ table: "people", column: "name", to: "fullname" }] }, /nothing asks for\. Did you mean 'full_name'\?/],
      [{ drops: [{ table: "people", column: "aeg" }] }, /'people\.aeg', which is not there\. Did you mean 'age'\?/],
    ] as const;
    for (const [answers, message] of wrong) {
      await assert.rejects(compare(engine, [After], answers), (error) => {
        assert.ok(error instanceof MigrationError && error.code === "E1701");
        assert.match(error.message, message);
        return true;
      });
    }
  });

  test(`${name}: tables that refer to each other in a ring are created, found and dropped`, async () => {
    await using engine = await open();
    const wanted = await canonical(engine, snapshot(engine, [Left, Right]));
    const plan = diff(emptyLike(await introspect(engine)), wanted);
    await apply(engine, plan);
    const found = await introspect(engine);
    assert.deepEqual(diff(found, wanted).changes, []);
    await apply(engine, diff(found, emptyLike(found)));
    assert.deepEqual((await introspect(engine)).tables, []);
  });

  test(`${name}: tables that no model has are dropped, or left out when they are to be kept`, async () => {
    await using engine = await open();
    await engine.createAll([ShopV1, SaleV1]);
    await engine.execute("CREATE TABLE petrel_history (id int PRIMARY KEY)");
    assert.deepEqual(kindsOf(await compare(engine, [ShopV1, SaleV1])), ["dropTable"]);
    assert.deepEqual(kindsOf(await compare(engine, [ShopV1, SaleV1], { keepUnknownTables: true })), []);
    assert.deepEqual(kindsOf(await compare(engine, [ShopV1, SaleV1], { ignore: ["petrel_history"] })), []);
  });

  test(`${name}: a statement that fails takes all the others of its transaction back`, async () => {
    await using engine = await open();
    await engine.createAll([ShopV1, SaleV1]);
    const before = await introspect(engine);
    const plan = await compare(engine, [ShopV2, SaleV2]);
    const statements = render(plan.changes, engine.dialect.name);
    const broken = [...statements, { ...statements[0]!, sql: "ALTER TABLE nowhere RENAME TO somewhere" }];
    await assert.rejects(runStatements(engine, broken), { code: "E2101" });
    assert.deepEqual(diff(await introspect(engine), before).changes, []);
    await assert.rejects(engine.session().insert(SaleV1, { amount: 1, shopId: 99 }), { code: "E2302" }, "foreign keys are on again");
  });

  test(`${name}: 300 tables are introspected in as few statements as one: 7 on PostgreSQL, 5 on SQLite`, async () => {
    await using engine = await open();
    const texts = Array.from(
      { length: 300 },
      (_, place) =>
        `CREATE TABLE t${place} (id int PRIMARY KEY, name text UNIQUE, other int REFERENCES t${Math.max(0, place - 1)} (id), CHECK (id > 0))`,
    );
    await engine.transaction(async (session) => {
      for (const text of texts) await session.executeRaw(text);
    });
    const start = engine.statementCount;
    const found = await introspect(engine);
    const asked = engine.statementCount - start;
    assert.equal(found.tables.length, 300);
    assert.equal(asked, engine.dialect.name === "postgres" ? 7 : 5);
    const changed = { ...found, tables: found.tables.map((table) => ({ ...table, columns: table.columns.slice(0, 2), constraints: [] })) };
    assert.ok(diff(found, changed).changes.length >= 300);
  });
};
