/** What no SQLite can be made to do at will: a refusal in the middle of many rows, and keys that do not follow each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DatabaseBusy } from "../../../../src/base/errors.ts";
import type { BindingDatabase, BindingStatement } from "../../../../src/driver/sqlite/binding.ts";
import { SqliteConnection } from "../../../../src/driver/sqlite/connection.ts";
import { Repetition } from "../../../../src/driver/sqlite/repeated-insert.ts";

const text = 'INSERT INTO "t" ("n") VALUES (?)';
const command = (count: number) => ({
  text,
  values: Array.from({ length: count }, (_, index) => index),
  bigints: false,
  returnsKey: true,
});

/** A database that calls `before` with the number of rows that are there, before it inserts more. */
const fake = (before: (rows: number) => number): { readonly database: BindingDatabase; readonly rows: unknown[] } => {
  const rows: unknown[] = [];
  const statement: BindingStatement = {
    hasRows: false,
    columns: () => [],
    all: () => [],
    first: () => undefined,
    run: () => 0,
    insert: (values) => {
      const gap = before(rows.length);
      rows.push(...values);
      return rows.length + gap;
    },
    iterate: () => [][Symbol.iterator](),
  };
  const answers = (given: unknown[][]): BindingStatement => ({ ...statement, hasRows: true, all: () => given });
  const prepare = (sql: string): BindingStatement => {
    if (sql.startsWith("PRAGMA")) return answers([[1]]);
    if (sql.includes("sqlite_temp_schema")) return answers([]);
    return sql.startsWith("SELECT") ? answers([["table", "CREATE TABLE t (id INTEGER PRIMARY KEY, n)"]]) : statement;
  };
  return { database: { prepare, exec: () => {}, define: () => {}, inTransaction: true, close: () => {} }, rows };
};

const repeats = { width: 1, table: "t", oneMore: ", (?)" };

test("rows go on where a refusal as busy has stopped them, and none comes twice", () => {
  const refusals = new Set([0, 3, 36, 68]);
  const { database, rows } = fake((count) => {
    const refusal = [...refusals].find((place) => count >= place);
    if (refusal === undefined) return 0;
    refusals.delete(refusal);
    throw Object.assign(new Error("database is locked"), { errcode: 5 });
  });
  const connection = new SqliteConnection(database, ":fake:", 10);
  const repetition = new Repetition(connection, command(100), repeats);
  let answer: ReturnType<Repetition["run"]> | null = null;
  let tries = 0;
  while (answer === null) {
    tries++;
    try {
      answer = repetition.run();
    } catch (error) {
      assert.ok(error instanceof DatabaseBusy);
    }
  }
  assert.equal(tries, 5);
  assert.deepEqual(rows.map(Number), command(100).values);
  assert.deepEqual(
    answer.rows,
    command(100).values.map((value) => [value + 1]),
  );
  assert.equal(answer.count, 100);
});

test("keys that do not follow each other are an error, not other rows' keys", () => {
  const { database } = fake((count) => (count > 10 ? 1 : 0));
  const connection = new SqliteConnection(database, ":fake:", 10);
  assert.throws(() => new Repetition(connection, command(100), repeats).run(), /Bug: .*keys that follow each other/);
});
