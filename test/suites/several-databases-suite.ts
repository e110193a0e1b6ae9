/** Models in several databases, on both. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  belongsTo,
  ConfigurationError,
  connect,
  currentEngine,
  type Engine,
  health,
  int,
  Model,
  outside,
  text,
  transaction,
  TransactionError,
} from "../../src/entry/index.ts";

class Customer extends Model("sd_customers", { id: int().primaryKey(), name: text() }) {}
class Visit extends Model("sd_visits", { id: int().primaryKey(), page: text() }, { database: "analytics" }) {}
class Stray extends Model("sd_strays", { id: int().primaryKey(), page: text() }, { database: "analitics" }) {}

/** `urls` are those of two empty databases. */
export const severalDatabasesSuite = (name: string, urls: () => Promise<readonly [string, string]>): void => {
  describe(`several databases on ${name}`, () => {
    let engine: Engine;
    let others: readonly [string, string];
    before(async () => {
      others = await urls();
      engine = await connect({ databases: { default: others[0], analytics: { url: others[1], statementCacheSize: 20 } } });
      await engine.createAll([Customer]);
      await currentEngine("analytics").createAll([Visit]);
    });
    after(() => engine.close());
    beforeEach(async () => {
      await Customer.objects.query().delete({ all: true });
      await Visit.objects.query().delete({ all: true });
    });

    test("a model is asked where it says it is, and elsewhere by using()", async () => {
      await Visit.objects.create({ page: "/" });
      await Customer.objects.create({ name: "Ann" });
      assert.deepEqual([await Visit.objects.count(), await currentEngine("analytics").query(Visit).count()], [1, 1]);
      await assert.rejects(Visit.objects.using("default").count(), /sd_visits/);
      await assert.rejects(engine.query(Visit).count(), /sd_visits/);
      await assert.rejects(Stray.objects.count(), /no database called 'analitics'\. Did you mean 'analytics'/);
      assert.throws(() => currentEngine("analytic"), /Did you mean 'analytics'/);
    });

    test("a write inside of another database's transaction has to say that it is no part of it", async () => {
      const inside = transaction(async () => {
        await Customer.objects.create({ name: "Ann" });
        assert.equal(await Visit.objects.count(), 0, "reading is fine");
        await assert.rejects(Visit.objects.create({ page: "/" }), TransactionError);
        await assert.rejects(Visit.objects.filter({ page: "/" }).delete(), TransactionError);
        await assert.rejects(Visit.objects.query().update({ page: "/" }, { all: true }), TransactionError);
        await outside(() => Visit.objects.create({ page: "outside" }));
        await transaction(() => Visit.objects.create({ page: "own" }), { using: "analytics" });
        throw new Error("undo");
      });
      await assert.rejects(inside, /undo/);
      assert.deepEqual(await Visit.objects.orderBy("page").column("page"), ["outside", "own"]);
      assert.equal(await Customer.objects.count(), 0);
    });

    test("createAll() without models makes those of its own database", async () => {
      assert.deepEqual(await tablesAfterCreateAll("analytics"), [true, false]);
    });
    const tablesAfterCreateAll = async (of: string): Promise<boolean[]> => {
      const target = currentEngine(of);
      await target.dropAll([Visit]);
      await target.createAll();
      const exists = (model: typeof Visit | typeof Customer): Promise<boolean> =>
        target
          .query(model as typeof Visit)
          .count()
          .then(
            () => true,
            () => false,
          );
      return [await exists(Visit), await exists(Customer)];
    };

    test("a relation between two databases is refused", async () => {
      class Click extends Model(
        "sd_clicks",
        {
          id: int().primaryKey(),
          customerId: int(),
          customer: () => belongsTo(Customer, "customerId"),
        },
        { database: "analytics" },
      ) {}
      await assert.rejects(
        currentEngine("analytics").createAll([Click]),
        /Click\.customer refers to Customer, which is in another database/,
      );
      class Unnamed extends Model("sd_unnamed", { id: int().primaryKey() }, { database: "" }) {}
      await assert.rejects(currentEngine("analytics").createAll([Unnamed]), ConfigurationError);
    });

    test("health() tells of each", async () => {
      const found = await health();
      assert.deepEqual(Object.keys(found), ["default", "analytics"]);
      for (const { isHealthy, primary, replicas } of Object.values(found)) {
        assert.deepEqual([isHealthy, primary.problem, replicas], [true, null, []]);
        assert.ok(primary.latencyMs! >= 0);
      }
    });

    test("a database that cannot be opened closes those that were, and names what is wrong", async () => {
      const broken = connect({ databases: { default: others[0], second: { url: others[1], maxConections: 5 } as never } });
      await assert.rejects(broken, /maxConections/);
      await assert.rejects(connect({ databases: { default: others[0], second: {} as never } }), /databases\.second/);
      assert.equal(currentEngine(), engine, "the ones before stay");
    });
  });
};
