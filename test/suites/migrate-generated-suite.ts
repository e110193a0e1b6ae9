/** Columns that the database computes, from models to databases and back, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { decimal, int, Model, sql, text } from "../../src/entry/index.ts";
import type { AnyModel, Engine } from "../../src/entry/index.ts";
import { compare, diff, generateModels, introspect, irreversible, reverse, snapshot } from "../../src/entry/migrate.ts";
import type { Plan } from "../../src/entry/migrate.ts";
import { scratchFolder, writeAll } from "../scratch.ts";
import { apply } from "./migrate-suite.ts";
import type { MigrateEngine } from "./migrate-suite.ts";

const id = int().primaryKey();
const price = int();
const amount = int().default(1);

class Line extends Model(
  "lines",
  {
    id,
    price,
    amount,
    note: text().nullable(),
    total: int({ min: 0 })
      .generatedAs(sql`price * amount`)
      .index(),
    loud: text()
      .nullable()
      .generatedAs(sql`upper(coalesce(note, ${"it's `${nothing}` \\"})) || '!'`, { stored: false }),
    rate: decimal({ precision: 10, scale: 2 })
      .nullable()
      .generatedAs(sql`NULL`),
    code: text()
      .generatedAs(sql`'n' || id`)
      .unique()
      .named("Code of it"),
  },
  { indexes: [{ columns: ["total", "price"], name: "lines_total_and_price" }], checks: { bounded: sql`total < 1000000` } },
) {}

class Plain extends Model("lines", { id, price, amount, total: int().default(7).index() }) {}
class Product extends Model("lines", {
  id,
  price,
  amount,
  total: int()
    .generatedAs(sql`price * amount`)
    .index(),
}) {}
class Sum extends Model("lines", {
  id,
  price,
  amount,
  total: int()
    .generatedAs(sql`price + amount`)
    .index(),
}) {}
class Virtual extends Model("lines", { id, price, amount, total: int().generatedAs(sql`price + amount`, { stored: false }) }) {}
class Cost extends Model("lines", {
  id,
  cost: int().renamedFrom("price"),
  amount,
  total: int()
    .generatedAs(sql`cost * amount`)
    .index(),
}) {}

const totals = (engine: Engine): Promise<number[]> => engine.query(Plain).orderBy("id").column("total");

const stepsOf = ({ changes }: Plan): string[] => changes.map(({ change }) => change);

export const migrateGeneratedSuite = ({ name, open }: MigrateEngine): void => {
  test(`${name}: generated columns: what createAll and a plan make is what the models ask for, and what models made from it say`, async () => {
    await using created = await open();
    await created.createAll([Line]);
    assert.deepEqual((await compare(created, [Line])).changes, []);

    await using planned = await open();
    const plan = await compare(planned, [Line]);
    await apply(planned, plan);
    const found = await introspect(planned);
    assert.deepEqual(diff(await introspect(created), found).changes, []);
    assert.deepEqual(
      found.tables[0]!.columns.map(({ generated }) => generated && generated.stored),
      [null, null, null, null, true, false, true, true],
    );

    const made = generateModels(found);
    assert.deepEqual(made.remarks, []);
    const folder = scratchFolder(`migrate-generated-${name}`);
    writeAll(folder, { "lines.ts": made.text });
    const models = Object.values((await import(pathToFileURL(join(folder, "lines.ts")).href)) as Record<string, AnyModel>);
    assert.deepEqual((await compare(planned, models)).changes, []);
    const again = snapshot(planned, models).tables[0]!.columns.map(({ generated }) => generated);
    assert.deepEqual(
      again,
      found.tables[0]!.columns.map(({ generated }) => generated),
    );

    await apply(planned, reverse(plan));
    assert.deepEqual((await introspect(planned)).tables, []);
  });

  test(`${name}: generated columns: another expression makes the column anew, from the rows that are there, and its index with it`, async () => {
    await using engine = await open();
    await engine.createAll([Plain]);
    await engine.session().insertAll(Plain, [
      { price: 2, amount: 3 },
      { price: 5, amount: 4, total: 1 },
    ]);
    const before = await introspect(engine);
    const plan = await compare(engine, [Product]);
    await apply(engine, plan);
    assert.deepEqual(await totals(engine), [6, 20]);
    for (const [model, expected] of [
      [Sum, [5, 9]],
      [Virtual, [5, 9]],
      [Product, [6, 20]],
    ] as const) {
      const change = await compare(engine, [model]);
      assert.deepEqual([change.questions, irreversible(change)], [[], []]);
      await apply(engine, change);
      assert.deepEqual(await totals(engine), expected);
      assert.deepEqual((await compare(engine, [model])).changes, []);
    }
    await apply(engine, reverse(plan));
    assert.deepEqual(diff(await introspect(engine), before).changes, []);
    assert.deepEqual(await totals(engine), [7, 7]);
  });

  test(`${name}: generated columns: a column that one is computed from is renamed, and neither is made anew`, async () => {
    await using engine = await open();
    await engine.createAll([Product]);
    await engine.session().insert(Product, { price: 2, amount: 3 });
    const plan = await compare(engine, [Cost]);
    assert.deepEqual(stepsOf(plan), ["renameColumn"]);
    await apply(engine, plan);
    assert.deepEqual((await compare(engine, [Cost])).changes, []);
    assert.deepEqual(await engine.query(Cost).column("total"), [6]);
  });

  test(`${name}: generated columns: one that a model has as a plain column without a default stays computed`, async () => {
    class Silent extends Model("lines", { id, price, amount, total: int().index() }) {}
    await using engine = await open();
    await engine.createAll([Product]);
    assert.deepEqual((await compare(engine, [Silent])).changes, []);
    assert.notDeepEqual((await compare(engine, [Plain])).changes, []);
    assert.deepEqual(
      diff(snapshot(engine, [Product]), snapshot(engine, [Silent])).changes.length > 0,
      true,
      "what is said by models alone is said in full",
    );
  });
};
