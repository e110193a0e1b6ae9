/** Writes made at once on a session without a transaction had a connection each on PostgreSQL, which took them in any order. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEngine, type Engine, int, Model, text } from "../../src/entry/index.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

class Note extends Model("notes", { id: int().primaryKey(), text: text() }) {}

describe("calls made at once on a session without a transaction", () => {
  let server: ScratchPostgres;
  let engine: Engine;
  before(async () => {
    server = await startScratchPostgres();
    engine = await createEngine(server.socketUrl(), { minConnections: 4, maxConnections: 4 });
    await engine.createAll([Note]);
    // The first one takes longest: without an order, it would be the last.
    await engine.execute(`CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(CASE NEW.text WHEN 'first' THEN 0.2 ELSE 0 END); RETURN NEW; END $$`);
    await engine.execute("CREATE TRIGGER slowly BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION slowly()");
    await Promise.all([1, 2, 3, 4].map(() => engine.execute("SELECT pg_sleep(0.01)")));
  });
  after(async () => {
    await engine.close();
    await server.stop();
  });

  test("are written in their order, and a read sees the writes before it", async () => {
    const session = engine.session();
    const written: string[] = [];
    const insert = (name: string): Promise<void> => session.insert(Note, { text: name }).then(() => void written.push(name));
    const [, , , count] = await Promise.all([insert("first"), insert("second"), insert("third"), session.query(Note).count()]);
    assert.deepEqual(written, ["first", "second", "third"]);
    assert.equal(count, 3);
  });

  test("wait for nothing that failed, and a flush comes behind them", async () => {
    const session = engine.session();
    const raw = session.executeRaw("INSERT INTO notes (id, text) VALUES (1, 'taken')").catch(() => "refused");
    const next = session.insert(Note, { text: "fourth" });
    session.add(new Note({ text: "fifth" }));
    await session.commit();
    assert.deepEqual([await raw, (await next).text], ["refused", "fourth"]);
    assert.deepEqual(
      await engine
        .query(Note)
        .filter({ text__in: ["fourth", "fifth"] })
        .orderBy("id")
        .column("text"),
      ["fourth", "fifth"],
    );
  });
});
