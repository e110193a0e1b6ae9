import assert from "node:assert/strict";
import { test } from "node:test";
import { isPetrelError } from "../../src/base/errors.ts";
import type { AggregateName } from "../../src/ast/operator.ts";
import type { ExpressionNode } from "../../src/ast/expression.ts";
import { rootSource } from "../../src/ast/source.ts";
import type { Source } from "../../src/ast/source.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import type { ColumnType } from "../../src/types/column-type.ts";
import { openMemory, planOn, runOn } from "../support/run-sqlite.ts";
import { c, col, columnRef, compare, item, order, param, selectFrom } from "../support/statements.ts";

const things = { name: "things", schema: null, softDelete: null };

const column = (database: ReturnType<typeof openMemory>, statement: ReturnType<typeof selectFrom>): unknown[] =>
  runOn(database, statement).map(([value]) => value);

const storages = { INTEGER: "INTEGER", REAL: "REAL", TEXT: "TEXT", BLOB: "BLOB" } as const;
const lists: readonly (readonly [ColumnType, keyof typeof storages, unknown, unknown])[] = [
  [{ kind: "int" }, "INTEGER", 3, 4],
  [{ kind: "bigint" }, "INTEGER", 9223372036854775807n, 9223372036854775806n],
  [{ kind: "float" }, "REAL", 0.1, 1],
  [{ kind: "decimal", precision: 30, scale: 2 }, "TEXT", "1234567890123456789012345.67", "1.00"],
  [{ kind: "text" }, "TEXT", 'it\'s "é"', "x"],
  [{ kind: "bool" }, "INTEGER", true, false],
  [{ kind: "uuid" }, "TEXT", "0f8fad5b-d9cb-469f-a165-70867728950e", "00000000-d9cb-469f-a165-70867728950e"],
  [{ kind: "timestamp" }, "TEXT", new Date("2026-03-01T08:30:00.250Z"), new Date("2026-03-01T08:30:00Z")],
  [{ kind: "date" }, "TEXT", "2026-03-01", "2026-03-02"],
  [{ kind: "bytes" }, "BLOB", Uint8Array.of(0, 255, 10), Uint8Array.of(1)],
  [{ kind: "json" }, "TEXT", { b: 1, a: [2] }, { b: 2 }],
];

for (const [type, storage, held, missing] of lists) {
  test(`a list of ${type.kind} finds exactly its own values`, () => {
    const database = openMemory(`CREATE TABLE things (value ${storage}) STRICT`);
    const value = columnRef("value", type);
    const insert = {
      statement: "insert",
      table: things,
      columns: [value],
      rows: [[param(type, held)]],
      conflict: null,
      returning: [],
    } as const;
    runOn(database, insert);
    const source = rootSource(things);
    const found = (values: unknown[], negated: boolean): number =>
      column(
        database,
        selectFrom(source, [{ node: "literal", value: 1 }], {
          where: { node: "in", operand: col(source, value), list: param(type, values, "list"), negated },
        }),
      ).length;
    assert.deepEqual([found([missing, held], false), found([missing], false), found([], false)], [1, 0, 0]);
    assert.deepEqual([found([missing, held], true), found([missing], true), found([], true)], [0, 1, 1]);
  });
}

test("a list searches the primary key", () => {
  const database = openMemory("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT) STRICT");
  const source = rootSource(things);
  const statement = selectFrom(source, [col(source, c.name)], {
    where: { node: "in", operand: col(source, c.id), list: param("int", [1, 2], "list"), negated: false },
  });
  assert.match(planOn(database, statement), /SEARCH things USING INTEGER PRIMARY KEY \(rowid=\?\)/);
});

test("array tests ask for all or any of the elements, and know NULL", () => {
  const type: ColumnType = { kind: "array", element: { kind: "bigint" } };
  const database = openMemory("CREATE TABLE things (value TEXT) STRICT");
  const value = columnRef("value", type, true);
  const source = rootSource(things);
  const ask = (held: bigint[] | null, kind: "contains" | "overlaps", wanted: bigint[]): unknown => {
    database.exec("DELETE FROM things");
    runOn(database, { statement: "insert", table: things, columns: [value], rows: [[param(type, held)]], conflict: null, returning: [] });
    return column(
      database,
      selectFrom(source, [{ node: "arrayTest", test: kind, operand: col(source, value), value: param(type, wanted) }]),
    )[0];
  };
  const big = 9007199254740993n;
  assert.deepEqual([ask([1n, big], "contains", [big]), ask([1n, big], "contains", [big - 1n, 1n]), ask([1n], "contains", [])], [1, 0, 1]);
  assert.deepEqual([ask([1n, big], "overlaps", [big, 5n]), ask([1n], "overlaps", [2n]), ask([1n], "overlaps", [])], [1, 0, 0]);
  assert.deepEqual([ask(null, "contains", []), ask(null, "overlaps", [1n])], [null, null]);
});

const price: ColumnType = { kind: "decimal", precision: 15, scale: 2 };
const priceColumn = columnRef("price", price, true);
const priced = (prices: readonly (string | null)[]): ReturnType<typeof openMemory> => {
  const database = openMemory("CREATE TABLE things (price TEXT) STRICT");
  const rows = prices.map((value) => [param(price, value)]);
  if (rows.length > 0) runOn(database, { statement: "insert", table: things, columns: [priceColumn], rows, conflict: null, returning: [] });
  return database;
};
const prices = (source: Source): ExpressionNode => col(source, priceColumn);
const aggregate =
  (name: AggregateName, type = price) =>
  (source: Source) =>
    item({ node: "aggregate", name, argument: prices(source), distinct: false, filter: null, type }, type);

test("decimals sort and compare as numbers", () => {
  const database = priced(["10", "9.5", "-3", null, "100.25"]);
  const source = rootSource(things);
  const ascending = selectFrom(source, [prices(source)], { orderBy: [order(prices(source))] });
  assert.deepEqual(column(database, ascending), ["-3.00", "9.50", "10.00", "100.25", null]);
  const above = selectFrom(source, [prices(source)], {
    where: compare(prices(source), ">", param(price, "9.50")),
    orderBy: [order(prices(source))],
  });
  assert.deepEqual(column(database, above), ["10.00", "100.25"]);
  const equal = selectFrom(source, [prices(source)], { where: compare(prices(source), "=", param(price, "9.5")) });
  assert.deepEqual(column(database, equal), ["9.50"]);
});

test("sums of decimals are exact to the last digit", () => {
  const sum = (values: readonly (string | null)[]): unknown => {
    const source = rootSource(things);
    return column(priced(values), selectFrom(source, [aggregate("sum")(source)]))[0];
  };
  assert.equal(sum(Array.from({ length: 1000 }, () => "0.10")), "100.00");
  assert.equal(sum(["9999999999999.99", "9999999999999.99", "0.03"]), "20000000000000.01");
  assert.equal(sum(["-0.50", "0.25"]), "-0.25");
  assert.equal(sum(["0.05", null]), "0.05");
  assert.equal(sum([]), null);
});

test("least, greatest and mean of decimals", () => {
  const source = rootSource(things);
  const statement = selectFrom(source, [aggregate("min")(source), aggregate("max")(source), aggregate("avg", { kind: "float" })(source)]);
  assert.deepEqual(runOn(priced(["10", "9.5", "-3"]), statement), [["-3.00", "10.00", 5.5]]);
  assert.deepEqual(runOn(priced([]), statement), [[null, null, null]]);
});

test("arithmetic on a decimal keeps its scale when it is stored", () => {
  const database = priced(["0.10", "-0.01"]);
  const source = rootSource(things);
  const tripled: ExpressionNode = {
    node: "arithmetic",
    operator: "*",
    left: prices(source),
    right: param({ kind: "decimal", precision: 3, scale: 1 }, "0.3"),
    type: price,
  };
  const update = { statement: "update", source, set: [[priceColumn, tripled]], where: null, deleted: "exclude", returning: [] } as const;
  runOn(database, update);
  assert.deepEqual(column(database, selectFrom(source, [prices(source)])), ["0.03", "0.00"]);
});

test("a decimal of more than 15 digits is refused where a number is needed, naming the column", () => {
  const source = rootSource(things);
  const wide = columnRef("balance", { kind: "decimal", precision: 30, scale: 2 });
  const statement = selectFrom(source, [col(source, wide)], { orderBy: [order(col(source, wide))] });
  assert.throws(
    () => sqlite.compile(statement),
    (error) => isPetrelError(error) && /'balance' has more than 15 digits/.test(error.message),
  );
});

test("whole numbers divide towards zero, floats do not", () => {
  const database = openMemory("CREATE TABLE things (n INTEGER); INSERT INTO things VALUES (-7)");
  const source = rootSource(things);
  const n = col(source, columnRef("n"));
  const divided = (type: "int" | "float"): unknown =>
    column(database, selectFrom(source, [{ node: "arithmetic", operator: "/", left: n, right: param(type, 2), type: { kind: type } }]))[0];
  assert.deepEqual([divided("int"), divided("float")], [-3, -3.5]);
});

test("parts of a date, in UTC, and the current time in the form of a stored one", () => {
  const database = openMemory("CREATE TABLE things (at TEXT); INSERT INTO things VALUES ('2026-03-01 23:30:00.250')");
  const source = rootSource(things);
  const at = col(source, columnRef("at", "timestamp"));
  const parts = (["year", "month", "day", "weekDay", "hour"] as const).map((part): ExpressionNode => ({
    node: "datePart",
    part,
    operand: at,
  }));
  assert.deepEqual(runOn(database, selectFrom(source, [...parts, { node: "dateOf", operand: at }])), [[2026, 3, 1, 1, 23, "2026-03-01"]]);
  const [now] = column(database, selectFrom(source, [{ node: "now" }]));
  assert.match(String(now), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})?$/);
});
