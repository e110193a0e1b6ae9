import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { comparedColumns, whereOf } from "../../../src/engine/explain/compared-columns.ts";
import { explainHints } from "../../../src/engine/explain/plan-hints.ts";
import { postgresPlan } from "../../../src/engine/explain/postgres-plan.ts";
import { sqlitePlan } from "../../../src/engine/explain/sqlite-plan.ts";

const scan = { "Node Type": "Seq Scan", "Relation Name": "posts", Schema: "public", Alias: "p", "Plan Rows": 10, "Total Cost": 5000 };
const analyzed = { ...scan, "Actual Rows": 10, "Actual Loops": 1, "Rows Removed by Filter": 90_000 };
const kinds = (plan: object): string[] => explainHints(postgresPlan("SELECT 1", [{ Plan: plan }])).map(({ kind }) => kind);

describe("hints of plans", () => {
  test("a filter's columns make an index, by what PostgreSQL writes", () => {
    const of = (filter: string) => comparedColumns(filter, "p");
    assert.deepEqual(of("((p.views = 5) AND ((p.title)::text = 'a = b OR c'::text))"), { equal: ["views", "title"], range: [] });
    assert.deepEqual(of('((p."Odd ""name" > 5) AND (q.views = 1))'), { equal: [], range: ['Odd "name'] });
    assert.deepEqual(of("(p.views = ANY ('{1,2}'::integer[]))"), { equal: ["views"], range: [] });
    assert.deepEqual(of("((p.views = 5) OR (p.id = 1))"), { equal: [], range: [] });
    assert.deepEqual(of("(lower(p.title) = 'a'::text)"), { equal: [], range: [] });
    assert.deepEqual(of("((p.views % 2) = 0)"), { equal: [], range: [] });
  });

  test("a statement's condition is read only where there is one", () => {
    assert.equal(whereOf('SELECT 1 FROM "a" WHERE "b" = ? ORDER BY "c"').trim(), '"b" = ?');
    assert.equal(whereOf('SELECT 1 FROM "a" WHERE "b" IN (SELECT 1 FROM "c" WHERE "d" = ?)'), "");
    assert.equal(whereOf("SELECT 1"), "");
  });

  test("a scan speaks from ten thousand rows on, and of an index where few are kept", () => {
    assert.deepEqual(kinds({ ...analyzed, Filter: "(p.views = 5)" }), ["missingIndex"]);
    assert.deepEqual(kinds({ ...analyzed, Filter: "(p.views = 5)", "Actual Rows": 60_000, "Plan Rows": 60_000 }), ["largeScan"]);
    assert.deepEqual(kinds({ ...analyzed, Filter: "(p.views = 5)", "Rows Removed by Filter": 5000 }), []);
    assert.deepEqual(kinds({ ...scan, Filter: "(p.views = 5)" }), ["missingIndex"]);
    assert.deepEqual(kinds({ ...scan, "Total Cost": 100, Filter: "(p.views = 5)" }), []);
  });

  test("an estimate below a LIMIT is not judged: its step was stopped", () => {
    const index = { ...analyzed, "Node Type": "Index Scan", "Actual Rows": 5000, "Rows Removed by Filter": 0 };
    assert.deepEqual(kinds(index), ["wrongEstimate"]);
    assert.deepEqual(kinds({ "Node Type": "Limit", Plans: [index] }), []);
    assert.deepEqual(kinds({ ...index, "Actual Loops": 0 }), []);
  });

  test("sorts and hashes on disk are told", () => {
    assert.deepEqual(kinds({ "Node Type": "Sort", "Sort Space Type": "Disk", "Sort Space Used": 2048 }), ["spill"]);
    assert.deepEqual(kinds({ "Node Type": "Sort", "Sort Space Type": "Memory", "Sort Space Used": 2048 }), []);
    assert.deepEqual(kinds({ "Node Type": "Hash", "Hash Batches": 4 }), ["spill"]);
    assert.deepEqual(kinds({ "Node Type": "Aggregate", "Disk Usage": 100 }), ["spill"]);
  });

  test("SQLite's automatic indexes are named by table and columns, behind the statement's alias", () => {
    const sql = 'SELECT * FROM "posts" JOIN "users" AS "author" ON "author"."name" = "posts"."title"';
    const plan = sqlitePlan(sql, [
      [1, 0, 0, "SCAN posts"],
      [2, 0, 0, "SEARCH author USING AUTOMATIC COVERING INDEX (name=?)"],
    ]);
    assert.deepEqual(
      explainHints(plan).map(({ table, sql: add }) => [table, add]),
      [["users", 'CREATE INDEX "users_name_index" ON "users" ("name")']],
    );
  });

  test("thresholds are checked", () => {
    const plan = postgresPlan("SELECT 1", [{ Plan: scan }]);
    assert.throws(() => explainHints(plan, { scanrows: 1 } as object), /Did you mean 'scanRows'/);
    assert.throws(() => explainHints(plan, { scanRows: Number.NaN }), { code: "E1001" });
    assert.deepEqual(explainHints(plan, { scanRows: 1e9 }), []);
  });
});
