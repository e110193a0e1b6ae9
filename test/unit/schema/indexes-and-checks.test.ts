/** What a model may say about indexes, checks, comments and former names, and what it is told when it says it wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../../../src/base/errors.ts";
import { sql } from "../../../src/ast/sql-tag.ts";
import { postgres } from "../../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../../src/dialect/sqlite/sqlite.ts";
import { date, int, text } from "../../../src/schema/columns/column-factories.ts";
import { Model } from "../../../src/schema/model.ts";
import { tableOf } from "../../../src/schema/registry.ts";

const shape = { id: int().primaryKey(), name: text(), day: date(), deletedOn: date().nullable() };

test("indexes are spelled on SQLite", () => {
  class Entry extends Model("entries", shape, {
    indexes: [
      ["name", "day"],
      { columns: ["day", "-name"] },
      { columns: ["name"], unique: true, where: sql`deleted_on IS NULL`, name: "live" },
      { columns: [sql`lower(name)`, "day"], name: "lower" },
    ],
  }) {}
  assert.deepEqual(sqlite.createTable(tableOf(Entry), { ifNotExists: false }).slice(1), [
    `CREATE INDEX "entries_name_day_idx" ON "entries" ("name", "day")`,
    `CREATE INDEX "entries_day_name_idx" ON "entries" ("day", "name" DESC)`,
    `CREATE UNIQUE INDEX "live" ON "entries" ("name") WHERE deleted_on IS NULL`,
    `CREATE INDEX "lower" ON "entries" ((lower(name)), "day")`,
  ]);
});

test("an index on PostgreSQL may include columns and use another method", () => {
  class Entry extends Model("entries", shape, {
    indexes: [
      { columns: ["day"], include: ["name"], using: "brin", name: "by day" },
      { columns: ["-day", sql`name || ${"it's"}`], name: "mixed" },
    ],
  }) {}
  assert.deepEqual(postgres.createTable(tableOf(Entry), { ifNotExists: true }).slice(1), [
    `CREATE INDEX IF NOT EXISTS "by day" ON "entries" USING "brin" ("day") INCLUDE ("name")`,
    `CREATE INDEX IF NOT EXISTS "mixed" ON "entries" ("day" DESC, (name || 'it''s'))`,
  ]);
});

test("checks of columns and of the table have names of their own", () => {
  class Entry extends Model(
    "entries",
    { ...shape, size: int({ min: 0 }).check(sql`size <> 13`) },
    { checks: { inOrder: sql`name < 'z'` } },
  ) {}
  const described = postgres.describeTable(tableOf(Entry));
  assert.deepEqual(
    described.constraints.filter((constraint) => constraint.kind === "check"),
    [
      { kind: "check", name: "entries_size_min_check", expression: '"size" >= 0' },
      { kind: "check", name: "entries_size_check", expression: "size <> 13" },
      { kind: "check", name: "entries_in_order_check", expression: "name < 'z'" },
    ],
  );
});

test("comments are PostgreSQL's, and former names are kept for migrations", () => {
  class Entry extends Model(
    "entries",
    { ...shape, title: text().renamedFrom("headline").comment("it's") },
    { comment: "all", renamedFrom: "items" },
  ) {}
  const told = [postgres, sqlite].map((dialect) => {
    const described = dialect.describeTable(tableOf(Entry));
    const title = described.columns.find((column) => column.name === "title")!;
    return [described.comment, described.renamedFrom, title.comment, title.renamedFrom];
  });
  assert.deepEqual(told, [
    ["all", "items", "it's", "headline"],
    [null, "items", null, "headline"],
  ]);
});

const refused = (options: unknown, message: RegExp, more: object = {}): void => {
  class Wrong extends Model("wrongs", { ...shape, ...more }, options as object) {}
  assert.throws(
    () => tableOf(Wrong),
    (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, message);
      return true;
    },
  );
};

test("what is wrong with an index is said with the model's name", () => {
  refused({ indexes: [{ columns: ["nmae"] }] }, /^Wrong names 'nmae' in its option 'indexes', .* Did you mean 'name'\?/);
  refused({ indexes: [{ columns: ["-dya"] }] }, /names 'dya' .* Did you mean 'day'\?/);
  refused({ indexes: [{ columns: [] }] }, /empty entry in its option 'indexes'/);
  refused({ indexes: ["name"] }, /has a string in its option 'indexes'/);
  refused({ indexes: [{ columns: ["name"], unqiue: true }] }, /unknown option 'unqiue'\. Did you mean 'unique'\?/);
  refused({ indexes: [{ columns: [sql`lower(name)`] }] }, /index on an expression without a name/);
  refused({ indexes: [{ columns: ["name"], where: "deleted_on IS NULL" }] }, /whose 'where' is no SQL/);
  refused({ indexes: [{ columns: ["name"], unique: 1 }] }, /whose 'unique' is neither true nor false/);
  refused({ indexes: [{ columns: ["name"], using: "gin; DROP TABLE x" }] }, /whose 'using' is not the name of an index method/);
  refused({ indexes: [{ columns: ["name"], include: "day" }] }, /whose 'include' is no array/);
  refused({ indexes: [{ columns: ["name"], name: "" }] }, /has an index whose name is empty/);
  refused({ indexes: [["name"], { columns: ["name"], unique: true }] }, /has two indexes called 'wrongs_name_idx'/);
});

test("what is wrong with checks, comments and former names is said with the model's name", () => {
  refused({ checks: { inOrder: "name < 'z'" } }, /has a check 'in_order' that is no SQL/);
  refused({ checks: [sql`name < 'z'`] }, /option 'checks' that is no object/);
  refused({ checks: { name: sql`1 = 1` } }, /two checks called 'wrongs_name_check'/, { name: text().check(sql`name <> ''`) });
  refused({ comment: "a\0b" }, /comment that is not a text without NUL/);
  refused({ renamedFrom: "" }, /was renamed from a name that is empty/);
  refused({}, /Wrong\.name has a check that is no SQL/, { name: text().check("name <> ''" as never) });
  refused({}, /Wrong\.name was renamed from a name that is empty/, { name: text().renamedFrom("") });
});

test("an expression index and a partial one are not what a row is found by", () => {
  class Entry extends Model("entries", shape, {
    indexes: [
      { columns: ["name", sql`lower(name)`, "day"], name: "a" },
      { columns: ["day"], where: sql`deleted_on IS NULL`, name: "b" },
    ],
  }) {}
  assert.deepEqual(
    tableOf(Entry).indexes.map((index) => index.columns.map((column) => column.name)),
    [["name"], []],
  );
});
