/** A computed column called like another column is in the database: ORDER BY took the computed one, or called both ambiguous. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { belongsTo, count, hasMany, int, Model, type Engine } from "../../src/entry/index.ts";
import { openEngine } from "../support/make-database.ts";

class Customer extends Model("customers", {
  id: int().primaryKey(),
  joinedOn: int(),
  orders: () => hasMany(Order, "customerId"),
}) {}
class Order extends Model("orders", { id: int().primaryKey(), customerId: int(), customer: () => belongsTo(Customer, "customerId") }) {}

let engine: Engine;
before(async () => {
  engine = await openEngine([Customer, Order]);
  await engine.session().insertAll(Customer, [
    { id: 1, joinedOn: 2 },
    { id: 2, joinedOn: 1 },
  ]);
});
after(() => engine.close());

test("rows are ordered by the column, not by the computed one of its database name", async () => {
  const query = engine.query(Customer).annotate((row) => ({ joined_on: row.joinedOn.times(-1) }));
  assert.deepEqual(
    (await query.orderBy("joinedOn").all()).map(({ id, joined_on: computed }) => [id, computed]),
    [
      [2, -1],
      [1, -2],
    ],
  );
  assert.deepEqual(await query.orderBy("joinedOn").values("joined_on"), [{ joined_on: -1 }, { joined_on: -2 }]);
  const selected = engine.query(Customer).select((row) => ({ joined_on: row.joinedOn.times(-1) }));
  assert.deepEqual(await selected.orderBy("joinedOn").all(), [{ joined_on: -1 }, { joined_on: -2 }]);
});

test("a computed column called like a relation is refused when the query is built", () => {
  const refusal = {
    code: "E1001",
    property: "orders",
    message: /'orders' cannot name a computed column: Customer has a column or relation of that name/,
  };
  assert.throws(() => engine.query(Customer).annotate({ orders: count("orders") }), refusal);
  assert.throws(() => engine.query(Customer).groupBy("joinedOn").annotate({ orders: count() }), refusal);
});
