/** What happens when several ask for one row at once, or do not wait for what they asked: on every database, run this with a way to make an engine. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { belongsTo, type Engine, hasMany, int, Model, type Session, text, UniqueViolation } from "../../src/entry/index.ts";
import { type EngineUnderTest, failure } from "./session-suite.ts";

class Visitor extends Model("once_visitors", {
  id: int().primaryKey(),
  email: text().unique(),
  handle: text().nullable().unique(),
  visits: int().default(0),
  version: int().version(),
  stays: () => hasMany(Stay, "visitorId"),
}) {
  beforeInsert(): void {
    this.email = this.email.trim();
  }
}
class Stay extends Model("once_stays", {
  id: int().primaryKey(),
  visitorId: int(),
  visitor: () => belongsTo(Visitor, "visitorId"),
  nights: () => hasMany(Night, "stayId"),
}) {}
class Night extends Model("once_nights", { id: int().primaryKey(), stayId: int(), stay: () => belongsTo(Stay, "stayId") }) {}

export const askingAtOnceSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll([Visitor, Stay, Night]);
      await using session = engine.session();
      await body(session, engine);
    });
  };
  const ann = { email: "ann@example.com" };

  check("getOrCreate() finds what is there, makes what is not, and gives the session's own object", async (session, engine) => {
    const [made, isNew] = await session.getOrCreate(Visitor, ann, { visits: 3 });
    const [found, isNewAgain] = await session.getOrCreate(Visitor, ann, { visits: 4 });
    assert.deepEqual([isNew, isNewAgain, made.visits, found === made, session.has(made)], [true, false, 3, true, true]);
    const inside = await session.transaction(async (tx) => {
      const [same] = await tx.getOrCreate(Visitor, ann);
      const [bob] = await tx.getOrCreate(Visitor, { email: "bob@example.com" });
      return [same === made, bob.id];
    });
    assert.deepEqual(inside, [true, 2]);
    assert.equal(await engine.query(Visitor).count(), 2);
  });

  check("getOrCreate() waits for another who makes the row just now, and takes theirs", async (session, engine) => {
    const theirs = await engine.session().begin();
    const row = await theirs.insert(Visitor, { ...ann, visits: 1 });
    const asked = session.getOrCreate(Visitor, ann, { visits: 2 });
    await sleep(20);
    await theirs.commit();
    const [found, isNew] = await asked;
    assert.deepEqual([found.id, found.visits, isNew], [row.id, 1, false]);
    assert.equal(await engine.query(Visitor).count(), 1);
  });

  check("getOrCreate() makes the row itself when the other takes it back", async (session, engine) => {
    const theirs = await engine.session().begin();
    await theirs.insert(Visitor, { ...ann, visits: 1 });
    const asked = session.getOrCreate(Visitor, ann, { visits: 2 });
    await sleep(20);
    await theirs.rollback();
    const [made, isNew] = await asked;
    assert.deepEqual([made.visits, isNew, await engine.query(Visitor).count()], [2, true, 1]);
  });

  check("getOrCreate() inside a transaction goes on after losing the race", async (_session, engine) => {
    const theirs = await engine.session().begin();
    await theirs.insert(Visitor, ann);
    const mine = engine.session();
    const asked = mine.transaction(async (tx) => {
      const [found, isNew] = await tx.getOrCreate(Visitor, ann);
      await tx.insert(Stay, { visitorId: found.id });
      return isNew;
    });
    await sleep(20);
    await theirs.commit();
    assert.deepEqual([await asked, await engine.query(Stay).count()], [false, 1]);
  });

  check("many who ask at once get one row", async (_session, engine) => {
    const all = await Promise.all(Array.from({ length: 12 }, () => engine.session().getOrCreate(Visitor, ann)));
    assert.deepEqual([new Set(all.map(([visitor]) => visitor.id)).size, all.filter(([, isNew]) => isNew).length], [1, 1]);
    assert.equal(await engine.query(Visitor).count(), 1);
  });

  check("getOrCreate() throws when other columns are taken", async (session) => {
    await session.insert(Visitor, { ...ann, handle: "a" });
    await failure(session.getOrCreate(Visitor, { email: "bob@example.com" }, { handle: "a" }), UniqueViolation);
  });

  check("updateOrCreate() changes or makes, and loses nobody's change", async (session, engine) => {
    const [made, isNew] = await session.updateOrCreate(Visitor, ann, { visits: 1 });
    const [changed, isNewAgain] = await session.updateOrCreate(Visitor, ann, { visits: 2 });
    assert.deepEqual([isNew, isNewAgain, changed === made, made.visits, made.version], [true, false, true, 2, 2]);
    // Another changed the row since this session read it.
    await engine.query(Visitor).filter(ann).update({ visits: 9 });
    await session.updateOrCreate(Visitor, ann, { handle: "ann" });
    assert.deepEqual([made.visits, made.handle, made.version], [9, "ann", 4]);
    const handles = Array.from({ length: 8 }, (_, n) => `h${n}`);
    const all = await Promise.all(
      handles.map((handle) => engine.session().updateOrCreate(Visitor, { email: "bob@example.com" }, { handle })),
    );
    assert.equal(all.filter(([, isFirst]) => isFirst).length, 1);
    const bob = await engine.query(Visitor).filter({ email: "bob@example.com" }).one();
    assert.deepEqual([bob.version, handles.includes(bob.handle!)], [8, true]);
  });

  check("a load that nobody awaited is part of what is committed", async (session, engine) => {
    await session.transaction(async (tx) => {
      const [visitor] = await tx.getOrCreate(Visitor, ann);
      const stay = await tx.insert(Stay, { visitorId: visitor.id });
      await tx.insert(Night, { stayId: stay.id });
    });
    session.expunge();
    const seen: unknown[] = [];
    await session.transaction(async (tx) => {
      const visitor = await tx.query(Visitor).one();
      void tx.load(visitor, "stays.nights").then(() => seen.push("loaded"));
    });
    assert.deepEqual(seen, ["loaded"]);
    session.expunge();
    await using tx = await session.begin();
    const visitor = await tx.query(Visitor).one();
    visitor.visits = 7;
    void tx.load(visitor, "stays.nights");
    await tx.commit();
    const { stays } = visitor as unknown as { stays: { nights: unknown[] }[] };
    assert.deepEqual([stays.length, stays[0]!.nights.length], [1, 1]);
    assert.equal(await engine.query(Visitor).filter({ visits: 7 }).count(), 1);
  });

  check("a load that nobody awaited and that fails takes the transaction with it", async (session, engine) => {
    const visitor = await session.insert(Visitor, ann);
    const work = session.transaction(async (tx) => {
      await tx.update(visitor, { visits: 5 });
      await tx.insert(Stay, { visitorId: visitor.id });
      await tx.executeRaw("DROP TABLE once_nights");
      // Its first statement does well, and its second finds no table.
      tx.load(visitor, "stays.nights").catch(() => {});
    });
    await assert.rejects(work, /once_nights/);
    assert.equal(await engine.query(Visitor).filter({ visits: 5 }).count(), 0);
    assert.deepEqual([visitor.visits, await engine.query(Night).count()], [0, 0]);
  });
};
