// Rows that a model inserted many of on SQLite could not be inserted on PostgreSQL by the same process: it was sent lists, and the statement of one row.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, type Engine, int, Model, text } from "../../src/entry/index.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

class Crate extends Model("crates", { id: int().primaryKey(), label: text(), weight: int() }) {}

const scratch = scratchEngines();

const twoRows = async (engine: Engine): Promise<unknown> => {
  await engine.createAll([Crate]);
  await engine.session().insertAll(Crate, [
    { label: "a", weight: 1 },
    { label: "b", weight: 2 },
  ]);
  return engine.query(Crate).orderBy("id").valuesList("label", "weight");
};

test("one model inserts many rows on several databases, in any order", async () => {
  const expected = [
    ["a", 1],
    ["b", 2],
  ];
  await using one = await createEngine("sqlite::memory:");
  await using two = await scratch.open();
  await using three = await createEngine("sqlite::memory:");
  for (const engine of [one, two, three]) assert.deepEqual(await twoRows(engine), expected);
});
