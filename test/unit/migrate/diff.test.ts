/** Plans without a database: what is the same, what is not, and the order of steps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MigrationError } from "../../../src/base/errors.ts";
import { diff } from "../../../src/migrate/diff/diff.ts";
import { inForeignKeyOrder } from "../../../src/migrate/diff/order.ts";
import { render } from "../../../src/migrate/render.ts";
import { inOrder } from "../../../src/migrate/diff/renames.ts";
import { irreversible, reverse } from "../../../src/migrate/diff/reverse.ts";
import { inTransactions } from "../../../src/migrate/run.ts";
import type { ColumnSnapshot, ConstraintSnapshot, Snapshot, TableSnapshot } from "../../../src/schema/snapshot.ts";

const column = (name: string, more: Partial<ColumnSnapshot> = {}): ColumnSnapshot => ({
  name,
  type: "integer",
  kind: "int",
  nullable: false,
  default: null,
  identity: null,
  generated: null,
  collation: null,
  comment: null,
  renamedFrom: null,
  ...more,
});
const table = (name: string, columns: readonly ColumnSnapshot[], more: Partial<TableSnapshot> = {}): TableSnapshot => ({
  schema: null,
  name,
  columns,
  constraints: [],
  indexes: [],
  triggers: [],
  options: [],
  comment: null,
  renamedFrom: null,
  ...more,
});
const structure = (tables: readonly TableSnapshot[], more: Partial<Snapshot> = {}): Snapshot => ({
  format: 1,
  dialect: "postgres",
  source: "database",
  schemas: [],
  enums: [],
  tables,
  views: [],
  ...more,
});
const key = (target: string): ConstraintSnapshot => ({
  kind: "foreign key",
  name: `to_${target}`,
  columns: ["id"],
  target: { schema: null, name: target },
  targetColumns: ["id"],
  onDelete: "no action",
  onUpdate: "no action",
  deferrable: null,
});
const texts = (from: Snapshot, to: Snapshot, answers = {}): string[] =>
  render(diff(from, to, answers).changes, to.dialect).map(({ sql }) => sql);
const check = (expression: string): TableSnapshot => table("t", [column("a")], { constraints: [{ kind: "check", name: "c", expression }] });

test("expressions that differ in blanks, comments and needless quotes are the same, and others are not", () => {
  for (const [a, b] of [
    ['"a" > 0', "a>0"],
    ["a  >  /* zero */ 0", "a > 0"],
  ] as const) {
    assert.deepEqual(texts(structure([check(a)]), structure([check(b)])), [], `${a} is ${b}`);
  }
  for (const [a, b] of [
    ["a > 0", "a >= 0"],
    ['"A" > 0', "a > 0"],
    ["a <> 'x  y'", "a <> 'x y'"],
    ["a <> '--'", "a <> ''"],
  ] as const) {
    assert.equal(texts(structure([check(a)]), structure([check(b)])).length, 2, `${a} is not ${b}`);
  }
});

test("on SQLite the case of names and outer parentheses mean nothing either, but strings do", () => {
  const lite = (expression: string): Snapshot => structure([check(expression)], { dialect: "sqlite" });
  assert.deepEqual(texts(lite("((A > 0))"), lite("[a] > 0")), []);
  assert.deepEqual(texts(lite("(a) + (b)"), lite("(a) + (b)")), []);
  assert.equal(diff(lite("a = 'X'"), lite("a = 'x'")).changes.length, 1);
  assert.equal(diff(lite("(a) + (b)"), lite("a) + (b")).changes.length, 1);
});

test("names of constraints are renamed on PostgreSQL, and mean nothing on SQLite", () => {
  const named = (name: string): TableSnapshot => table("t", [column("a")], { constraints: [{ kind: "check", name, expression: "a > 0" }] });
  assert.deepEqual(texts(structure([named("one")]), structure([named("two")])), [`ALTER TABLE "t" RENAME CONSTRAINT "one" TO "two"`]);
  assert.deepEqual(texts(structure([named("one")], { dialect: "sqlite" }), structure([named("two")], { dialect: "sqlite" })), []);
});

test("two names that change places go by a third", () => {
  const from = structure([table("a", [column("x")]), table("b", [column("x")])]);
  const renames = [
    { table: "a", to: "b" },
    { table: "b", to: "a" },
  ];
  assert.deepEqual(texts(from, from, { renames }), [
    `ALTER TABLE "a" RENAME TO "petrel_renamed_0"`,
    `ALTER TABLE "b" RENAME TO "a"`,
    `ALTER TABLE "petrel_renamed_0" RENAME TO "b"`,
  ]);
  assert.deepEqual(
    inOrder([
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ]),
    [
      { from: "b", to: "c" },
      { from: "a", to: "b" },
    ],
  );
});

test("a rename to a name that is taken is refused", () => {
  const from = structure([table("a", [column("x")]), table("b", [column("x")])]);
  const to = structure([table("b", [column("x")])]);
  assert.throws(
    () => diff(from, to, { renames: [{ table: "a", to: "b" }] }),
    (error) => {
      assert.ok(error instanceof MigrationError && error.code === "E1701");
      assert.match(error.message, /^The table 'a' cannot be renamed to 'b': there is one of that name\./);
      return true;
    },
  );
});

test("renamedFrom is done once, and means nothing afterwards", () => {
  const before = structure([table("old", [column("a")])]);
  const after = structure([table("new", [column("b", { renamedFrom: "a" })], { renamedFrom: "old" })]);
  assert.deepEqual(texts(before, after), [`ALTER TABLE "old" RENAME TO "new"`, `ALTER TABLE "new" RENAME COLUMN "a" TO "b"`]);
  assert.deepEqual(texts(after, after), []);
  assert.deepEqual(texts(structure([]), after), [`CREATE TABLE "new" (\n  "b" integer NOT NULL\n)`]);
});

test("a renamed column is renamed in expressions, and a keyword, a type or a function of that name is not", () => {
  const named = (date: string, from: string, expression: string): Snapshot =>
    structure([table("t", [column(date), column(from)], { constraints: [{ kind: "check", name: "c", expression }] })]);
  const before = named(
    "date",
    "from",
    `date IS DISTINCT FROM '2026-01-01'::date AND date (now()) > date AND "from" > 0 AND 'from date' <> ''`,
  );
  const after = named(
    "day",
    "start",
    `day IS DISTINCT FROM '2026-01-01'::date AND date (now()) > "day" AND start > 0 AND 'from date' <> ''`,
  );
  const renames = [
    { table: "t", column: "date", to: "day" },
    { table: "t", column: "from", to: "start" },
  ];
  assert.deepEqual(texts(before, after, { renames }), [
    `ALTER TABLE "t" RENAME COLUMN "date" TO "day"`,
    `ALTER TABLE "t" RENAME COLUMN "from" TO "start"`,
  ]);
});

test("a plan and its reversal name what is lost", () => {
  const plan = diff(structure([table("t", [column("a"), column("b")]), table("u", [column("a")])]), structure([table("t", [column("a")])]));
  assert.deepEqual(
    irreversible(plan).map(({ loses }) => loses),
    ["drops the table u", "drops the column t.b"],
  );
  assert.deepEqual(irreversible(reverse(plan)), []);
  assert.deepEqual(
    reverse(plan).changes.map(({ change }) => change),
    ["createTable", "addColumn"],
  );
  assert.deepEqual(
    reverse(reverse(plan)).changes.map(({ change }) => change),
    ["dropTable", "dropColumn"],
  );
});

test("tables stand behind those they refer to, a ring gets its last key afterwards, and a long chain is no deep recursion", () => {
  const a = table("a", [column("id")], { constraints: [key("b")] });
  const b = table("b", [column("id")], { constraints: [key("a"), key("b")] });
  const { tables, late } = inForeignKeyOrder([a, b]);
  assert.deepEqual([tables.map(({ name }) => name), late.size], [["b", "a"], 1]);
  const chain = Array.from({ length: 20_000 }, (_, place) => table(`t${place}`, [column("id")], { constraints: [key(`t${place + 1}`)] }));
  assert.deepEqual(
    inForeignKeyOrder(chain)
      .tables.slice(0, 2)
      .map(({ name }) => name),
    ["t19999", "t19998"],
  );
});

test("what models have no words for stays, and what a database no longer has goes", () => {
  const mood = { schema: null, name: "mood", values: ["a"], comment: null };
  const view = { schema: null, name: "v", definition: "SELECT 1", materialized: false, reads: [], comment: null };
  const from = structure([table("t", [column("a")])], { enums: [mood], views: [view], schemas: ["other"] });
  const bare = structure(from.tables);
  assert.deepEqual(texts(from, { ...bare, source: "models" }), []);
  assert.deepEqual(texts(from, bare), [`DROP VIEW "v"`, `DROP TYPE "mood"`, `DROP SCHEMA "other"`]);
  assert.deepEqual(diff(from, { ...bare, source: "models" }).to.views, [view]);
});

test("structures of different databases are not compared", () => {
  assert.throws(() => diff(structure([]), structure([], { dialect: "sqlite" })), { code: "E1702" });
});

test("statements that have to be committed alone are", () => {
  const from = structure([table("t", [column("a")])], { enums: [{ schema: null, name: "mood", values: ["a"], comment: null }] });
  const to = structure([table("t", [column("a"), column("b", { nullable: true })])], {
    enums: [{ schema: null, name: "mood", values: ["a", "b", "c"], comment: null }],
  });
  const runs = inTransactions(render(diff(from, to).changes, "postgres"));
  assert.deepEqual(
    runs.map((run) => run.map(({ sql }) => sql.split(" ").slice(0, 2).join(" "))),
    [["ALTER TYPE"], ["ALTER TYPE"], ["ALTER TABLE"]],
  );
});
