/** What SQL's expressions, windows, subqueries, set operations and trees give, the same on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  avg,
  belongsTo,
  coalesce,
  concat,
  ConfigurationError,
  count,
  date,
  decimal,
  denseRank,
  type Engine,
  except,
  exists,
  firstValue,
  float,
  from,
  greatest,
  hasMany,
  int,
  intersect,
  lag,
  lastValue,
  lead,
  least,
  max,
  Model,
  nthValue,
  ntile,
  nullIf,
  percentRank,
  cumeDist,
  rank,
  recursive,
  rowNumber,
  select,
  softDelete,
  sql,
  subquery,
  sum,
  text,
  timestamp,
  union,
  unionAll,
  value,
  when,
} from "../../src/entry/index.ts";

interface EngineUnderTest {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

class Clerk extends Model("clerks", {
  id: int().primaryKey(),
  name: text(),
  nick: text().nullable(),
  bossId: int().nullable(),
  boss: () => belongsTo(Clerk, "bossId"),
  reports: () => hasMany(Clerk, "bossId"),
  sales: () => hasMany(Sale, "clerkId"),
}) {
  get greeting(): string {
    return `Hello ${this.name}`;
  }
}

class Sale extends Model("sales", {
  id: int().primaryKey(),
  clerkId: int(),
  amount: decimal({ precision: 10, scale: 2 }),
  weight: float().nullable(),
  pieces: int(),
  soldAt: timestamp(),
  day: date(),
  ...softDelete,
  clerk: () => belongsTo(Clerk, "clerkId"),
}) {}

const at = (text: string): Date => new Date(`${text}Z`);

export const fillShop = async (engine: Engine): Promise<void> => {
  const session = engine.session();
  await session.insertAll(Clerk, [
    { id: 1, name: "Ada", nick: "Countess", bossId: null },
    { id: 2, name: "Bob", nick: null, bossId: 1 },
    { id: 3, name: "Cy", nick: "", bossId: 1 },
    { id: 4, name: "Dee", nick: null, bossId: 2 },
  ]);
  await session.insertAll(Sale, [
    { id: 1, clerkId: 1, amount: "10.50", weight: 1.5, pieces: 3, soldAt: at("2026-01-05T10:20:30.500"), day: "2026-01-05" },
    { id: 2, clerkId: 1, amount: "20.00", weight: null, pieces: 1, soldAt: at("2026-01-31T23:59:59.999"), day: "2026-01-31" },
    { id: 3, clerkId: 2, amount: "10.50", weight: -2.5, pieces: 7, soldAt: at("2026-02-01T00:00:00"), day: "2026-02-01" },
    { id: 4, clerkId: 2, amount: "0.05", weight: 0.25, pieces: 2, soldAt: at("2026-12-31T12:00:00"), day: "2026-12-31" },
    { id: 5, clerkId: 3, amount: "99.99", weight: 4, pieces: 5, soldAt: at("2025-06-15T06:30:00"), day: "2025-06-15" },
    {
      id: 6,
      clerkId: 3,
      amount: "1000.00",
      weight: 9,
      pieces: 9,
      soldAt: at("2025-06-16T06:30:00"),
      day: "2025-06-16",
      deletedAt: at("2026-01-01T00:00:00"),
    },
  ]);
};

const mistake = async (work: () => unknown, message: RegExp): Promise<void> => {
  await assert.rejects(
    async () => await work(),
    (error: unknown) => error instanceof ConfigurationError && message.test(error.message),
  );
};

export const sqlSuite = ({ name, open }: EngineUnderTest): void => void describe(name, () => suite(open));

const suite = (open: EngineUnderTest["open"]): void => {
  let engine: Engine;
  before(async () => {
    engine = await open();
    await engine.createAll([Clerk, Sale]);
    await fillShop(engine);
  });
  after(() => engine.close());
  const clerks = () => engine.query(Clerk);
  const sales = () => engine.query(Sale);

  // ------------------------------------------------------------ functions

  test("functions of texts", async () => {
    const rows = await clerks()
      .orderBy("id")
      .select((clerk) => ({
        shown: coalesce(clerk.nick, clerk.name, "nobody"),
        filled: coalesce(nullIf(clerk.nick, ""), clerk.name),
        both: concat(clerk.name, "/", clerk.nick),
        part: clerk.name.substring(2, 1),
        rest: clerk.name.substring(2),
        bald: concat("  ", clerk.name, " ").trim(),
        swapped: clerk.name.lower().replace("d", "_%"),
      }))
      .all();
    assert.deepEqual(rows, [
      { shown: "Countess", filled: "Countess", both: "Ada/Countess", part: "d", rest: "da", bald: "Ada", swapped: "a_%a" },
      { shown: "Bob", filled: "Bob", both: "Bob/", part: "o", rest: "ob", bald: "Bob", swapped: "bob" },
      { shown: "", filled: "Cy", both: "Cy/", part: "y", rest: "y", bald: "Cy", swapped: "cy" },
      { shown: "Dee", filled: "Dee", both: "Dee/", part: "e", rest: "ee", bald: "Dee", swapped: "_%ee" },
    ]);
  });

  test("functions of numbers, decimals exact", async () => {
    const rows = await sales()
      .orderBy("id")
      .limit(4)
      .select((sale) => ({
        abs: sale.weight.abs(),
        floor: sale.weight.floor(),
        ceil: sale.weight.ceil(),
        round: sale.weight.round(),
        whole: sale.amount.toInt(),
        rounded: sale.amount.round(1),
        text: sale.amount.toText(),
        pieces: sale.pieces.toText(),
        float: sale.amount.toFloat(),
        most: greatest(sale.weight, sale.pieces, 2),
        least: least(sale.weight, sale.pieces),
        price: coalesce(nullIf(sale.amount, "10.50"), "0.00"),
        dear: greatest(sale.amount, "10.00"),
      }))
      .all();
    assert.deepEqual(rows, [
      {
        abs: 1.5,
        floor: 1,
        ceil: 2,
        round: 2,
        whole: 10,
        rounded: "10.5",
        text: "10.50",
        pieces: "3",
        float: 10.5,
        most: 3,
        least: 1.5,
        price: "0.00",
        dear: "10.50",
      },
      {
        abs: null,
        floor: null,
        ceil: null,
        round: null,
        whole: 20,
        rounded: "20.0",
        text: "20.00",
        pieces: "1",
        float: 20,
        most: 2,
        least: 1,
        price: "20.00",
        dear: "20.00",
      },
      {
        abs: 2.5,
        floor: -3,
        ceil: -2,
        round: -3,
        whole: 10,
        rounded: "10.5",
        text: "10.50",
        pieces: "7",
        float: 10.5,
        most: 7,
        least: -2.5,
        price: "0.00",
        dear: "10.50",
      },
      {
        abs: 0.25,
        floor: 0,
        ceil: 1,
        round: 0,
        whole: 0,
        rounded: "0.1",
        text: "0.05",
        pieces: "2",
        float: 0.05,
        most: 2,
        least: 0.25,
        price: "0.05",
        dear: "10.00",
      },
    ]);
  });

  test("parts of dates, and the starts of their units", async () => {
    const rows = await sales()
      .filter({ id__in: [1, 2, 3] })
      .orderBy("id")
      .select((sale) => ({
        hour: sale.soldAt.hour(),
        minute: sale.soldAt.minute(),
        second: sale.soldAt.second(),
        weekDay: sale.soldAt.weekDay(),
        day: sale.soldAt.toDate(),
        month: sale.soldAt.truncate("month"),
        week: sale.soldAt.truncate("week"),
        clock: sale.soldAt.truncate("minute"),
        year: sale.day.truncate("year"),
        monday: sale.day.truncate("week"),
      }))
      .all();
    assert.deepEqual(rows, [
      {
        hour: 10,
        minute: 20,
        second: 30,
        weekDay: 2,
        day: "2026-01-05",
        month: at("2026-01-01T00:00:00"),
        week: at("2026-01-05T00:00:00"),
        clock: at("2026-01-05T10:20:00"),
        year: "2026-01-01",
        monday: "2026-01-05",
      },
      {
        hour: 23,
        minute: 59,
        second: 59,
        weekDay: 7,
        day: "2026-01-31",
        month: at("2026-01-01T00:00:00"),
        week: at("2026-01-26T00:00:00"),
        clock: at("2026-01-31T23:59:00"),
        year: "2026-01-01",
        monday: "2026-01-26",
      },
      {
        hour: 0,
        minute: 0,
        second: 0,
        weekDay: 1,
        day: "2026-02-01",
        month: at("2026-02-01T00:00:00"),
        week: at("2026-01-26T00:00:00"),
        clock: at("2026-02-01T00:00:00"),
        year: "2026-01-01",
        monday: "2026-01-26",
      },
    ]);
    const months = await sales()
      .annotate((sale) => ({ month: sale.soldAt.truncate("month") }))
      .groupBy("month")
      .annotate({ sold: count() })
      .orderBy("month")
      .all();
    assert.deepEqual(months, [
      { month: at("2025-06-01T00:00:00"), sold: 1 },
      { month: at("2026-01-01T00:00:00"), sold: 2 },
      { month: at("2026-02-01T00:00:00"), sold: 1 },
      { month: at("2026-12-01T00:00:00"), sold: 1 },
    ]);
  });

  test("a value chosen by conditions, wherever an expression stands", async () => {
    const rows = await sales()
      .annotate((sale) => ({
        size: when(sale.pieces.lt(3), "small").when(sale.pieces.lt(6), "medium").otherwise("large"),
        gift: when(sale.amount.lt("1.00"), sale.amount).otherwise(null),
      }))
      .filter({ size__ne: "medium" })
      .orderBy((sale) => when(sale.id.eq(4), 0).otherwise(sale.id).asc())
      .values("id", "size", "gift");
    assert.deepEqual(rows, [
      { id: 4, size: "small", gift: "0.05" },
      { id: 2, size: "small", gift: null },
      { id: 3, size: "large", gift: null },
    ]);
  });

  test("a value, and SQL of one's own, as columns", async () => {
    const one = 1;
    const rows = await clerks()
      .filter({ id: 1 })
      .select((clerk) => ({
        source: value("clerks"),
        next: sql<number>`${clerk.id} + ${one}`,
        since: value(at("2026-01-01T00:00:00")),
        yes: value(true),
      }))
      .all();
    assert.deepEqual(rows, [{ source: "clerks", next: 2, since: at("2026-01-01T00:00:00"), yes: true }]);
  });

  test("an update computes with functions and other rows", async () => {
    const changed = await clerks()
      .filter({ id: 4 })
      .update((clerk) => ({
        nick: concat(
          clerk.name,
          "-",
          subquery(
            select(Clerk).where((boss) => boss.id.eq(clerk.bossId)),
            "name",
          ),
        ),
      }));
    assert.equal(changed, 1);
    assert.deepEqual(await clerks().filter({ id: 4 }).column("nick"), ["Dee-Bob"]);
    await clerks().filter({ id: 4 }).update({ nick: null });
  });

  // ------------------------------------------------------------ windows

  test("places, neighbours and running sums", async () => {
    const rows = await sales()
      .orderBy("id")
      .select((sale) => {
        const mine = { partitionBy: sale.clerkId, orderBy: sale.pieces.desc() };
        return {
          place: rowNumber().over(mine),
          rank: rank().over({ orderBy: sale.amount }),
          dense: denseRank().over({ orderBy: [sale.amount.asc()] }),
          half: ntile(2).over({ orderBy: sale.id }),
          before: lag(sale.pieces).over({ orderBy: sale.id }),
          after: lead(sale.pieces, 2, 0).over({ orderBy: sale.id }),
          best: firstValue(sale.amount).over(mine),
          last: lastValue(sale.id).over({ ...mine, rows: ["start", "end"] }),
          second: nthValue(sale.id, 2).over({ ...mine, rows: ["start", "end"] }),
          running: sum(sale.amount).over({ orderBy: sale.id }),
          near: sum(sale.pieces).over({ orderBy: sale.id, rows: [-1, 1] }),
          all: count().over(),
          mean: avg(sale.pieces).over({ partitionBy: sale.clerkId }),
          top: max(sale.amount).over({ partitionBy: sale.clerkId }),
        };
      })
      .all();
    assert.deepEqual(rows, [
      {
        place: 1,
        rank: 2,
        dense: 2,
        half: 1,
        before: null,
        after: 7,
        best: "10.50",
        last: 2,
        second: 2,
        running: "10.50",
        near: 4,
        all: 5,
        mean: 2,
        top: "20.00",
      },
      {
        place: 2,
        rank: 4,
        dense: 3,
        half: 1,
        before: 3,
        after: 2,
        best: "10.50",
        last: 2,
        second: 2,
        running: "30.50",
        near: 11,
        all: 5,
        mean: 2,
        top: "20.00",
      },
      {
        place: 1,
        rank: 2,
        dense: 2,
        half: 1,
        before: 1,
        after: 5,
        best: "10.50",
        last: 4,
        second: 4,
        running: "41.00",
        near: 10,
        all: 5,
        mean: 4.5,
        top: "10.50",
      },
      {
        place: 2,
        rank: 1,
        dense: 1,
        half: 2,
        before: 7,
        after: 0,
        best: "10.50",
        last: 4,
        second: 4,
        running: "41.05",
        near: 14,
        all: 5,
        mean: 4.5,
        top: "10.50",
      },
      {
        place: 1,
        rank: 5,
        dense: 4,
        half: 2,
        before: 2,
        after: 0,
        best: "99.99",
        last: 5,
        second: null,
        running: "141.04",
        near: 7,
        all: 5,
        mean: 5,
        top: "99.99",
      },
    ]);
    const shares = await sales()
      .filter({ clerkId: 1 })
      .orderBy("id")
      .select((sale) => ({ percent: percentRank().over({ orderBy: sale.id }), share: cumeDist().over({ orderBy: sale.id }) }))
      .all();
    assert.deepEqual(shares, [
      { percent: 0, share: 0.5 },
      { percent: 1, share: 1 },
    ]);
  });

  test("an aggregate of some rows only: of groups, of all rows, over windows, in a subquery", async () => {
    const byClerk = await sales()
      .groupBy("clerkId")
      .annotate((sale) => ({
        all: count(),
        many: count().where(sale.pieces.gt(2)),
        light: count(sale.weight).where(sale.weight.lt(1).or(sale.pieces.eq(1))),
        dear: sum(sale.amount).where(sale.amount.gt("10.00")),
        mean: avg(sale.pieces).where(sale.amount.lt("20.00")),
        latest: max(sale.soldAt).where(sale.pieces.lt(3)),
      }))
      .filter({ many__gte: 1 })
      .orderBy("clerkId")
      .all();
    assert.deepEqual(byClerk, [
      { clerkId: 1, all: 2, many: 1, light: 0, dear: "30.50", mean: 3, latest: at("2026-01-31T23:59:59.999") },
      { clerkId: 2, all: 2, many: 1, light: 2, dear: "10.50", mean: 4.5, latest: at("2026-12-31T12:00:00") },
      { clerkId: 3, all: 1, many: 1, light: 0, dear: "99.99", mean: null, latest: null },
    ]);

    const { columns } = Sale;
    const whole = await sales().aggregate({
      some: count().where(columns.pieces.gt(2)),
      none: sum(columns.amount).where(columns.pieces.gt(100)),
      both: count()
        .where(columns.pieces.gt(2))
        .plus(count(columns.weight, { distinct: true }).where(columns.pieces.lt(3))),
    });
    assert.deepEqual(whole, { some: 3, none: null, both: 4 });

    const running = await sales()
      .orderBy("id")
      .select((sale) => ({
        sum: sum(sale.amount).where(sale.pieces.gt(2)).over({ orderBy: sale.id }),
        many: count().where(sale.pieces.gt(2)).over(),
      }))
      .all();
    assert.deepEqual(running, [
      { sum: "10.50", many: 3 },
      { sum: "10.50", many: 3 },
      { sum: "21.00", many: 3 },
      { sum: "21.00", many: 3 },
      { sum: "120.99", many: 3 },
    ]);

    const perClerk = await clerks()
      .orderBy("id")
      .select((clerk) => ({
        many: subquery(
          select(Sale).where((sale) => sale.clerkId.eq(clerk.id)),
          (sale) => count().where(sale.pieces.gt(2)),
        ),
      }))
      .all();
    assert.deepEqual(perClerk, [{ many: 1 }, { many: 1 }, { many: 1 }, { many: 0 }]);
  });

  test("the rows of an aggregate are not chosen by another aggregate, nor by a name without a row", async () => {
    await mistake(
      () =>
        sales()
          .groupBy("clerkId")
          .annotate((sale) => ({ odd: count().where(max(sale.pieces).gt(2)) })),
      /where\(\) of count\(\) chooses rows before they are aggregated/,
    );
    const named = count("sales") as unknown as ReturnType<typeof count>;
    await mistake(() => named.where(Sale.columns.pieces.gt(2)), /count\("sales"\)\.where\(\): the condition needs the row/);
    const pieces = Sale.columns.pieces as unknown as ReturnType<typeof count>;
    await mistake(() => pieces.where(Sale.columns.pieces.gt(2)), /where\(\) of 'pieces': only aggregates choose among rows/);
  });

  test("a condition on a window needs a query around it, and from() is one", async () => {
    const placed = sales().annotate((sale) => ({ place: rowNumber().over({ partitionBy: sale.clerkId, orderBy: sale.amount.desc() }) }));
    await mistake(() => placed.filter({ place: 1 }).all(), /from\(query\.annotate/);
    await mistake(() => placed.where((sale) => sale.place.lte(1)).all(), /computed over a window/);
    await mistake(() => placed.groupBy("place"), /computed over a window/);
    const best = await from(placed).filter({ place: 1 }).orderBy("id").all();
    assert.deepEqual(
      best.map((sale) => [sale.id, sale.amount, sale.place, sale instanceof Sale]),
      [
        [2, "20.00", 1, true],
        [3, "10.50", 1, true],
        [5, "99.99", 1, true],
      ],
    );
    assert.equal(await from(placed).filter({ place: 2 }).count(), 2);
    assert.equal(await from(placed).filter({ place: 3 }).exists(), false);
  });

  // ------------------------------------------------------------ subqueries

  test("whether a query has a row, tied to the row outside or not", async () => {
    const named = (rows: readonly { name: string }[]) => rows.map((row) => row.name).join();
    const dear = (limit: string) =>
      clerks()
        .where((clerk) => exists(select(Sale).where((sale) => sale.clerkId.eq(clerk.id).and(sale.amount.gte(limit)))))
        .orderBy("id")
        .all();
    assert.equal(named(await dear("20.00")), "Ada,Cy");
    // The same shape with another value; the deleted sale does not count.
    assert.equal(named(await dear("100.00")), "");
    const idle = await clerks()
      .where((clerk) => exists(select(Sale).where((sale) => sale.clerkId.eq(clerk.id))).not())
      .all();
    assert.equal(named(idle), "Dee");
    const bosses = await clerks()
      .where((clerk) => exists(select(Clerk).where((other) => other.bossId.eq(clerk.id))))
      .orderBy("id")
      .all();
    assert.equal(named(bosses), "Ada,Bob");
    const deleted = await clerks()
      .where((clerk) =>
        exists(
          select(Sale)
            .withDeleted()
            .where((sale) => sale.clerkId.eq(clerk.id).and(sale.amount.gte("100.00"))),
        ),
      )
      .all();
    assert.equal(named(deleted), "Cy");
  });

  test("three levels of the same model", async () => {
    const grand = await clerks()
      .where((clerk) =>
        exists(
          select(Clerk).where((report) =>
            report.bossId.eq(clerk.id).and(exists(select(Clerk).where((last) => last.bossId.eq(report.id).and(last.name.ne(clerk.name))))),
          ),
        ),
      )
      .column("name");
    assert.deepEqual(grand, ["Ada"]);
  });

  test("the values of a query as a list, whose NULLs are passed over", async () => {
    const inside = await clerks()
      .where((clerk) => clerk.id.in(subquery(select(Clerk), "bossId")))
      .orderBy("id")
      .column("id");
    assert.deepEqual(inside, [1, 2]);
    const outside = await clerks()
      .where((clerk) => clerk.id.notIn(subquery(select(Clerk), "bossId")))
      .orderBy("id")
      .column("id");
    assert.deepEqual(outside, [3, 4]);
    const amounts = await sales()
      .where((sale) => sale.amount.in(subquery(select(Sale).filter({ clerkId: 1 }), (other) => other.amount)))
      .orderBy("id")
      .column("id");
    assert.deepEqual(amounts, [1, 2, 3]);
    const few = await sales()
      .where((sale) => sale.id.in(subquery(select(Sale).orderBy("-amount").limit(2), "id")))
      .orderBy("id")
      .column("id");
    assert.deepEqual(few, [2, 5]);
  });

  test("a query as a value of each row", async () => {
    const rows = await clerks()
      .annotate((clerk) => {
        const own = select(Sale).where((sale) => sale.clerkId.eq(clerk.id));
        return {
          sold: subquery(own, () => count()),
          total: subquery(own, (sale) => sum(sale.amount)),
          first: subquery(own.orderBy("-pieces"), "id"),
        };
      })
      .filter({ sold__gte: 1 })
      .orderBy("-total")
      .values("name", "sold", "total", "first");
    assert.deepEqual(rows, [
      { name: "Cy", sold: 1, total: "99.99", first: 5 },
      { name: "Ada", sold: 2, total: "30.50", first: 1 },
      { name: "Bob", sold: 2, total: "10.55", first: 3 },
    ]);
    const above = await sales()
      .where((sale) => sale.pieces.gt(subquery(select(Sale), (other) => avg(other.pieces))))
      .orderBy("id")
      .column("id");
    assert.deepEqual(above, [3, 5]);
  });

  test("rows are deleted and updated by what other queries give", async () => {
    await engine
      .transaction(async (session) => {
        const gone = await session
          .query(Sale)
          .where((sale) => sale.clerkId.in(subquery(select(Clerk).filter({ name: "Bob" }), "id")))
          .delete();
        assert.equal(gone, 2);
        assert.equal(await session.query(Sale).count(), 3);
        throw new Error("roll back");
      })
      .catch((error: Error) => assert.equal(error.message, "roll back"));
    assert.equal(await sales().count(), 5);
  });

  test("a query inside a callback about related rows, in one outer query after another", async () => {
    const busy = (report: typeof Clerk.columns, pieces: number) =>
      exists(
        select(Sale).where((sale) => sale.clerkId.eq(report.id).and(sale.pieces.gte(pieces)).and(sale.clerk.bossId.eq(report.bossId))),
      );
    for (const [pieces, names] of [
      [5, ["Ada"]],
      [8, []],
      [2, ["Ada"]],
    ] as const) {
      assert.deepEqual(
        await clerks()
          .where((clerk) => clerk.reports.some((report) => busy(report, pieces)))
          .column("name"),
        names,
      );
      assert.deepEqual(
        await clerks()
          .orderBy("id")
          .where((clerk) => clerk.reports.some((report) => busy(report, pieces)))
          .column("name"),
        names,
      );
      assert.equal(
        await clerks()
          .where((clerk) => clerk.reports.none((report) => busy(report, pieces)))
          .count(),
        4 - names.length,
      );
    }
  });

  test("a source inside a condition may name the row outside", async () => {
    const found = await clerks()
      .where((clerk) =>
        exists(
          from(
            select(Sale)
              .where((sale) => sale.clerkId.eq(clerk.id))
              .orderBy("-pieces")
              .limit(1),
          ).filter({ pieces__gte: 5 }),
        ),
      )
      .orderBy("id")
      .column("id");
    assert.deepEqual(found, [2, 3]);
  });

  test("names are quoted, whatever is in them, and hide no table", async () => {
    class Odd extends Model('odd"; DROP TABLE clerks; --', {
      id: int().primaryKey(),
      select: text().named('a"b'),
      parentId: int().nullable().named("where"),
      parent: () => belongsTo(Odd, "parentId"),
      children: () => hasMany(Odd, "parentId"),
    }) {}
    class OddRows extends Model('odd"; DROP TABLE clerks; --_rows', { id: int().primaryKey(), oddId: int() }) {}
    await engine.createAll([Odd, OddRows]);
    const session = engine.session();
    await session.insertAll(Odd, [
      { id: 1, select: "x" },
      { id: 2, select: "y", parentId: 1 },
    ]);
    await session.insertAll(OddRows, [{ id: 7, oddId: 2 }]);
    const long = "é".repeat(60);
    const odd = engine.query(Odd);
    const plain = from(odd.select((row) => ({ 'q"uote': row.select.upper(), [long]: value(1), "%": value(2) })));
    const rows = await (plain as unknown as { orderBy(key: string): { all(): Promise<unknown[]> } }).orderBy('q"uote').all();
    assert.deepEqual(rows, [
      { 'q"uote': "X", [long]: 1, "%": 2 },
      { 'q"uote': "Y", [long]: 1, "%": 2 },
    ]);
    const both = union(odd.filter({ id: 1 }), odd.filter({ id: 2 }));
    const kept = await both.where((row) => exists(select(OddRows).where((other) => other.oddId.eq(row.id)))).column("select");
    assert.deepEqual(kept, ["y"]);
    assert.deepEqual(
      await recursive(odd.filter({ id: 2 }), "parent", { depth: 'a"b', maxDepth: 5 } as never)
        .orderBy("id")
        .column("select"),
      ["x", "y"],
    );
    assert.equal(await clerks().count(), 4);
  });

  // ------------------------------------------------------------ queries as sources

  test("groups, and selected columns, as a source", async () => {
    const totals = sales()
      .groupBy("clerkId")
      .annotate({ total: sum("amount"), sold: count() });
    assert.deepEqual(await from(totals).filter({ sold__gt: 1 }).orderBy("-total").all(), [
      { clerkId: 1, total: "30.50", sold: 2 },
      { clerkId: 2, total: "10.55", sold: 2 },
    ]);
    assert.deepEqual(await from(totals).aggregate({ clerks: count(), most: max("sold") }), { clerks: 3, most: 2 });
    const named = from(clerks().select((clerk) => ({ label: clerk.name.upper(), initial: clerk.name.substring(1, 1) })));
    assert.deepEqual(
      await named
        .filter({ label__contains: "E" })
        .select((row) => ({ twice: concat(row.label, row.initial) }))
        .all(),
      [{ twice: "DEED" }],
    );
    assert.deepEqual(
      await from(from(named).filter({ initial__ne: "A" }))
        .orderBy("label")
        .limit(1)
        .column("label"),
      ["BOB"],
    );
  });

  test("the first rows of a query as a source, with their relations", async () => {
    const dearest = from(sales().orderBy("-amount", "-id").limit(3));
    assert.deepEqual(await dearest.filter({ clerk__name: "Ada" }).column("amount"), ["20.00"]);
    const loaded = await dearest.with("clerk").orderBy("id").all();
    assert.deepEqual(
      loaded.map((sale) => `${sale.id} ${sale.clerk.greeting}`),
      ["2 Hello Ada", "3 Hello Bob", "5 Hello Cy"],
    );
    await mistake(() => dearest.update({ pieces: 0 }, { all: true }), /read only/);
    await mistake(() => from(sales().with("clerk")), /with\(\)/);
  });

  test("deleted rows are in a source if they are in its query", async () => {
    assert.equal(await from(sales()).count(), 5);
    assert.equal(await from(sales().withDeleted()).count(), 6);
    assert.deepEqual(await from(sales().onlyDeleted()).column("id"), [6]);
  });

  test("rows of a source are what they are everywhere else", async () => {
    const session = engine.session();
    const ada = await session.getOrThrow(Clerk, 1);
    assert.equal(await from(session.query(Clerk)).filter({ id: 1 }).one(), ada);
    assert.deepEqual((await session.execute(from(select(Clerk)).filter({ id: 1 }))).one(), ada);
    const best = await clerks()
      .with("sales", (own) =>
        from(own.annotate((sale) => ({ place: rowNumber().over({ partitionBy: sale.clerkId, orderBy: sale.amount.desc() }) }))).filter({
          place: 1,
        }),
      )
      .orderBy("id")
      .all();
    assert.deepEqual(
      best.map((clerk) => [clerk.name, clerk.sales.map((sale) => `${sale.amount} ${sale.place}`)]),
      [
        ["Ada", ["20.00 1"]],
        ["Bob", ["10.50 1"]],
        ["Cy", ["99.99 1"]],
        ["Dee", []],
      ],
    );
    assert.deepEqual(await from(sales().limit(9)).orderBy("id").limit(1).values("amount", "clerk.name"), [
      { amount: "10.50", clerk: { name: "Ada" } },
    ]);
    assert.deepEqual(await from(clerks().filter({ id: 1 })).values("name", "sales.id"), [{ name: "Ada", sales: [{ id: 1 }, { id: 2 }] }]);
    assert.deepEqual(await from(sales().limit(9)).groupBy("clerk.name").annotate({ sold: count() }).filter({ clerk__name: "Bob" }).all(), [
      { sold: 2, clerk: { name: "Bob" } },
    ]);
    const seen: unknown[] = [];
    for await (const row of from(sales().select((sale) => ({ id: sale.id })))
      .orderBy("-id")
      .stream({ batchSize: 2 }))
      seen.push(row.id);
    assert.deepEqual(seen, [5, 4, 3, 2, 1]);
    assert.deepEqual(await from(sales().select((sale) => ({ id: sale.id }))).last(), { id: 5 });
    await mistake(() => from(sales()).withDeleted(), /before from\(\)/);
  });

  test("values of every kind come through a query inside another", async () => {
    const [row] = await clerks()
      .filter({ id: 1 })
      .select((clerk) => {
        const own = select(Sale)
          .where((sale) => sale.clerkId.eq(clerk.id))
          .orderBy("id");
        return {
          at: subquery(own, "soldAt"),
          day: subquery(own, "day"),
          amount: subquery(own, "amount"),
          weight: subquery(own, "weight"),
          none: subquery(own.filter({ id: 9 }), "soldAt"),
          dear: subquery(own, (sale) => sale.amount.gt("10.00")),
          any: exists(own),
        };
      })
      .all();
    assert.deepEqual(row, {
      at: at("2026-01-05T10:20:30.500"),
      day: "2026-01-05",
      amount: "10.50",
      weight: 1.5,
      none: null,
      dear: true,
      any: true,
    });
    const big = await sales()
      .where((sale) => sale.amount.times("2.00").gt(subquery(select(Sale), (other) => max(other.amount))))
      .column("id");
    assert.deepEqual(big, [5]);
  });

  test("places of groups", async () => {
    const rows = await sales()
      .groupBy("clerkId")
      .annotate((sale) => ({ sold: sum(sale.pieces), place: rowNumber().over({ orderBy: sum(sale.pieces).desc() }) }))
      .orderBy("clerkId")
      .all();
    assert.deepEqual(rows, [
      { clerkId: 1, sold: 4, place: 3 },
      { clerkId: 2, sold: 9, place: 1 },
      { clerkId: 3, sold: 5, place: 2 },
    ]);
  });

  // ------------------------------------------------------------ set operations

  test("rows of several queries", async () => {
    const of = (id: number) => sales().filter({ clerkId: id });
    const ids = (query: { orderBy(key: "id"): { column(name: "id"): Promise<number[]> } }) => query.orderBy("id").column("id");
    assert.deepEqual(await ids(union(of(1), of(2), of(1))), [1, 2, 3, 4]);
    assert.deepEqual(await ids(unionAll(of(1), of(1))), [1, 1, 2, 2]);
    assert.deepEqual(await ids(intersect(of(1), sales().filter({ pieces__gt: 1 }))), [1]);
    assert.deepEqual(await ids(except(sales(), of(1), of(3))), [3, 4]);
    assert.deepEqual(await ids(except(union(of(1), of(2)), intersect(of(1), of(1)))), [3, 4]);
    const whole = await union(of(1), of(3)).filter({ pieces__gte: 3 }).orderBy("-pieces").limit(1).with("clerk").one();
    assert.deepEqual([whole.id, whole.clerk.name, whole instanceof Sale], [5, "Cy", true]);
    assert.equal(await union(of(1), of(3)).count(), 3);
  });

  test("parts with limits, and plain rows by their names", async () => {
    const ends = unionAll(sales().orderBy("amount").limit(1), sales().orderBy("-amount").limit(1));
    assert.deepEqual(await ends.orderBy("amount").column("amount"), ["0.05", "99.99"]);
    const people = unionAll(
      clerks().select((clerk) => ({ kind: value("clerk"), label: clerk.name })),
      sales().select((sale) => ({ label: sale.amount.toText(), kind: value("sale") })),
    );
    assert.deepEqual(await people.filter({ label__startsWith: "1" }).orderBy("label").all(), [
      { kind: "sale", label: "10.50" },
      { kind: "sale", label: "10.50" },
    ]);
    await mistake(
      () =>
        union(
          clerks().select((clerk) => ({ a: clerk.id })),
          clerks().select((clerk) => ({ a: clerk.name })) as never,
        ),
      /kind int in one and text in another/,
    );
    await mistake(
      () =>
        union(
          clerks().select((clerk) => ({ a: clerk.id })),
          clerks().select((clerk) => ({ b: clerk.id })) as never,
        ),
      /'a' is missing/,
    );
    await mistake(() => union(clerks(), sales() as never), /some|beside/);
  });

  // ------------------------------------------------------------ trees

  test("all rows below another, and all above it", async () => {
    assert.deepEqual(
      await recursive(clerks().filter({ id: 2 }), "reports")
        .orderBy("id")
        .column("name"),
      ["Bob", "Dee"],
    );
    assert.deepEqual(
      await recursive(clerks().filter({ id: 4 }), "boss")
        .orderBy("id")
        .column("name"),
      ["Ada", "Bob", "Dee"],
    );
    const levels = await recursive(clerks().filter({ bossId: null }), "reports", { depth: "level", maxDepth: 1 })
      .orderBy("level", "id")
      .all();
    assert.deepEqual(
      levels.map((clerk) => [clerk.name, clerk.level, clerk instanceof Clerk]),
      [
        ["Ada", 0, true],
        ["Bob", 1, true],
        ["Cy", 1, true],
      ],
    );
    assert.deepEqual(await recursive(clerks().filter({ id: 1 }), "reports", { maxDepth: 0 }).column("id"), [1]);
    assert.deepEqual(
      await clerks()
        .where((clerk) => clerk.id.in(subquery(recursive(select(Clerk).filter({ id: 2 }), "reports"), "id")))
        .orderBy("id")
        .column("id"),
      [2, 4],
    );
  });

  test("a circle ends", async () => {
    await engine
      .transaction(async (session) => {
        await session.query(Clerk).filter({ id: 1 }).update({ bossId: 4 });
        assert.deepEqual(
          await recursive(session.query(Clerk).filter({ id: 2 }), "reports")
            .orderBy("id")
            .column("id"),
          [1, 2, 3, 4],
        );
        throw new Error("roll back");
      })
      .catch((error: Error) => assert.equal(error.message, "roll back"));
  });

  // ------------------------------------------------------------ plans

  test("the same query with other values gives other rows", async () => {
    for (const id of [1, 2, 3]) {
      const found = await from(sales().filter({ clerkId: id }))
        .filter({ pieces__gt: id })
        .orderBy("id")
        .column("id");
      assert.deepEqual(found, { 1: [1], 2: [3], 3: [5] }[id]);
      const both = await union(sales().filter({ clerkId: id }), sales().filter({ clerkId: id + 1 }))
        .orderBy("id")
        .column("id");
      assert.deepEqual(both, { 1: [1, 2, 3, 4], 2: [3, 4, 5], 3: [5] }[id]);
      const above = await clerks()
        .where((clerk) =>
          exists(
            select(Sale)
              .filter({ pieces__gt: id * 2 })
              .where((sale) => sale.clerkId.eq(clerk.id)),
          ),
        )
        .filter({ id__gte: id })
        .orderBy("id")
        .column("id");
      assert.deepEqual(above, { 1: [1, 2, 3], 2: [2, 3], 3: [] }[id]);
    }
  });

  test("one place of SQL with other values, tables and pieces is another statement each time", async () => {
    const named = async (model: typeof Clerk | typeof Sale, id: number, rest: unknown): Promise<unknown> =>
      (await engine.execute(sql<{ id: number }>`SELECT id FROM ${model} WHERE id > ${id} ${rest} ORDER BY id LIMIT 2`)).column("id");
    const all = sql``;
    for (let again = 0; again < 2; again++) {
      assert.deepEqual(await named(Clerk, 0, all), [1, 2]);
      assert.deepEqual(await named(Sale, 3, all), [4, 5]);
      assert.deepEqual(await named(Clerk, 1, sql`AND id <> ${2}`), [3, 4]);
      assert.deepEqual(await named(Clerk, 1, sql`AND id <> ${3}`), [2, 4]);
    }
    const above = async (model: typeof Clerk | typeof Sale, id: number): Promise<unknown> =>
      (await engine.execute(sql<{ id: number }>`SELECT id FROM ${model} WHERE id > ${id} ORDER BY id LIMIT 2`)).column("id");
    for (const id of [0, 1]) {
      assert.deepEqual(await above(Clerk, id), [id + 1, id + 2]);
      assert.deepEqual(await above(Sale, id + 2), [id + 3, id + 4]);
    }
  });

  test("rows of SQL text are read by their own columns, however often and in whatever order", async () => {
    for (let again = 0; again < 2; again++) {
      assert.deepEqual((await engine.execute("SELECT 1 AS a, 2 AS b")).all(), [{ a: 1, b: 2 }]);
      assert.deepEqual((await engine.execute("SELECT 2 AS b, 1 AS a")).tuples(), [[2, 1]]);
      assert.deepEqual((await engine.execute("SELECT 2 AS b, 1 AS a, 3 AS c")).one(), { b: 2, a: 1, c: 3 });
      const twice = await engine.execute("SELECT 1 AS a, 2 AS a");
      assert.throws(() => twice.all(), ConfigurationError);
      assert.throws(() => twice.first(), ConfigurationError);
      assert.deepEqual(twice.tuples(), [[1, 2]]);
      const values = await engine.execute("SELECT $1 + 0 AS a, $2 + 0 AS b", [again, again + 1]);
      assert.deepEqual(values.all(), [{ a: again, b: again + 1 }]);
      assert.throws(() => Object.assign(values.columns, ["b", "a"]), TypeError);
    }
    await assert.rejects(() => engine.execute("SELECT $1 + 0 AS a, $2 + 0 AS b", [1]), ConfigurationError);
    await assert.rejects(() => engine.execute("SELECT $1 + 0 AS a", { a: 1 }), ConfigurationError);
    await assert.rejects(() => engine.execute("SELECT :a + 0 AS a", [1]), ConfigurationError);
    await assert.rejects(() => engine.execute("SELECT :a + 0 AS a", { b: 1 }), ConfigurationError);
  });
};
