/** The names of a raw result's columns are kept with its statement where its text says them, and asked for each time where a star does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine } from "../../src/entry/index.ts";

for (const driver of ["node:sqlite", "better-sqlite3"] as const) {
  test(`${driver}: names behind a star are those of the table as it is, and named columns keep their names`, async () => {
    await using engine = await createEngine("sqlite::memory:", { driver });
    await engine.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, one TEXT, two TEXT)");
    await engine.execute("INSERT INTO things (one, two) VALUES ('a', 'b')");
    const star = async () => (await engine.execute("SELECT * FROM things")).all();
    const named = async () => (await engine.execute("SELECT id, one AS first FROM things")).all();
    assert.deepEqual([await star(), await named()], [[{ id: 1, one: "a", two: "b" }], [{ id: 1, first: "a" }]]);
    await engine.execute("ALTER TABLE things RENAME COLUMN two TO three");
    assert.deepEqual([await star(), await named()], [[{ id: 1, one: "a", three: "b" }], [{ id: 1, first: "a" }]]);
    await engine.execute("ALTER TABLE things ADD COLUMN four TEXT");
    assert.deepEqual([await star(), await named()], [[{ id: 1, one: "a", three: "b", four: null }], [{ id: 1, first: "a" }]]);
    await engine.execute("DROP TABLE things");
    await engine.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, one TEXT)");
    await engine.execute("INSERT INTO things (one) VALUES ('c')");
    assert.deepEqual([await star(), await named()], [[{ id: 1, one: "c" }], [{ id: 1, first: "c" }]]);
    assert.deepEqual((await engine.execute("SELECT id AS a, one AS a FROM things")).columns, ["a", "a"]);
  });
}
