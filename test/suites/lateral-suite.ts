/** Rows of a query beside each row, the same on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  array,
  avg,
  bigint,
  bool,
  bytes,
  ConfigurationError,
  count,
  date,
  decimal,
  type Engine,
  exists,
  float,
  from,
  hasMany,
  belongsTo,
  int,
  json,
  max,
  Model,
  select,
  softDelete,
  sum,
  text,
  time,
  timestamp,
  uuid,
} from "../../src/entry/index.ts";

interface EngineUnderTest {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

class Shop extends Model("shops", {
  id: int().primaryKey(),
  name: text(),
  least: int(),
  ownerId: int().nullable(),
  owner: () => belongsTo(Owner, "ownerId"),
  sales: () => hasMany(Sale, "shopId"),
}) {}
class Owner extends Model("owners", { id: int().primaryKey(), name: text(), favourite: text() }) {}
class Sale extends Model("sales", {
  id: int().primaryKey(),
  shopId: int(),
  what: text(),
  price: decimal({ precision: 10, scale: 2 }),
  pieces: int(),
  ...softDelete,
  shop: () => belongsTo(Shop, "shopId"),
}) {}
class Everything extends Model("everything", {
  id: int().primaryKey(),
  t: text().nullable(),
  f: float().nullable(),
  big: bigint().nullable(),
  dec: decimal({ precision: 14, scale: 4 }).nullable(),
  b: bool().nullable(),
  u: uuid().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  hour: time().nullable(),
  raw: bytes().nullable(),
  doc: json<unknown>().nullable(),
  list: array(text()).nullable(),
}) {}

const mistake = async (work: () => unknown, message: RegExp): Promise<void> => {
  await assert.rejects(
    async () => await work(),
    (error: unknown) => error instanceof ConfigurationError && message.test(error.message),
  );
};

export const lateralSuite = ({ name, open }: EngineUnderTest): void => void describe(`lateral joins: ${name}`, () => suite(open));

const suite = (open: EngineUnderTest["open"]): void => {
  let engine: Engine;
  before(async () => {
    engine = await open();
    await engine.createAll([Owner, Shop, Sale, Everything]);
    const session = engine.session();
    await session.insertAll(Owner, [
      { id: 1, name: "Ann", favourite: "pear" },
      { id: 2, name: "Ben", favourite: "apple" },
    ]);
    await session.insertAll(Shop, [
      { id: 1, name: "North", least: 2, ownerId: 1 },
      { id: 2, name: "South", least: 5, ownerId: 2 },
      { id: 3, name: "East", least: 0, ownerId: null },
    ]);
    await session.insertAll(Sale, [
      { id: 1, shopId: 1, what: "apple", price: "1.10", pieces: 3 },
      { id: 2, shopId: 1, what: "pear", price: "2.20", pieces: 1 },
      { id: 3, shopId: 1, what: "plum", price: "9.05", pieces: 8 },
      { id: 4, shopId: 2, what: "apple", price: "3.30", pieces: 5 },
      { id: 5, shopId: 2, what: "fig", price: "0.40", pieces: 4, deletedAt: new Date(0) },
    ]);
  });
  after(() => engine.close());
  const shops = () => engine.query(Shop);
  const dearest = (shop: typeof Shop.columns, most = 2) =>
    select(Sale)
      .where((sale) => sale.shopId.eq(shop.id))
      .orderBy("-price")
      .limit(most)
      .select((sale) => ({ what: sale.what, price: sale.price }));

  test("each row comes once for each row beside it, and not without one", async () => {
    const rows = await shops()
      .joinLateral("best", (shop) => dearest(shop))
      .orderBy("id", "-best.price")
      .all();
    assert.deepEqual(
      rows.map(({ name, best }) => ({ name, best })),
      [
        { name: "North", best: { what: "plum", price: "9.05" } },
        { name: "North", best: { what: "pear", price: "2.20" } },
        { name: "South", best: { what: "apple", price: "3.30" } },
      ],
    );
    assert.ok(rows.every((row) => row instanceof Shop));
    assert.equal(
      await shops()
        .joinLateral("best", (shop) => dearest(shop))
        .count(),
      3,
    );
    assert.equal(
      await shops()
        .joinLateral("best", (shop) => dearest(shop, 1))
        .count(),
      2,
      "the same query with another value",
    );
  });

  test("columns may be called anything", async () => {
    const rows = await shops()
      .filter({ id: 2 })
      .leftJoinLateral('a "row"', (shop) =>
        dearest(shop).select((sale) => ({ "is there": sale.what, rows: sale.pieces, value: sale.price })),
      )
      .all();
    assert.deepEqual(
      rows.map((row) => row['a "row"']),
      [{ "is there": "apple", rows: 5, value: "3.30" }],
    );
  });

  test("a left join keeps rows without any, with null beside them", async () => {
    const rows = await shops()
      .leftJoinLateral("best", (shop) => dearest(shop, 1))
      .orderBy("id")
      .all();
    assert.deepEqual(
      rows.map(({ name, best }) => [name, best]),
      [
        ["North", { what: "plum", price: "9.05" }],
        ["South", { what: "apple", price: "3.30" }],
        ["East", null],
      ],
    );
  });

  test("what follows names the columns in lookups, expressions, orders, values and groups", async () => {
    const best = shops().leftJoinLateral("best", (shop) => dearest(shop));
    assert.deepEqual(await best.filter({ best__price__gt: "3.00" }).orderBy("id").column("best.what"), ["plum", "apple"]);
    assert.deepEqual(await best.where((shop) => shop.best.what.isNull()).column("name"), ["East"]);
    assert.deepEqual(
      await best
        .orderBy("best.price")
        .select((shop) => ({ name: shop.name, letters: shop.best.what.length() }))
        .all(),
      [
        { name: "North", letters: 4 },
        { name: "South", letters: 5 },
        { name: "North", letters: 4 },
        { name: "East", letters: null },
      ],
    );
    assert.deepEqual(await best.filter({ id: 3 }).values("name", "best.what"), [{ name: "East", best: null }]);
    assert.deepEqual(
      await best
        .groupBy("best.what")
        .annotate({ shops: count(), highest: max("best.price") })
        .orderBy("best.what")
        .all(),
      [
        { best: { what: "apple" }, shops: 1, highest: "3.30" },
        { best: { what: "pear" }, shops: 1, highest: "2.20" },
        { best: { what: "plum" }, shops: 1, highest: "9.05" },
        { best: null, shops: 1, highest: null },
      ],
    );
    assert.deepEqual(await best.aggregate({ rows: count(), most: max("best.price") }), { rows: 4, most: "9.05" });
    assert.deepEqual(
      await from(best.select((shop) => ({ name: shop.name, what: shop.best.what })))
        .filter({ what: "pear" })
        .all(),
      [{ name: "North", what: "pear" }],
    );
  });

  test("aggregates beside each row, of columns of the row, of relations and of earlier joins", async () => {
    const rows = await shops()
      .joinLateral("sold", (shop) =>
        select(Sale)
          .where((sale) => sale.shopId.eq(shop.id).and(sale.pieces.gte(shop.least)))
          .groupBy("shopId")
          .annotate((sale) => ({ sold: sum(sale.pieces), mean: avg(sale.price) })),
      )
      .leftJoinLateral("liked", (shop) =>
        select(Sale)
          .where((sale) => sale.shopId.eq(shop.id).and(sale.what.eq(shop.owner.favourite)).and(sale.pieces.lt(shop.sold.sold)))
          .select((sale) => ({ id: sale.id })),
      )
      .orderBy("id")
      .values("name", "sold.sold", "sold.mean", "liked.id");
    assert.deepEqual(rows, [
      { name: "North", sold: { sold: 11, mean: 5.075 }, liked: { id: 2 } },
      { name: "South", sold: { sold: 5, mean: 3.3 }, liked: null },
    ]);
  });

  test("values of every kind come as they are read directly", async () => {
    const row = {
      t: 'a"b\\c\u{1f600}\n',
      f: 0.1 + 0.2,
      big: 9007199254740993n,
      dec: "1234567890.1234",
      b: true,
      u: "0b0e7e4e-5a3e-4c3a-9f5e-1d2c3b4a5968",
      at: new Date("2026-01-05T10:20:30.123Z"),
      day: "2026-01-05",
      hour: "10:20:30",
      raw: new Uint8Array([0, 255, 34, 92]),
      doc: { a: [1, "x", null], b: 'q"' } as unknown,
      list: ["a", 'b"', ""],
    };
    const scalars = ["text", 7, false, [1], { deep: { a: null } }] as const;
    await engine
      .session()
      .insertAll(Everything, [
        { id: 1, ...row },
        { id: 2 },
        ...scalars.map((doc, index) => ({ id: 3 + index, ...row, doc: doc as unknown, f: -1e300 / (index + 3), b: false })),
      ]);
    const direct = await engine
      .query(Everything)
      .orderBy("id")
      .select(({ id, t, f, big, dec, b, u, at, day, hour, raw, doc, list }) => ({
        id,
        t,
        f,
        big,
        dec,
        b,
        u,
        at,
        day,
        hour,
        raw,
        doc,
        list,
      }))
      .all();
    const beside = await engine
      .query(Everything)
      .joinLateral("own", (each) =>
        select(Everything)
          .where((other) => other.id.eq(each.id))
          .select(({ id, t, f, big, dec, b, u, at, day, hour, raw, doc, list }) => ({
            id,
            t,
            f,
            big,
            dec,
            b,
            u,
            at,
            day,
            hour,
            raw,
            doc,
            list,
          })),
      )
      .orderBy("id")
      .all();
    assert.equal(direct.length, 7);
    assert.deepEqual(
      beside.map(({ own }) => own),
      direct,
    );
    const { raw, at, big, f } = row;
    const equal = engine.query(Everything).joinLateral("own", (each) =>
      select(Everything)
        .where((other) => other.id.eq(each.id))
        .select((other) => ({ raw: other.raw, at: other.at, big: other.big, f: other.f })),
    );
    assert.equal(await equal.where(({ own }) => own.at.eq(at).and(own.big.eq(big)).and(own.f.eq(f))).count(), 1);
    assert.equal(
      await equal
        .filter({ own__at: at })
        .where((each) => each.raw.eq(each.own.raw as never))
        .count(),
      6,
    );
    assert.ok(raw.length === 4);
  });

  test("doubles of any size come through exactly", async () => {
    const bits = new DataView(new ArrayBuffer(8));
    const values: number[] = [0, -0, 5e-324, Number.MAX_VALUE, 1 / 3, 1e23, 123456789.1234];
    for (let seed = 1; values.length < 200;) {
      for (const offset of [0, 4]) bits.setUint32(offset, (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0));
      if (Number.isFinite(bits.getFloat64(0))) values.push(bits.getFloat64(0));
    }
    await engine.session().insertAll(
      Everything,
      values.map((f, index) => ({ id: 1000 + index, f })),
    );
    const rows = await engine
      .query(Everything)
      .filter({ id__gte: 1000 })
      .joinLateral("own", (each) =>
        select(Everything)
          .where((other) => other.id.eq(each.id))
          .select((other) => ({ f: other.f })),
      )
      .orderBy("id")
      .all();
    assert.deepEqual(
      rows.map(({ own }) => own.f),
      rows.map(({ f }) => f),
    );
    assert.equal(rows.length, 200);
  });

  test("values are bound in the order of the text, also inside other queries", async () => {
    const best = (low: string) =>
      select(Shop)
        .annotate((shop) => ({ more: shop.least.plus(100) }))
        .joinLateral("best", (shop) => dearest(shop, 1).where((sale) => sale.price.gt(low)))
        .where((shop) => shop.name.ne("East"));
    for (const [low, expected] of [
      ["1.00", [102, 105]],
      ["5.00", [102]],
    ] as const) {
      const rows = await engine.session().execute(best(low).orderBy("id"));
      assert.deepEqual(
        rows.all().map(({ more }) => more),
        expected,
      );
    }
    const owners = await engine
      .query(Owner)
      .where((owner) => exists(best("5.00").where((shop) => shop.ownerId.eq(owner.id))))
      .column("name");
    assert.deepEqual(owners, ["Ann"]);
  });

  test("decimals of an inner query compare and add up as the numbers that they are", async () => {
    const best = shops().joinLateral("best", (shop) => dearest(shop, 9));
    // As texts, "10" would come before "9.05".
    assert.deepEqual(await best.filter({ best__price__lt: "10" }).orderBy("best.price").column("best.price"), [
      "1.10",
      "2.20",
      "3.30",
      "9.05",
    ]);
    const prices = from(
      engine
        .query(Sale)
        .withDeleted()
        .select((sale) => ({ price: sale.price, what: sale.what })),
    );
    assert.deepEqual(await prices.filter({ price__gte: "0.9", price__lt: "10" }).orderBy("price").column("price"), [
      "1.10",
      "2.20",
      "3.30",
      "9.05",
    ]);
    assert.equal(await prices.sum("price"), "16.05");
    assert.equal(await prices.where((row) => row.price.plus("1").gte("10")).count(), 1);
    const totals = from(
      engine
        .query(Sale)
        .groupBy("what")
        .annotate((sale) => ({ total: sum(sale.price) })),
    );
    assert.deepEqual(await totals.filter({ total__gt: "4", total__lt: "10" }).orderBy("what").column("what"), ["apple", "plum"]);
    assert.equal(await totals.sum("total"), "15.65");
  });

  test("a tracked object is not made of several rows", async () => {
    const session = engine.session();
    const one = await session.query(Shop).filter({ id: 1 }).one();
    const rows = await session
      .query(Shop)
      .filter({ id: 1 })
      .joinLateral("best", (shop) => dearest(shop))
      .orderBy("best.price")
      .all();
    assert.deepEqual(
      rows.map(({ best }) => best.what),
      ["pear", "plum"],
    );
    assert.ok(!rows.some((row) => (row as Shop) === one));
    assert.ok(!("best" in one));
  });

  test("what it cannot be is refused", async () => {
    const best = shops().joinLateral("best", (shop) => dearest(shop));
    await mistake(
      () => shops().joinLateral("name", (shop) => dearest(shop)),
      /'name' cannot name what is joined: Shop has something of that name/,
    );
    await mistake(() => best.joinLateral("best", (shop) => dearest(shop)), /'best' cannot name what is joined/);
    await mistake(() => shops().joinLateral("a.b", (shop) => dearest(shop)), /no dot/);
    await mistake(() => shops().joinLateral("best", () => select(Sale)), /gives whole rows of Sale/);
    await mistake(() => shops().joinLateral("best", "sales" as never), /takes a name and a function that returns a query/);
    await mistake(() => shops().joinLateral("best", () => 1 as never), /takes a name and a function that returns a query/);
    await mistake(() => best.pageAfter(null, { limit: 2 }), /pageAfter\(\) of Shop does not go together with joinLateral\(\)/);
    await mistake(() => best.update({ name: "x" }, { all: true }), /update\(\) of Shop does not go together with joinLateral\(\)/);
    await mistake(() => best.delete({ all: true }), /delete\(\) of Shop does not go together with joinLateral\(\)/);
    await mistake(() => from(best), /'best' is an object beside each row/);
    // It type-checks for nobody, and is there anyway.
    await mistake(() => (best as unknown as { with(name: string): unknown }).with("best"), /no relation 'best'/);
    await mistake(() => best.filter({ best__prize: 1 } as never), /best has no column or relation 'prize'/);
    assert.deepEqual(await best.orderBy("best.price").limit(1).column("name"), ["North"]);
  });
};
