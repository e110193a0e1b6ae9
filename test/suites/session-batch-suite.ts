/** What `session.batch([…])` promises on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Engine,
  hasMany,
  belongsTo,
  int,
  Model,
  type Session,
  sql,
  StaleObject,
  text,
  UniqueViolation,
} from "../../src/entry/index.ts";
import type { EngineUnderTest } from "./session-suite.ts";

class Shelf extends Model("batch_shelves", { id: int().primaryKey(), label: text().unique(), books: () => hasMany(Book, "shelfId") }) {}
class Book extends Model("batch_books", { id: int().primaryKey(), shelfId: int(), shelf: () => belongsTo(Shelf, "shelfId") }) {}

const models = [Shelf, Book];

export const sessionBatchSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: session.batch: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll(models);
      await using session = engine.session();
      await session.insert(Shelf, { label: "old" });
      await session.insert(Book, { shelfId: 1 });
      await body(session, engine);
    });
  };
  const labels = (engine: Engine): Promise<string[]> => engine.query(Shelf).orderBy("label").column("label");
  const add = (label: string) => sql`INSERT INTO ${Shelf} (label) VALUES (${label})`;

  check("sees what is in hand, which is written first, and gives the session's own objects", async (session) => {
    const known = await session.query(Shelf).get({ id: 1 });
    session.add(new Shelf({ label: "new" }));
    const [shelves, { rowCount }] = await session.batch([
      session.query(Shelf).with("books").orderBy("label"),
      sql`SELECT label FROM ${Shelf}`,
    ]);
    assert.deepEqual(
      shelves.map(({ label, books }) => [label, books.length]),
      [
        ["new", 0],
        ["old", 1],
      ],
    );
    assert.equal(shelves[1], known);
    assert.equal(rowCount, 2);
    await session.rollback();
    assert.deepEqual(await session.query(Shelf).column("label"), ["old"]);
  });

  check("is kept and rolled back with its transaction, and sees what that has written", async (_session, engine) => {
    const lost = new Error("rolled back");
    const outcome = engine.transaction(async (tx) => {
      await tx.insert(Shelf, { label: "new" });
      const [before, , after] = await tx.batch([tx.query(Shelf), add("newer"), tx.query(Shelf)]);
      assert.deepEqual([before.length, after.length], [2, 3]);
      throw lost;
    });
    await assert.rejects(outcome, lost);
    assert.deepEqual(await labels(engine), ["old"]);
    await engine.transaction((tx) => tx.batch([add("new"), add("newer")]));
    assert.deepEqual(await labels(engine), ["new", "newer", "old"]);
  });

  check("fails as one, and alone: the transaction goes on without it", async (_session, engine) => {
    await engine.transaction(async (tx) => {
      await tx.insert(Shelf, { label: "new" });
      await assert.rejects(tx.batch([add("newer"), add("old")]), UniqueViolation);
      assert.deepEqual(await tx.query(Shelf).orderBy("label").column("label"), ["new", "old"]);
    });
    assert.deepEqual(await labels(engine), ["new", "old"]);
  });

  check("outside of a transaction it commits by itself, all or nothing", async (session, engine) => {
    await session.batch([add("new")]);
    await assert.rejects(session.batch([add("newer"), add("old")]), UniqueViolation);
    assert.deepEqual(await labels(engine), ["new", "old"]);
    assert.deepEqual(await session.batch([]), []);
  });

  check("what it wrote counts when the commit goes wrong, as what any savepoint wrote", async (session, engine) => {
    const shelf = await session.query(Shelf).one();
    await engine.query(Book).delete({ all: true });
    await engine.query(Shelf).update({ label: "theirs", id: 2 }, { all: true });
    for (const write of [
      (tx: Session) => tx.batch([sql`INSERT INTO ${Book} (shelf_id) VALUES (2)`]),
      (tx: Session) => tx.insertAll(Book, [{ shelfId: 2 }, { shelfId: 2 }]),
    ]) {
      await using tx = await session.begin();
      await write(tx);
      shelf.label = "changed";
      await assert.rejects(tx.commit(), StaleObject);
      assert.equal(await engine.query(Book).count(), 0);
    }
  });
};
