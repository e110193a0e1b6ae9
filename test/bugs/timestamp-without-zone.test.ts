// A table that was there before may hold what a model does not expect: text where its type says Date, or text that is no timestamp at all.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEngine, int, Model, sql, timestamp, UnreadableValue } from "../../src/entry/index.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

class Event extends Model("events_of_old", { id: int().primaryKey(), at: timestamp().nullable() }) {}

let server: ScratchPostgres;
before(async () => (server = await startScratchPostgres()));
after(() => server.stop());

test("a PostgreSQL timestamp without a zone is a Date in UTC, by every way of reading it", async () => {
  await using engine = await createEngine(server.url());
  await engine.execute(sql`CREATE TABLE ${Event} (id int PRIMARY KEY, at timestamp)`);
  await engine.execute(sql`INSERT INTO ${Event} VALUES (1, '2024-02-03 04:05:06.789'), (2, NULL), (3, 'infinity')`);
  const at = new Date("2024-02-03T04:05:06.789Z");
  assert.deepEqual((await engine.session().getOrThrow(Event, 1)).at, at);
  assert.deepEqual(await engine.query(Event).filter({ id__lte: 2 }).orderBy("id").column("at"), [at, null]);
  assert.equal(await engine.query(Event).filter({ at }).count(), 1);
  for await (const event of engine.query(Event).filter({ id: 1 })) assert.deepEqual(event.at, at);
  await assert.rejects(engine.session().get(Event, 3), (error: unknown) => {
    assert.ok(error instanceof UnreadableValue);
    assert.match(error.message, /^A row of events_of_old has a value that cannot be read: /);
    return true;
  });
});

test("text that is no timestamp in a SQLite file is an error that names the table", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.execute("CREATE TABLE events_of_old (id INTEGER PRIMARY KEY, at TEXT)");
  await engine.execute("INSERT INTO events_of_old VALUES (1, 'yesterday')");
  await assert.rejects(engine.query(Event).all(), { code: "E2103", table: "events_of_old" });
  await assert.rejects(engine.session().get(Event, 1), { code: "E2103" });
});
