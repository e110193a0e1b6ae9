import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, int, Model, text } from "../../src/entry/index.ts";

class Note extends Model("notes", { id: int().primaryKey(), text: text() }) {}

for (const driver of ["node:sqlite", "better-sqlite3"] as const) {
  const open = async () => {
    const engine = await createEngine("sqlite::memory:", { driver });
    await engine.createAll([Note]);
    return engine;
  };

  test(`${driver}: each inserted row has the key that the database gave it`, async () => {
    await using engine = await open();
    const session = engine.session();
    const first = await session.insert(Note, { text: "a" });
    await session.insert(Note, { id: 40, text: "b" });
    const more = await session.insertAll(Note, [{ text: "c" }, { text: "d" }]);
    assert.deepEqual([first.id, ...more.map((note) => note.id)], [1, 41, 42]);
    assert.deepEqual(await engine.query(Note).orderBy("id").column("text"), ["a", "b", "c", "d"]);
  });

  test(`${driver}: the rows that a trigger inserts elsewhere do not lend their key`, async () => {
    await using engine = await open();
    const session = engine.session();
    await session.executeRaw("CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT)");
    await session.executeRaw("INSERT INTO log (id, text) VALUES (900, 'x')");
    await session.executeRaw("CREATE TRIGGER logged AFTER INSERT ON notes BEGIN INSERT INTO log (text) VALUES (new.text); END");
    assert.equal((await session.insert(Note, { text: "a" })).id, 1);
    assert.equal((await session.insert(Note, { text: "b" })).id, 2);
  });

  test(`${driver}: a row that a trigger keeps out gets no key, not that of an earlier row`, async () => {
    await using engine = await open();
    const session = engine.session();
    await session.insert(Note, { text: "a" });
    await session.executeRaw("CREATE TRIGGER closed BEFORE INSERT ON notes BEGIN SELECT RAISE(IGNORE); END");
    const ignored = await session.insert(Note, { text: "b" });
    assert.equal(ignored.id, undefined);
    assert.equal(await engine.query(Note).count(), 1);
  });

  test(`${driver}: a key that no JavaScript number holds is refused`, async () => {
    await using engine = await open();
    const session = engine.session();
    await session.executeRaw("INSERT INTO notes (id, text) VALUES (9007199254740993, 'far')");
    await assert.rejects(session.insert(Note, { text: "further" }), /2\^53/);
  });
}
