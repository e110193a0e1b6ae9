/** Grouping as users write it: by columns, along relations, by what was computed; and what is computed of each group. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dialect } from "../../src/dialect/dialect.ts";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import type { Runner } from "../../src/engine/run.ts";
import { avg, belongsTo, count, decimal, hasMany, int, Model, sum, text, timestamp } from "../../src/entry/index.ts";
import type { GroupedQuery, Query } from "../../src/entry/index.ts";
import { QueryBuilder } from "../../src/query/query-builder.ts";
import { rootOf } from "../../src/query/root.ts";

class Shop extends Model("shops", {
  id: int().primaryKey(),
  city: text(),
  sales: () => hasMany(Sale, "shopId"),
}) {}
class Seller extends Model("sellers", {
  id: int().primaryKey(),
  name: text().nullable(),
}) {}
class Sale extends Model("sales", {
  id: int().primaryKey(),
  price: decimal({ precision: 10, scale: 2 }),
  pieces: int(),
  soldAt: timestamp(),
  shopId: int(),
  sellerId: int().nullable(),
  shop: () => belongsTo(Shop, "shopId"),
  seller: () => belongsTo(Seller, "sellerId"),
}) {}

const neverRun = (): never => {
  throw new Error("Nothing runs here.");
};
const on = <E>(dialect: Dialect, model: typeof Shop | typeof Sale): Query<E, E> => {
  const runner: Runner = { dialect, run: neverRun, stream: neverRun };
  return QueryBuilder.about(rootOf(model), runner) as unknown as Query<E, E>;
};
const sales = (dialect: Dialect): Query<Sale, Sale> => on<Sale>(dialect, Sale);

const expectQuery = (
  make: (dialect: Dialect) => Pick<GroupedQuery<never, never>, "toSQL">,
  expected: { readonly sqlite: string; readonly postgres: string },
): void => {
  assert.deepEqual({ sqlite: make(sqlite).toSQL().sql, postgres: make(postgres).toSQL().sql }, expected);
};

test("rows are grouped by what was computed for each of them", () => {
  expectQuery(
    (dialect) =>
      sales(dialect)
        .annotate((sale) => ({ year: sale.soldAt.year() }))
        .groupBy("year")
        .annotate({ sold: sum("pieces") })
        .filter({ year__gte: 2020, sold__gt: 5 })
        .orderBy("-year"),
    {
      sqlite:
        `SELECT CAST(strftime('%Y', "sold_at") AS INTEGER), sum("pieces") AS "sold" FROM "sales" ` +
        `WHERE CAST(strftime('%Y', "sold_at") AS INTEGER) >= ? GROUP BY CAST(strftime('%Y', "sold_at") AS INTEGER) ` +
        `HAVING sum("pieces") > ? ORDER BY CAST(strftime('%Y', "sold_at") AS INTEGER) DESC NULLS FIRST`,
      postgres:
        `SELECT extract(year FROM "sold_at" AT TIME ZONE 'UTC')::int, sum("pieces") AS "sold" FROM "sales" ` +
        `WHERE extract(year FROM "sold_at" AT TIME ZONE 'UTC')::int >= $1 GROUP BY extract(year FROM "sold_at" AT TIME ZONE 'UTC')::int ` +
        `HAVING sum("pieces") > $2 ORDER BY extract(year FROM "sold_at" AT TIME ZONE 'UTC')::int DESC`,
    },
  );
});

test("a relation that always leads somewhere is joined, and grouped by", () => {
  expectQuery((dialect) => sales(dialect).groupBy("shop.city").annotate({ sales: count() }), {
    sqlite: `SELECT "shop"."city", count(*) AS "sales" FROM "sales" JOIN "shops" AS "shop" ON "shop"."id" = "sales"."shop_id" GROUP BY "shop"."city"`,
    postgres: `SELECT "shop"."city", count(*) AS "sales" FROM "sales" JOIN "shops" AS "shop" ON "shop"."id" = "sales"."shop_id" GROUP BY "shop"."city"`,
  });
});

test("groups of a relation that may lead nowhere count their partners, so that none can be told from one with NULL", () => {
  const text =
    `SELECT nullif(count("seller"."id"), 0), "seller"."name", count(*) AS "sales" FROM "sales" ` +
    `LEFT JOIN "sellers" AS "seller" ON "seller"."id" = "sales"."seller_id" GROUP BY "seller"."name"`;
  expectQuery((dialect) => sales(dialect).groupBy("seller.name").annotate({ sales: count() }), { sqlite: text, postgres: text });
});

test("aggregates may be of computed columns, and computed columns of aggregates", () => {
  const query = (dialect: Dialect) =>
    sales(dialect)
      .annotate((sale) => ({ paid: sale.price.times(sale.pieces) }))
      .groupBy("shopId")
      .annotate({ revenue: sum("paid"), mean: avg("paid"), sold: sum("pieces") })
      .annotate((group) => ({ twice: group.sold.plus(group.sold) }))
      .having({ twice__gt: 4 });
  assert.equal(
    query(postgres).toSQL().sql,
    `SELECT "shop_id", sum("price" * "pieces") AS "revenue", avg("price" * "pieces")::float8 AS "mean", sum("pieces") AS "sold", ` +
      `sum("pieces") + sum("pieces") AS "twice" FROM "sales" GROUP BY "shop_id" HAVING sum("pieces") + sum("pieces") > $1`,
  );
  assert.match(query(sqlite).toSQL().sql, /GROUP BY "shop_id" HAVING sum\("pieces"\) \+ sum\("pieces"\) > \?$/);
});

test("rows are grouped by how many related rows they have", () => {
  const text =
    `SELECT (SELECT count(*) FROM "sales" WHERE "sales"."shop_id" = "shops"."id"), count(*) AS "shops" FROM "shops" ` +
    `GROUP BY (SELECT count(*) FROM "sales" WHERE "sales"."shop_id" = "shops"."id")`;
  const query = (dialect: Dialect) =>
    on<Shop>(dialect, Shop)
      .annotate({ saleCount: count("sales") })
      .groupBy("saleCount")
      .annotate({ shops: count() });
  expectQuery(query, { sqlite: text, postgres: text });
});

test("a repeated column groups once", () => {
  const text = `SELECT "shop_id" FROM "sales" GROUP BY "shop_id"`;
  expectQuery((dialect) => sales(dialect).groupBy("shopId", "shopId"), { sqlite: text, postgres: text });
});

test("groupBy says what is wrong with a name", () => {
  const wrong =
    (...columns: string[]) =>
    () =>
      sales(sqlite).groupBy(...(columns as "id"[]));
  assert.throws(wrong("shopp.city"), /groupBy\(\): Sale has no column or relation 'shopp' \(in 'shopp\.city'\)\. Did you mean 'shop'\?/);
  assert.throws(wrong("soldAtt"), /groupBy\(\): Sale has no column or relation 'soldAtt'.*Did you mean 'soldAt'\?/);
  assert.throws(wrong(), /groupBy\(\) of Sale needs a column\. For one value of all rows use aggregate\(…\)\./);
  assert.throws(
    () => on<Shop>(sqlite, Shop).groupBy("sales.pieces" as "id"),
    /'sales\.pieces' goes through 'sales', which leads to many rows/,
  );
});

test("what was computed for each row cannot be summed where it is not a number, nor aggregated without groups", () => {
  const shouted = sales(sqlite).annotate((sale) => ({ shout: sale.shop.city.upper(), pair: sale.pieces.times(2) }));
  assert.throws(
    () => shouted.groupBy("shopId").annotate({ all: sum("shout" as "pieces") }),
    /sum\("shout"\) needs numbers, and 'shout' is of kind text/,
  );
  assert.throws(() => shouted.annotate({ all: sum("pair") }), /sum\("pair"\) aggregates rows of Sale itself, which needs groups/);
  const grouped = sales(sqlite)
    .groupBy("shopId")
    .annotate({ sold: sum("pieces") });
  assert.throws(() => grouped.annotate({ more: sum("sold") }), /'sold' is an aggregate of groups already/);
});

test("a decimal is not calculated with a floating-point number", () => {
  const mean = sales(sqlite).annotate({ mean: avg("shop.sales.price") });
  assert.throws(
    () => mean.annotate((sale) => ({ wrong: sale.price.times(sale.mean) })),
    /'price' is an exact decimal, and is calculated with a floating-point number/,
  );
});
