/** Reading arrays from objects, as on Node 22.13 to 22.15, compared with what this Node reads; and statements that follow their schema, as on Node 22. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { test } from "node:test";
import { QueryError } from "../../src/base/errors.ts";
import type { BindingStatement, StoredValue } from "../../src/driver/sqlite/binding.ts";
import { FreshStatement, SchemaVersion } from "../../src/driver/sqlite/fresh-statement.ts";
import type { ArrayStatement } from "../../src/driver/sqlite/object-rows.ts";
import { withArrayRows } from "../../src/driver/sqlite/object-rows.ts";

const knowsArrays = "setReturnArrays" in Object.getPrototypeOf(new DatabaseSync(":memory:").prepare("SELECT 1"));
const skip = knowsArrays ? false : "this Node has nothing to compare with";

const filled = (): DatabaseSync => {
  const database = new DatabaseSync(":memory:");
  database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, "1" REAL, "b""c" BLOB, a2 DECIMAL);
    INSERT INTO t VALUES (1, 'x', 1.0, x'00ff', 12), (2, NULL, 2.5, NULL, '1.50'), (3, 'y', NULL, zeroblob(2), 2);
    CREATE VIEW v AS SELECT id, a AS "a:2", "1" FROM t`);
  return database;
};

const arrays = (database: DatabaseSync, sql: string): ArrayStatement => {
  const statement: StatementSync = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement as unknown as ArrayStatement;
};

const fromObjects = (database: DatabaseSync, sql: string): ArrayStatement =>
  withArrayRows(database, database.prepare(sql), sql, /^\s*(?:insert|update|delete|replace|with)/i.test(sql));

const names = (statement: ArrayStatement): string[] => statement.columns().map((column) => column.name);

const queries: [string, StoredValue[]][] = [
  ["SELECT * FROM t ORDER BY id DESC", []],
  ["SELECT id, a, id, a, id FROM t ORDER BY a, id", []],
  ['SELECT 3, 1 AS "7", 2 AS "0", t."1" FROM t', []],
  ["SELECT t.*, u.* FROM t JOIN t u ON u.id > t.id ORDER BY u.id, t.id LIMIT 2 OFFSET 1", []],
  ["SELECT count(*), count(*), max(id) FROM t", []],
  ["SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 0 ORDER BY 1", []],
  ["SELECT id FROM t UNION ALL SELECT a2 FROM t ORDER BY 1 DESC LIMIT 3", []],
  ["WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, i * 2, i FROM n", [5n]],
  ["VALUES (1, 'a'), (2, 'b')", []],
  ["SELECT ? AS x, ? AS x -- a comment", [1n, 2.5]],
  ["/* first */ SELECT 'it''s -- no comment', \"b\"\"c\" FROM t; ", []],
  ["SELECT * FROM v ORDER BY id", []],
  ['SELECT typeof(a2), typeof("1"), a2, "1" FROM t ORDER BY id', []],
  ["SELECT id FROM t WHERE 0", []],
  ["SELECT id, id, a FROM t WHERE id = ?", [99n]],
  ["PRAGMA table_info(t)", []],
  ["PRAGMA foreign_keys", []],
  ["PRAGMA database_list", []],
  ["PRAGMA integrity_check", []],
  ["PRAGMA wal_checkpoint", []],
  ["EXPLAIN QUERY PLAN SELECT * FROM t WHERE id = 1", []],
  ["INSERT INTO t (id, a) VALUES (?, ?) RETURNING id, a, upper(a) AS big", [10n, "z"]],
  ["UPDATE t SET a = 'q' WHERE id < 3 RETURNING *", []],
  ["WITH gone AS (SELECT 1 AS id) DELETE FROM t WHERE id IN (SELECT id FROM gone) RETURNING id, a", []],
  ["UPDATE t SET a = 'q' WHERE 0", []],
  ["CREATE TABLE u (a)", []],
];

for (const [sql, values] of queries) {
  test(`rows from objects are the rows of ${sql}`, { skip }, () => {
    // RETURNING * has a column "1" there.
    const statementsOf = (read: typeof arrays): [unknown[][], string[], number] => {
      const database = filled();
      if (sql.includes("RETURNING *")) database.exec('DROP VIEW v; ALTER TABLE t DROP COLUMN "1"');
      const statement = read(database, sql);
      const rows = statement.all(...values);
      return [rows, names(statement), statement.columns().length];
    };
    assert.deepEqual(statementsOf(fromObjects), statementsOf(arrays));
    if (/returning|^update|^create/i.test(sql)) return;
    const database = filled();
    const one = fromObjects(database, sql).iterate(...values);
    const rows: unknown[][] = [];
    for (let step = one.next(); step.done !== true; step = one.next()) rows.push(step.value);
    assert.deepEqual(rows, arrays(database, sql).all(...values));
  });
}

test("a statement without rows has no columns, one with rows has them before it has run", { skip }, () => {
  const database = filled();
  assert.deepEqual(names(fromObjects(database, "DELETE FROM t")), []);
  assert.deepEqual(names(fromObjects(database, 'SELECT id, id, a AS "x y" FROM t')), ["id", "id", "x y"]);
  assert.equal(names(fromObjects(database, "DELETE FROM t RETURNING id, a")).length, 2);
  assert.equal(database.prepare("SELECT count(*) AS n FROM t").get()!["n"], 3);
});

test("RETURNING with names that would lose their place is refused, and has changed nothing", { skip }, () => {
  const database = filled();
  for (const returned of ["id, id", "id, 1", "*"]) {
    const sql = `UPDATE t SET a = 'changed' RETURNING ${returned}`;
    assert.throws(() => fromObjects(database, sql).all(), QueryError);
    database.exec("BEGIN");
    assert.throws(() => fromObjects(database, sql).all(), QueryError);
    assert.ok(database.isTransaction);
    database.exec("COMMIT");
  }
  assert.equal(database.prepare("SELECT count(*) AS n FROM t WHERE a = 'changed'").get()!["n"], 0);
  assert.ok(!database.isTransaction);
});

test("the first RETURNING of a statement commits by itself, also when its rows cannot be read or a constraint rolls back", { skip }, () => {
  const database = filled();
  const sql = "INSERT INTO t (id) VALUES (?) RETURNING id";
  assert.throws(() => fromObjects(database, sql).all(2n ** 60n), { code: "ERR_OUT_OF_RANGE" });
  assert.throws(() => fromObjects(database, "INSERT OR ROLLBACK INTO t (id) VALUES (1) RETURNING id").all(), /UNIQUE/);
  assert.ok(!database.isTransaction);
  database.exec(`PRAGMA foreign_keys = ON;
    CREATE TABLE child (t INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)`);
  assert.throws(() => fromObjects(database, "INSERT INTO child VALUES (77) RETURNING t").all(), /FOREIGN KEY/);
  assert.ok(!database.isTransaction);
  assert.equal(database.prepare("SELECT count(*) AS n FROM child").get()!["n"], 0);
  assert.equal(database.prepare("SELECT count(*) AS n FROM t").get()!["n"], 4);
});

test("a reading that ends early lets others write", { skip }, () => {
  const database = filled();
  const rows = fromObjects(database, "SELECT * FROM t").iterate();
  rows.next();
  assert.deepEqual(rows.return?.(), { done: true, value: undefined });
  database.exec("DROP TABLE t");
});

test("a statement is prepared again when its schema has changed, and only then", () => {
  const database = filled();
  let prepared = 0;
  const fake = (): BindingStatement => {
    prepared++;
    const text = database.prepare("SELECT * FROM t");
    return {
      hasRows: true,
      columns: () => [],
      first: () => undefined,
      all: () => text.all() as never,
      run: () => 0,
      insert: () => null,
      iterate: () => [][Symbol.iterator](),
    };
  };
  const statement = new FreshStatement(fake, new SchemaVersion(database));
  const columns = (): number => Object.keys(statement.all([], false)[0]!).length;
  assert.deepEqual([columns(), columns(), prepared], [5, 5, 1]);
  database.exec("UPDATE t SET a = 'z'");
  assert.deepEqual([columns(), prepared], [5, 1]);
  database.exec("ALTER TABLE t ADD COLUMN more");
  assert.deepEqual([columns(), columns(), prepared], [6, 6, 2]);
  database.exec("CREATE TEMP TABLE t (only)");
  statement.run([]);
  assert.equal(prepared, 3);
});
