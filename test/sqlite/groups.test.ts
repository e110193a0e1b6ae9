/** Grouping and calculating with money, on a real SQLite. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { avg, belongsTo, count, createEngine, decimal, int, max, Model, sum, text } from "../../src/entry/index.ts";

class Seller extends Model("sellers", { id: int().primaryKey(), name: text().nullable() }) {}
class Sale extends Model("sales", {
  id: int().primaryKey(),
  price: decimal({ precision: 10, scale: 2 }),
  pieces: int(),
  sellerId: int().nullable(),
  seller: () => belongsTo(Seller, "sellerId"),
}) {}

const opened = async () => {
  const engine = await createEngine("sqlite::memory:");
  await engine.createAll([Seller, Sale]);
  const session = engine.session();
  const [ann, anonymous] = await session.insertAll(Seller, [{ name: "Ann" }, { name: null }]);
  await session.insertAll(Sale, [
    { price: "0.10", pieces: 3, sellerId: ann!.id },
    { price: "0.25", pieces: 2, sellerId: ann!.id },
    { price: "1.00", pieces: 1, sellerId: anonymous!.id },
    { price: "2.40", pieces: 1, sellerId: null },
  ]);
  return engine;
};

test("a group without a partner has null for the relation, one with a nameless partner has a null name", async () => {
  await using engine = await opened();
  const groups = await engine
    .query(Sale)
    .groupBy("seller.id", "seller.name")
    .annotate({ sold: sum("pieces") })
    .orderBy("seller.id")
    .all();
  assert.deepEqual(groups, [
    { seller: { id: 1, name: "Ann" }, sold: 5 },
    { seller: { id: 2, name: null }, sold: 1 },
    { seller: null, sold: 1 },
  ]);
});

test("prices times pieces add up exactly, with the digits of money", async () => {
  await using engine = await opened();
  const paid = engine.query(Sale).annotate((sale) => ({ paid: sale.price.times(sale.pieces) }));
  assert.deepEqual(await paid.filter({ sellerId: 1 }).aggregate({ all: sum("paid"), largest: max("paid"), mean: avg("paid") }), {
    all: "0.80",
    largest: "0.50",
    mean: 0.4,
  });
  const groups = await paid
    .groupBy("sellerId")
    .annotate({ revenue: sum("paid") })
    .having({ revenue__gte: "1.00" })
    .orderBy("-revenue")
    .all();
  assert.deepEqual(groups, [
    { sellerId: null, revenue: "2.40" },
    { sellerId: 2, revenue: "1.00" },
  ]);
});

test("calculated decimals compare by their digits and not by the noise of floating point", async () => {
  await using engine = await opened();
  const priced = (condition: (sale: (typeof Sale)["columns"]) => ReturnType<typeof sale.price.gt>) =>
    engine.query(Sale).where(condition).column("id");
  assert.deepEqual(await priced((sale) => sale.price.times(sale.pieces).gt("0.30")), [2, 3, 4]);
  assert.deepEqual(await priced((sale) => sale.price.times("3").eq("0.30")), [1]);
  assert.deepEqual(await priced((sale) => sale.price.times(sale.pieces).eq("0.30")), [1]);
});

test("numbers of different kinds compare", async () => {
  await using engine = await opened();
  assert.deepEqual(
    await engine
      .query(Sale)
      .where((sale) => sale.price.lt(sale.pieces))
      .orderBy("id")
      .column("id"),
    [1, 2],
  );
});

test("groups are counted, and limited", async () => {
  await using engine = await opened();
  const groups = engine.query(Sale).groupBy("seller.name").annotate({ sales: count() });
  assert.equal(await groups.count(), 2);
  assert.deepEqual(
    await groups
      .orderBy((group) => group.sales.desc())
      .limit(1)
      .all(),
    [{ seller: { name: "Ann" }, sales: 2 }],
  );
});
