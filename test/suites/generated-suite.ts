/** Columns that the database computes, on every database: written by no call, and read back by each. Run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, ConfigurationError, F, int, Model, select, type Session, sql, text, ValidationError } from "../../src/entry/index.ts";
import type { Engine } from "../../src/entry/index.ts";
import { failure } from "./session-suite.ts";
import type { EngineUnderTest } from "./session-suite.ts";

class Line extends Model("invoice_lines", {
  id: int().primaryKey(),
  item: text().unique(),
  price: int(),
  amount: int().default(1),
  note: text().nullable(),
  total: int().generatedAs(sql`price * amount`),
  shortNote: text()
    .nullable()
    .generatedAs(sql`upper(note)`),
  version: int().version(),
}) {}

/** No key that the database makes, no version and nothing that is computed otherwise: every column but one is given. */
class Rate extends Model("rates", {
  code: text().primaryKey(),
  percent: int(),
  double: int().generatedAs(sql`percent * 2`),
}) {}

const plain = (line: Line): unknown[] => [line.item, line.price, line.amount, line.total, line.shortNote];
const stored = async (engine: Engine): Promise<unknown[]> => (await engine.query(Line).orderBy("item").all()).map(plain);
const refused = { total: "is computed by the database and takes no value" };

export const generatedSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: generated columns: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll([Line, Rate]);
      await using session = engine.session();
      await body(session, engine);
    });
  };

  check("insert, of values and of an instance, reads them back", async (session, engine) => {
    const values = await session.insert(Line, { item: "a", price: 3, amount: 2, note: "hi" });
    const instance = new Line({ item: "b", price: 5 });
    assert.ok(!Object.hasOwn(instance, "total") && !Object.hasOwn(instance, "shortNote"));
    await session.insert(instance);
    assert.deepEqual(plain(values), ["a", 3, 2, 6, "HI"]);
    assert.deepEqual(plain(instance), ["b", 5, 1, 5, null]);
    assert.ok(!session.isDirty(values) && !session.isDirty(instance));
    assert.deepEqual(await stored(engine), [values, instance].map(plain));
    assert.equal((await session.insert(Rate, { code: "x", percent: 4 })).double, 8);
  });

  check("insertAll, of rows that give the same columns and of others", async (session, engine) => {
    const lines = await session.insertAll(Line, [
      { item: "a", price: 1, amount: 2 },
      { item: "b", price: 3, amount: 4, note: "x" },
      { item: "c", price: 5 },
    ]);
    assert.deepEqual(
      lines.map(({ total, shortNote }) => [total, shortNote]),
      [
        [2, null],
        [12, "X"],
        [5, null],
      ],
    );
    assert.deepEqual(await stored(engine), lines.map(plain));
  });

  check("an update reads them back, and so does a flush of one object and of many", async (session, engine) => {
    const [a, b, rate] = [
      await session.insert(Line, { item: "a", price: 1 }),
      await session.insert(Line, { item: "b", price: 2 }),
      await session.insert(Rate, { code: "x", percent: 1 }),
    ];
    await session.update(a!, { price: 10, note: "up" });
    assert.deepEqual(plain(a), ["a", 10, 1, 10, "UP"]);
    await session.update(a, { amount: F("amount").plus(2) });
    assert.deepEqual(plain(a), ["a", 10, 3, 30, "UP"]);
    rate.percent = 7;
    await session.commit();
    assert.equal(rate.double, 14);
    for (const line of [a, b]) line.price = 100;
    await session.commit();
    assert.deepEqual([a.total, b.total], [300, 100]);
    assert.ok(![a, b, rate].some((object) => session.isDirty(object)));
    assert.deepEqual(await stored(engine), [a, b].map(plain));
  });

  check("bulkUpdate reads them back, and a rollback brings the old ones again", async (session, engine) => {
    const lines = await session.insertAll(Line, [
      { item: "a", price: 1 },
      { item: "b", price: 2 },
    ]);
    for (const line of lines) line.price *= 10;
    await session.bulkUpdate(lines, ["price"]);
    assert.deepEqual(
      lines.map(({ total }) => total),
      [10, 20],
    );
    assert.deepEqual(await stored(engine), lines.map(plain));
    await assert.rejects(
      session.transaction(async (inner) => {
        await inner.update(lines[0]!, { price: 7 });
        assert.equal(lines[0]!.total, 7);
        throw new RangeError("back");
      }),
      RangeError,
    );
    assert.equal(lines[0]!.total, 10);
  });

  check("upsert and upsertAll leave them out, and give what the row holds", async (session, engine) => {
    const options = { conflictTarget: "item" } as const;
    const made = await session.upsert(Line, { item: "a", price: 2, amount: 2 }, options);
    assert.equal(made.total, 4);
    assert.equal((await session.upsert(Line, { item: "a", price: 5 }, options)).total, 10);
    // An instance that was read has a value, which is not what is written.
    const read = await engine.query(Line).one();
    read.price = 6;
    assert.equal((await session.upsert(read, { conflictTarget: "id" })).total, 12);
    const many = await session.upsertAll(
      Line,
      [
        { item: "a", price: 1 },
        { item: "b", price: 3, note: "n" },
        { item: "c", price: 4, note: "m" },
      ],
      options,
    );
    assert.deepEqual(
      many.map(({ total, shortNote }) => [total, shortNote]),
      [
        [2, null],
        [3, "N"],
        [4, "M"],
      ],
    );
    assert.deepEqual(await stored(engine), many.map(plain));
    const error = await failure(
      session.upsert(Line, { item: "a", price: 1 }, { ...options, updateFields: ["total" as never] }),
      ConfigurationError,
    );
    assert.match(error.message, /updateFields: Line\.total is computed by the database/);
    assert.deepEqual([error.model, error.property], ["Line", "total"]);
  });

  check("new objects of a flush, one and many, and an object that is inserted again", async (session, engine) => {
    const lines = ["a", "b", "c"].map((item, index) => new Line({ item, price: index + 1, amount: 3 }));
    session.add(lines[0]!);
    await session.commit();
    for (const line of lines) session.add(line);
    await session.commit();
    assert.deepEqual(
      lines.map(({ total }) => total),
      [3, 6, 9],
    );
    const [first] = lines as [Line];
    await session.remove(first);
    first.price = 50;
    session.add(first);
    await session.commit();
    assert.equal(first.total, 150);
    assert.deepEqual(await stored(engine), lines.map(plain));
  });

  check("getOrCreate and updateOrCreate", async (session) => {
    const [made, isNew] = await session.getOrCreate(Line, { item: "a" }, { price: 4 });
    assert.deepEqual([made.total, isNew], [4, true]);
    const [changed] = await session.updateOrCreate(Line, { item: "a" }, { price: 5 });
    assert.deepEqual([changed.total, changed === made], [5, true]);
    const [other] = await session.updateOrCreate(Line, { item: "b" }, { price: 6, amount: 2 });
    assert.equal(other.total, 12);
  });

  check("insertFrom leaves them to the database, and refuses a query that gives one", async (session) => {
    await session.insert(Line, { item: "a", price: 2, amount: 5 });
    const rows = await session.insertFrom(
      Line,
      select(Line).select((line) => ({ item: concat(line.item, "b"), price: line.total })),
      { returning: ["price", "total", "shortNote"] },
    );
    assert.deepEqual(rows, [{ price: 10, total: 10, shortNote: null }]);
    const giving = select(Line).select((line) => ({ item: concat(line.item, "c"), price: line.price, total: line.total }));
    const error = await failure((async () => session.insertFrom(Line, giving as never))(), ConfigurationError);
    assert.match(error.message, /Line\.total is computed by the database/);
  });

  check("queries filter, order, group and update by them", async (session, engine) => {
    await session.insertAll(Line, [
      { item: "a", price: 1, amount: 9 },
      { item: "b", price: 2, note: "x" },
      { item: "c", price: 3, note: "x" },
    ]);
    assert.deepEqual(await engine.query(Line).filter({ total__gte: 3 }).orderBy("-total").column("item"), ["a", "c"]);
    assert.deepEqual(await engine.query(Line).filter({ shortNote: "X" }).orderBy("item").column("total"), [2, 3]);
    assert.equal(await engine.query(Line).max("total"), 9);
    assert.equal(
      await engine
        .query(Line)
        .filter({ total__lt: 9 })
        .update((line) => ({ price: line.total.plus(1) })),
      2,
    );
    assert.deepEqual(await engine.query(Line).orderBy("item").column("total"), [9, 3, 4]);
  });

  check("a value of one's own is refused before anything is written, by every call", async (session, engine) => {
    const line = await session.insert(Line, { item: "a", price: 1 });
    const given = { item: "b", price: 1, total: 1 } as { item: string; price: number };
    const changes = { total: 1 } as object;
    const calls: (() => Promise<unknown>)[] = [
      async () => new Line(given),
      () => session.insert(Line, given),
      () => session.insertAll(Line, [given]),
      () => session.upsert(Line, given, { conflictTarget: "item" }),
      () => session.upsertAll(Line, [given], { conflictTarget: "item" }),
      () => session.getOrCreate(Line, { item: "b" }, given),
      () => session.updateOrCreate(Line, { item: "a" }, changes),
      () => session.update(line, changes),
      () => session.update(line, { total: F("price") } as object),
      () => session.update(line, { total: sql`1` } as object),
      () => engine.query(Line).filter({ id: 1 }).update(changes),
    ];
    for (const call of calls) {
      const error = await failure(call(), ValidationError);
      assert.deepEqual(error.fields, refused, String(call));
      assert.equal(error.model, "Line");
    }
    const error = await failure(session.bulkUpdate([line], ["total" as never]), ConfigurationError);
    assert.match(error.message, /Line has 'total' computed by the database/);
    line.total = 5;
    assert.deepEqual((await failure(session.commit(), ValidationError)).fields, refused);
    line.total = 1;
    await session.commit();
    assert.deepEqual(await stored(engine), [["a", 1, 1, 1, null]]);
  });
};
