/** Reading a single row, which better-sqlite3 does in another way than reading many. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, int, Model, text } from "../../src/entry/index.ts";
import { openSqlite } from "../../src/driver/sqlite/sqlite.ts";
import { request } from "../suites/driver-suite.ts";

class Note extends Model("notes", { id: int().primaryKey(), text: text(), size: int() }) {}

for (const driver of ["node:sqlite", "better-sqlite3"] as const) {
  test(`one row at most is read as many are: the row, or none (${driver})`, async () => {
    const database = await openSqlite({ url: "sqlite::memory:", driver });
    const ask = async (sql: string, bigints = false): Promise<unknown> =>
      (await database.run({ ...request(sql), atMostOne: true, bigints })).rows;
    assert.deepEqual(await ask("SELECT 1, 'a', NULL"), [[1, "a", null]]);
    assert.deepEqual(await ask("SELECT 1 WHERE 1 = 0"), []);
    assert.deepEqual(await ask("SELECT 9007199254740993", true), [[9007199254740993n]]);
    await assert.rejects(async () => ask("SELECT 9007199254740993"), { name: "QueryError" });
    assert.deepEqual(await ask("SELECT 1e300"), [[1e300]]);
    await database.close();
  });

  test(`what reads one row leaves the table free to be written (${driver})`, async () => {
    const engine = await createEngine("sqlite::memory:", { driver });
    await engine.createAll([Note]);
    const session = engine.session();
    await session.insertAll(Note, [
      { text: "one", size: 1 },
      { text: "two", size: 2 },
    ]);
    assert.equal((await session.get(Note, 2))?.text, "two");
    assert.equal((await engine.query(Note).orderBy("-size").first())?.text, "two");
    assert.equal(await engine.query(Note).count(), 2);
    assert.equal(await engine.query(Note).exists(), true);
    await engine.dropAll([Note]);
    await engine.close();
  });
}
