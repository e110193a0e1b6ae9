/** Plans as data, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Engine, type ExplainedPlan, int, Model, sql, text } from "../../src/entry/index.ts";
import { explainHints, planText } from "../../src/entry/observe.ts";
import type { WatchedEngine } from "./watching-suite.ts";

class Parcel extends Model("parcels", {
  id: int().primaryKey(),
  code: text(),
  weight: int(),
}) {}

export const explainSuite = ({ name, open }: WatchedEngine): void => {
  describe(`plans as data on ${name}`, () => {
    let engine: Engine;
    let isPostgres: boolean;
    before(async () => {
      engine = await open();
      isPostgres = engine.dialect.name === "postgres";
      await engine.createAll([Parcel]);
      await engine.session().insertAll(
        Parcel,
        Array.from({ length: 2000 }, (_, index) => ({ code: `code ${index}`, weight: index })),
      );
      if (isPostgres) await engine.execute("ANALYZE parcels");
    });
    after(() => engine.close());

    const found = (plan: ExplainedPlan): unknown[] => explainHints(plan, { scanRows: 1000 }).map(({ kind, sql: add }) => [kind, add]);
    const index = (columns: string): string =>
      isPostgres
        ? `CREATE INDEX CONCURRENTLY ON "public"."parcels" (${columns})`
        : `CREATE INDEX "parcels_${columns.replaceAll('"', "").replaceAll(", ", "_")}_index" ON "parcels" (${columns})`;

    test("a query by key uses its index, and there is nothing to say of it", async () => {
      const plan = await engine.query(Parcel).filter({ id: 7 }).explain({ format: "json" });
      const [node] = plan.nodes;
      assert.equal(plan.database, engine.dialect.name);
      assert.equal(plan.sql, engine.query(Parcel).filter({ id: 7 }).toSQL().sql);
      assert.deepEqual([node?.table, plan.hints, plan.executionMs], ["parcels", [], null]);
      assert.match(node!.kind, isPostgres ? /^Index Scan$/ : /^SEARCH$/);
      assert.match(planText(plan), isPostgres ? /^Index Scan using parcels_pkey on public\.parcels {2}\(cost=/ : /^SEARCH parcels USING/);
    });

    test("a whole table for a few rows lacks an index, which serves what is compared: equal first, then one range", async () => {
      const by = async (lookups: object): Promise<unknown[]> =>
        found(await engine.query(Parcel).filter(lookups).explain({ format: "json" }));
      assert.deepEqual(await by({ weight: 5 }), [["missingIndex", index('"weight"')]]);
      assert.deepEqual(await by({ weight__gt: 1990, code: "code 5" }), [["missingIndex", index('"code", "weight"')]]);
      // An expression is served by no plain index.
      const other = await engine.query(Parcel).filter({ code__iexact: "CODE 5" }).explain({ format: "json" });
      assert.deepEqual(found(other), isPostgres ? [["largeScan", null]] : []);
      assert.equal(JSON.stringify(other.hints).includes("CODE 5"), false);
    });

    test("the statement that a hint gives ends the hint", async () => {
      const heavy = engine.query(Parcel).filter({ weight: 5 });
      const [hint] = explainHints(await heavy.explain({ format: "json" }), { scanRows: 1000 });
      await engine.execute(hint!.sql!);
      assert.deepEqual(found(await heavy.explain({ format: "json" })), []);
      await engine.execute(isPostgres ? "DROP INDEX parcels_weight_idx" : 'DROP INDEX "parcels_weight_index"');
    });

    test("SQL of one's own is explained, and what it would write is not written", async () => {
      const count = await engine.query(Parcel).count();
      const plan = await engine.explain("DELETE FROM parcels WHERE id = $1;", [5]);
      assert.equal(plan.sql, "DELETE FROM parcels WHERE id = $1");
      assert.equal(
        [...plan.nodes, ...plan.nodes.flatMap(({ children }) => children)].some(({ table }) => table === "parcels"),
        true,
      );
      await engine.explain(sql`UPDATE parcels SET weight = ${1}`);
      assert.equal(await engine.query(Parcel).count(), count);
      assert.equal(await engine.query(Parcel).filter({ weight: 1 }).count(), 1);
      await assert.rejects(async () => engine.explain("  ; "), /was given an empty text/);
    });

    test("an update and a delete of a query are planned, and not run; they need no consent, and change nothing that is cached", async () => {
      const heavy = engine.query(Parcel).filter({ weight__gt: 1990 });
      const before = engine.statementCount;
      const update = await heavy.explain({ format: "json", update: (row) => ({ weight: row.weight.plus(1) }) });
      assert.match(update.sql, /^UPDATE "parcels" SET "weight" = "weight" \+ /);
      assert.deepEqual(found(update), [["missingIndex", index('"weight"')]]);
      const all = await engine.query(Parcel).explain({ format: "json", delete: true });
      assert.equal(all.sql, 'DELETE FROM "parcels"');
      assert.match(await heavy.explain({ update: { weight: 0 } }), isPostgres ? /^Update on parcels/ : /^SCAN parcels/);
      assert.match(await heavy.explain({ delete: true }), isPostgres ? /^Delete on parcels/ : /^SCAN parcels/);
      assert.equal(engine.statementCount - before, 4);
      assert.equal(await engine.query(Parcel).filter({ weight__gte: 1990 }).count(), 10);
      const changes: unknown[] = [];
      const stop = engine.intercept((statement, next) => {
        changes.push(statement.mayWrite, statement.writes);
        return next();
      });
      await engine.transaction((session) => session.query(Parcel).filter({ id: 1 }).explain({ delete: true }), { readOnly: true });
      stop();
      assert.deepEqual(changes, [false, []]);
      await assert.rejects(heavy.explain({ delete: true, analyze: true }), { code: "E1001", message: /does not run writes/ });
      await assert.rejects(heavy.explain({ delete: true, update: { weight: 1 } }), /takes update or delete, not both/);
      // @ts-expect-error A value of another kind is refused as update() refuses it.
      await assert.rejects(heavy.explain({ update: { weight: "heavy" } }), { name: "ValidationError" });
    });

    test("analyze measures on PostgreSQL, rolls writes back, and refuses them with readOnly; SQLite says that it cannot", async () => {
      if (!isPostgres) {
        await assert.rejects(engine.explain("SELECT 1", [], { analyze: true }), /SQLite explains how it would run a query/);
        return;
      }
      const plan = await engine.explain("DELETE FROM parcels WHERE weight < $1", [1000], { analyze: true });
      const [scan] = plan.nodes[0]!.children;
      assert.deepEqual([scan!.actual!.rows, scan!.actual!.removed, scan!.actual!.loops], [1000, 1000, 1]);
      assert.equal(plan.executionMs! > 0 && plan.planningMs! > 0 && scan!.buffers!.hit > 0, true);
      assert.equal(await engine.query(Parcel).count(), 2000);
      await assert.rejects(engine.explain("DELETE FROM parcels", [], { analyze: true, readOnly: true }), /read-only/);
      const few = await engine.query(Parcel).filter({ weight: 5 }).explain({ format: "json", analyze: true });
      assert.deepEqual(found(few), [["missingIndex", index('"weight"')]]);
      const most = await engine.query(Parcel).filter({ weight__gt: 500 }).explain({ format: "json", analyze: true });
      assert.deepEqual(found(most), [["largeScan", null]]);
    });

    test("sorts on disk and estimates far off are told, on PostgreSQL; sorts without an index on SQLite", async () => {
      if (!isPostgres) {
        const plan = await engine.query(Parcel).orderBy("code").explain({ format: "json" });
        assert.deepEqual(found(plan), [["sort", null]]);
        return;
      }
      await engine.transaction(async (session) => {
        await session.execute(sql`SET LOCAL work_mem = '64kB'`);
        const plan = await session.query(Parcel).orderBy("code").explain({ format: "json", analyze: true });
        assert.deepEqual(
          plan.hints.map(({ kind }) => kind),
          ["spill"],
        );
      });
      // Of an expression the planner knows nothing.
      const off = await engine.explain("SELECT id FROM parcels WHERE weight % 2 = 0", [], { analyze: true });
      assert.deepEqual(
        off.hints.map(({ kind, sql: add }) => [kind, add]),
        [["wrongEstimate", 'ANALYZE "public"."parcels"']],
      );
    });
  });
};
