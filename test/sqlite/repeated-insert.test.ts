/** Many rows by one call: several by one statement where that says the same, and one by one where a row may get another key than the next number. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, int, Model, sql, text, uuid } from "../../src/entry/index.ts";
import type { Engine } from "../../src/entry/index.ts";

class Note extends Model("notes", { id: int().primaryKey(), text: text() }) {}
class Token extends Model("tokens", { id: uuid().primaryKey(), n: int() }) {}
class Stamp extends Model("stamps", { id: int().primaryKey(), n: int(), mark: text().default(sql`'m' || (1 + 1)`) }) {}

const wideColumns = Object.fromEntries(Array.from({ length: 140 }, (_, index) => [`c${index}`, int()]));
class Wide extends Model("wide", { id: int().primaryKey(), ...wideColumns }) {}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const notes = (count: number): { text: string }[] => range(count).map((n) => ({ text: `note ${n}` }));

for (const driver of ["node:sqlite", "better-sqlite3"] as const) {
  const check = (title: string, body: (engine: Engine) => Promise<void>): void => {
    test(`${driver}: ${title}`, async () => {
      await using engine = await createEngine("sqlite::memory:", { driver });
      await engine.createAll([Note, Token, Stamp, Wide]);
      await body(engine);
    });
  };
  /** Each object has the key of the row that has its text. */
  const assertKeys = async (engine: Engine, made: readonly { id: number; text: string }[]): Promise<void> => {
    const rows = new Map((await engine.query(Note).all()).map((row) => [row.id, row.text]));
    assert.deepEqual(
      made.map(({ id }) => rows.get(id)),
      made.map((note) => note.text),
    );
  };

  for (const count of [1, 2, 31, 63, 64, 65, 100, 1000]) {
    check(`${count} rows have the keys of their rows, by one statement for whoever watches`, async (engine) => {
      await engine.session().insert(Note, { id: 40, text: "before" });
      const seen: string[] = [];
      engine.intercept((statement, next) => {
        seen.push(statement.sql);
        return next();
      });
      const made = await engine.session().insertAll(Note, notes(count));
      assert.deepEqual(seen, ['INSERT INTO "notes" ("text") VALUES (?)']);
      assert.deepEqual(
        made.map(({ id }) => id),
        range(count).map((n) => 41 + n),
      );
      await assertKeys(engine, made);
    });
  }

  check("a trigger that inserts into the same table does not lend its keys", async (engine) => {
    const session = engine.session();
    const trigger =
      "AFTER INSERT ON notes WHEN new.text NOT LIKE 'echo%' BEGIN INSERT INTO notes (text) VALUES ('echo of ' || new.text); END";
    await session.executeRaw(`CREATE TRIGGER echoed ${trigger}`);
    const made = await session.insertAll(Note, notes(200));
    await assertKeys(engine, made);
    assert.equal(await engine.query(Note).count(), 400);
    await session.executeRaw("DROP TRIGGER echoed");
    await assertKeys(engine, await engine.session().insertAll(Note, notes(200)));
    await session.executeRaw(`CREATE TEMP TRIGGER echoed ${trigger}`);
    await assertKeys(engine, await engine.session().insertAll(Note, notes(200)));
  });

  check("rows that a trigger keeps out get no key, and the others theirs", async (engine) => {
    const session = engine.session();
    const trigger = (on: string, column: string): string =>
      `CREATE TRIGGER closed_${on} BEFORE INSERT ON ${on} WHEN new.${column} LIKE '%7' BEGIN SELECT RAISE(IGNORE); END`;
    await session.executeRaw(trigger("notes", "text"));
    await session.executeRaw(trigger("stamps", "n"));
    const made = await session.insertAll(Note, notes(100));
    const kept = made.filter(({ text }) => !text.endsWith("7"));
    assert.equal(await engine.query(Note).count(), 90);
    await assertKeys(engine, kept);
    assert.deepEqual(new Set(made.filter((note) => !kept.includes(note)).map(({ id }) => id)), new Set([undefined]));
    const stamps = await session.insertAll(
      Stamp,
      range(100).map((n) => ({ n })),
    );
    assert.deepEqual(
      stamps.map(({ id, mark }) => [id, mark]),
      range(100).map((n) => (n % 10 === 7 ? [undefined, undefined] : [1 + n - Math.floor((n + 3) / 10), "m2"])),
    );
  });

  check("a constraint that ignores or replaces in a conflict is asked row by row", async (engine) => {
    const session = engine.session();
    for (const way of ["IGNORE", "REPLACE"]) {
      await session.executeRaw("DROP TABLE notes");
      await session.executeRaw(`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE ON CONFLICT ${way})`);
      const made = await engine.session().insertAll(Note, [...notes(100), ...notes(100)]);
      assert.equal(await engine.query(Note).count(), 100);
      const there = way === "IGNORE" ? made.slice(0, 100) : made.slice(100);
      await assertKeys(engine, there);
    }
  });

  check("a view takes rows by its trigger", async (engine) => {
    const session = engine.session();
    await session.executeRaw("ALTER TABLE notes RENAME TO kept_notes");
    await session.executeRaw("CREATE VIEW notes AS SELECT * FROM kept_notes");
    await session.executeRaw(
      "CREATE TRIGGER through INSTEAD OF INSERT ON notes BEGIN INSERT INTO kept_notes (text) VALUES (new.text); END",
    );
    await session.insertAll(Note, notes(100));
    assert.deepEqual(
      await engine.query(Note).orderBy("id").column("text"),
      notes(100).map((note) => note.text),
    );
  });

  check("keys of a table that never gives one twice go on behind the last one", async (engine) => {
    const session = engine.session();
    await session.executeRaw("DROP TABLE notes");
    await session.executeRaw("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)");
    await session.executeRaw("INSERT INTO notes (id, text) VALUES (500, 'gone')");
    await session.executeRaw("DELETE FROM notes");
    const made = await session.insertAll(Note, notes(100));
    assert.deepEqual([made[0]!.id, made[99]!.id], [501, 600]);
    await assertKeys(engine, made);
  });

  check("keys that are given, columns that the database computes, and wide rows", async (engine) => {
    const session = engine.session();
    const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
    await session.insertAll(
      Token,
      range(200).map((n) => ({ id: id(n), n })),
    );
    assert.deepEqual(
      (await engine.query(Token).orderBy("n").all()).map((token) => [token.id, token.n]),
      range(200).map((n) => [id(n), n]),
    );
    const stamps = await session.insertAll(
      Stamp,
      range(200).map((n) => ({ n })),
    );
    assert.deepEqual(
      stamps.map((stamp) => [stamp.id, stamp.n, stamp.mark]),
      range(200).map((n) => [n + 1, n, "m2"]),
    );
    const values = (n: number) => Object.fromEntries(Object.keys(wideColumns).map((name, index) => [name, n * 1000 + index]));
    const wide = await session.insertAll(
      Wide,
      range(70).map((n) => values(n) as never),
    );
    assert.deepEqual(
      (await engine.query(Wide).orderBy("id").all()).map((row) => ({ ...row })),
      wide.map((row, n) => ({ ...values(n), id: row.id })),
    );
  });

  check("when one row fails none is there, whichever it is", async (engine) => {
    const session = engine.session();
    await session.executeRaw("CREATE UNIQUE INDEX one_text ON notes (text)");
    for (const place of [0, 1, 50, 99]) {
      const rows = notes(100);
      rows.splice(place, 1, { text: "twice" });
      await engine.session().insert(Note, { text: "twice" });
      await assert.rejects(engine.session().insertAll(Note, rows), /notes\.text|Note\.text/);
      assert.deepEqual(await engine.query(Note).column("text"), ["twice"]);
      await engine.transaction(async (tx) => {
        await tx.insert(Note, { text: "stays" });
        await assert.rejects(tx.insertAll(Note, rows));
      });
      assert.deepEqual(await engine.query(Note).column("text"), ["twice", "stays"]);
      await engine.query(Note).delete({ all: true });
    }
  });

  check("a key that no JavaScript number holds is refused, and nothing is written", async (engine) => {
    const session = engine.session();
    await session.executeRaw("INSERT INTO notes (id, text) VALUES (9007199254740980, 'far')");
    await assert.rejects(session.insertAll(Note, notes(100)), /2\^53/);
    assert.equal(await engine.query(Note).count(), 1);
  });
}
