/** Two ways to a row's values: the code made for rows that come again and again, and column by column. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bigint, bool, float, int, json, Model, sql, text, timestamp } from "../../../src/entry/index.ts";
import { prepareRow, prepareRows } from "../../../src/session/writes/prepared-row.ts";
import { rowFormsOf } from "../../../src/session/writes/row-form.ts";
import { rootOf } from "../../../src/query/root.ts";

const shape = {
  id: int().primaryKey(),
  small: int({ min: 0, max: 10 }),
  whole: int(),
  big: bigint().nullable(),
  ratio: float(),
  name: text({ maxLength: 4 }),
  short: text({ minLength: 2 }).nullable(),
  isOn: bool().default(true),
  at: timestamp().nullable(),
  facts: json<unknown>().nullable(),
  made: text().default(sql`'now'`),
};
class Warm extends Model("warm", shape) {}
class Cold extends Model("cold", shape) {}

const fine = { small: 1, whole: 2, ratio: 0.5, name: "abcd" };
/** What is put over the row that fits. */
const others: readonly Record<string, unknown>[] = [
  {},
  { whole: -0 },
  { whole: 2_147_483_647 },
  { whole: 2_147_483_648 },
  { whole: 1.5 },
  { whole: Number.NaN },
  { whole: "1" },
  { whole: null },
  { whole: undefined },
  { small: 11 },
  { ratio: Number.NaN },
  { ratio: Number.POSITIVE_INFINITY },
  { ratio: 1n },
  { name: "abcde" },
  { name: "💡💡💡💡" },
  { name: "💡💡💡💡💡" },
  { name: "a\0" },
  { name: "\ud800" },
  { name: 7 },
  { short: "a" },
  { short: null },
  { short: "ab" },
  { isOn: false },
  { isOn: 1 },
  { isOn: null },
  { big: 1n },
  { big: 2n ** 63n },
  { big: 1 },
  { at: new Date(0) },
  { at: new Date(Number.NaN) },
  { facts: { a: [1] } },
  { made: "by hand" },
  { id: 7 },
  { id: "7" },
];

const warmUp = (): void => {
  for (let count = 0; count < 100; count++) prepareRow(Warm, fine, "insert()");
};

const outcome = (model: typeof Warm | typeof Cold, change: (instance: Record<string, unknown>) => void): unknown => {
  const instance = new model(fine) as unknown as Record<string, unknown>;
  change(instance);
  try {
    const { values, filled, form } = prepareRow(instance, undefined, "insert()");
    return { values, filled, given: form.given.map(({ property }) => property) };
  } catch (error) {
    return (error as { fields?: unknown }).fields ?? error;
  }
};

test("what the code takes, and what it leaves to the other way, is the same for every kind of value", () => {
  warmUp();
  for (const other of others) {
    const change = (instance: Record<string, unknown>): void => void Object.assign(instance, other);
    warmUp();
    const warm = outcome(Warm, change);
    rowFormsOf(rootOf(Cold)).of([]);
    assert.deepEqual(warm, outcome(Cold, change), Object.keys(other).join());
  }
});

test("a property that an object only inherits is no value of its row", () => {
  warmUp();
  const inherited = (instance: Record<string, unknown>): void => {
    delete instance["whole"];
    Object.setPrototypeOf(instance, Object.create(Object.getPrototypeOf(instance), { whole: { value: 5 } }));
  };
  assert.deepEqual(outcome(Warm, inherited), { whole: "has no value and no default" });
});

test("rows of one form share it, and one that gives other columns has another", () => {
  const rows = prepareRows(
    Warm,
    [...Array.from({ length: 50 }, () => fine), { ...fine, made: "x" }, ...Array.from({ length: 50 }, () => fine)],
    "insertAll()",
  );
  assert.equal(new Set(rows.map(({ form }) => form)).size, 2);
  assert.deepEqual(
    rows.map(({ values }) => values.length),
    [...Array<number>(50).fill(rows[0]!.values.length), rows[0]!.values.length + 1, ...Array<number>(50).fill(rows[0]!.values.length)],
  );
});
