// What an engine offers on PostgreSQL beside queries: bulk inserts, batches, COPY, LISTEN, time limits, retries, the pool's status; and what SQLite says.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  bool,
  bytes,
  ConfigurationError,
  createEngine,
  DeadlockDetected,
  type Engine,
  F,
  int,
  LockNotAvailable,
  Model,
  now,
  QueryCanceled,
  SerializationFailure,
  type Session,
  sql,
  text,
  timestamp,
  array,
  belongsTo,
  ForeignKeyViolation,
  json,
  UniqueViolation,
  ValidationError,
} from "../../src/entry/index.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { meeting, until } from "../support/waiting.ts";

class Item extends Model("items", {
  id: int().primaryKey(),
  name: text().unique(),
  count: int().nullable(),
  isNew: bool().default(true),
  madeAt: timestamp().default(now),
  tags: array(text()).nullable(),
  times: array(timestamp()).nullable(),
  data: json<unknown>().nullable(),
  raw: bytes().nullable(),
}) {}

let server: ScratchPostgres;
let engine: Engine;
let sqlite: Engine;

before(async () => {
  server = await startScratchPostgres({ settings: { deadlock_timeout: "20ms" } });
  engine = await createEngine(server.socketUrl(), { maxConnections: 4 });
  sqlite = await createEngine("sqlite::memory:");
});
after(async () => {
  await Promise.all([engine.close(), sqlite.close()]);
  await server.stop();
});
beforeEach(async () => {
  for (const each of [engine, sqlite]) {
    await each.dropAll([Item]);
    await each.createAll([Item]);
  }
});

const names = (count: number, from = 1): { name: string }[] => Array.from({ length: count }, (_, index) => ({ name: `n${from + index}` }));

test("insertAll of any number of rows is one statement, and keys come in the order of the rows", async () => {
  const sent = engine.statementCount;
  const items = await engine.session().insertAll(
    Item,
    Array.from({ length: 20_000 }, (_, index) => ({
      name: `n${index}`,
      ...(index % 3 === 0 ? { count: index, tags: ["a,b", '"\\', `${index}`] } : {}),
      ...(index % 5 === 0
        ? { raw: Uint8Array.of(92, 0, 255), data: { a: ["x", null, index] }, times: [new Date(index), new Date(-62_150_000_000_000)] }
        : {}),
    })),
  );
  assert.equal(engine.statementCount - sent, 1);
  assert.deepEqual(
    items.map((item) => item.id),
    items.map((_, index) => index + 1),
  );
  assert.ok(items.every((item) => item instanceof Item && item.isNew && item.madeAt instanceof Date));
  assert.deepEqual(await engine.query(Item).orderBy("id").all(), items);
});

test("insertAll of rows that give different columns keeps their order, all or nothing", async () => {
  const rows = [{ name: "a" }, { name: "b", madeAt: new Date(5) }, { name: "c", isNew: false }, { id: 77, name: "d" }];
  const items = await engine.session().insertAll(Item, rows);
  assert.deepEqual(
    items.map((item) => item.id),
    [1, 2, 3, 77],
  );
  assert.deepEqual(await engine.query(Item).orderBy("id").all(), items);
  await assert.rejects(engine.session().insertAll(Item, [{ name: "e" }, { name: "a", madeAt: new Date(1) }]), UniqueViolation);
  await assert.rejects(
    engine.session().insertAll(Item, [{ name: "e" }, { name: "a" }]),
    (error: UniqueViolation) => error.model === "Item" && error.property === "name",
  );
  assert.equal(await engine.query(Item).count(), 4);
});

for (const [name, make] of [
  ["PostgreSQL", () => engine],
  ["SQLite", () => sqlite],
] as const) {
  test(`a batch gives what each of its pieces gives (${name})`, async () => {
    await make().session().insertAll(Item, names(3));
    const [items, result, none] = await make().batch([
      make().query(Item).filter({ id__gte: 2 }).orderBy("id"),
      sql<{ total: number }>`SELECT count(*) AS total FROM ${Item}`,
      make().query(Item).filter({ id: 99 }),
    ]);
    assert.deepEqual(
      items.map((item) => item.name),
      ["n2", "n3"],
    );
    assert.ok(items[0] instanceof Item);
    assert.equal(Number(result.scalar()), 3);
    assert.deepEqual(none, []);
    assert.deepEqual(await make().batch([]), []);
  });

  test(`a batch in which one statement fails keeps nothing (${name})`, async () => {
    const insert = (label: string) =>
      sql`INSERT INTO ${Item} (name, is_new, made_at) VALUES (${label}, ${name === "SQLite" ? 1 : true}, ${name === "SQLite" ? "2026-01-01 00:00:00" : new Date()})`;
    await make().batch([insert("one"), insert("two")]);
    await assert.rejects(make().batch([insert("three"), insert("one")]), UniqueViolation);
    assert.deepEqual(await make().query(Item).orderBy("id").column("name"), ["one", "two"]);
  });

  test(`a batch refuses what is no query and no SQL (${name})`, async () => {
    const running = make().query(Item).all();
    await assert.rejects(make().batch([running as never]), ConfigurationError);
    await running;
    await assert.rejects(make().batch(["SELECT 1" as never]), ConfigurationError);
    await assert.rejects(make().batch([{} as never]), ConfigurationError);
  });
}

test("the pool says how its connections are used", async () => {
  const idle = engine.poolStatus();
  assert.equal(idle.total, 4);
  assert.equal(idle.available, 4);
  await engine.transaction(async (tx) => {
    await tx.query(Item).count();
    const { available, reserved, total } = engine.poolStatus();
    assert.deepEqual({ available, reserved, total }, { available: 3, reserved: 1, total: 4 });
  });
  assert.equal(engine.poolStatus().reserved, 0);
});

test("a call that takes longer than its timeout is stopped, and says so", async () => {
  const session = engine.session();
  const slow = (timeout: "50ms" | number) => session.executeRaw("SELECT pg_sleep(10)", [], { timeout });
  await assert.rejects(slow("50ms"), (error: Error) => error instanceof QueryCanceled && /within 50 ms/.test(error.message));
  await assert.rejects(slow(-1), ConfigurationError);
  await session.insertAll(Item, names(1), { timeout: "10s" });
  await assert.rejects(
    engine
      .query(Item)
      .where(sql`pg_sleep(10) IS NOT NULL`)
      .all({ timeout: 30 }),
    QueryCanceled,
  );
  await assert.rejects(
    engine.transaction(
      (tx) =>
        tx
          .query(Item)
          .where(sql`pg_sleep(10) IS NOT NULL`)
          .all({ timeout: 30 }),
      { signal: new AbortController().signal },
    ),
    QueryCanceled,
  );
  assert.equal(await engine.query(Item).count({ timeout: "5s" }), 1);
});

test("the engine's statementTimeout is kept by the server", async () => {
  await using strict = await createEngine(server.socketUrl(), { statementTimeout: "40ms" });
  await assert.rejects(strict.execute("SELECT pg_sleep(10)"), QueryCanceled);
  await assert.rejects(
    createEngine(server.socketUrl(), { statementTimeout: "1s", parameters: { statement_timeout: "5" } }),
    ConfigurationError,
  );
});

test("notices of the server are heard", async () => {
  const heard: string[] = [];
  await using noisy = await createEngine(server.socketUrl(), { onNotice: (notice) => heard.push(notice.message) });
  await noisy.execute("DO $$ BEGIN RAISE NOTICE 'look here'; END $$");
  assert.deepEqual(heard, ["look here"]);
});

test("what is notified is heard, until one stops listening", async () => {
  const heard: string[] = [];
  const subscription = await engine.listen("news; --", (payload) => heard.push(payload));
  // Notifications come in the order of their commits: who hears this one would have heard those before.
  await using fence = await engine.listen("fence", (payload) => heard.push(payload));
  assert.ok(fence);
  await engine.notify("news; --", "one");
  await engine.transaction((tx) => tx.executeRaw("SELECT pg_notify(?, ?)", ["news; --", "two"]));
  await engine
    .transaction(async (tx) => {
      await tx.executeRaw("SELECT pg_notify(?, ?)", ["news; --", "never"]);
      throw new Error("back");
    })
    .catch(() => undefined);
  await engine.notify("other", "elsewhere");
  await until(() => heard.length >= 2);
  await subscription.unlisten();
  await engine.notify("news; --", "three");
  await engine.notify("fence", "end");
  await until(() => heard.at(-1) === "end");
  assert.deepEqual(heard, ["one", "two", "end"]);
});

test("rows are copied in from anything that can be iterated, with defaults, and counted", async () => {
  const rows = async function* () {
    for (let index = 0; index < 5000; index++) {
      yield {
        name: `t\t${index}\n\\N`,
        ...(index % 2 === 0
          ? { count: index, tags: ["x\ty", null as never, '"'].filter((tag) => tag !== null), raw: Uint8Array.of(92, 9, 10) }
          : {}),
      };
    }
  };
  assert.equal(await engine.copyFrom(Item, rows()), 5000);
  assert.equal(await engine.copyFrom(Item, []), 0);
  const [first, second] = await engine.query(Item).orderBy("id").limit(2).all();
  assert.deepEqual(
    [first!.name, first!.count, first!.tags, first!.raw, first!.isNew],
    ["t\t0\n\\N", 0, ["x\ty", '"'], Uint8Array.of(92, 9, 10), true],
  );
  assert.deepEqual([second!.count, second!.tags, second!.raw, second!.madeAt instanceof Date], [null, null, null, true]);
});

test("a row that does not fit ends the copy, names itself, and keeps nothing", async () => {
  await assert.rejects(
    engine.copyFrom(Item, [{ name: "a" }, { name: 1 as never }]),
    (error: Error) => error instanceof ValidationError && error.message.startsWith("Row 2 "),
  );
  await assert.rejects(engine.copyFrom(Item, [{ name: "a" }, { name: "b", madeAt: new Date() }]), ValidationError);
  await assert.rejects(engine.copyFrom(Item, [{ name: "a" }, { name: 1 as never }]), (error: unknown) => {
    assert.ok(error instanceof ValidationError);
    assert.match(error.message, /^Row 2 of copyFrom\(\): [^[]* \[E\d+: docs\/errors\/E\d+\.md\]$/);
    assert.deepEqual(Object.keys(error.fields ?? {}), ["name"]);
    return true;
  });
  await assert.rejects(engine.copyFrom(Item, names(2).concat(names(1))), (error: UniqueViolation) => error.model === "Item");
  await assert.rejects(engine.copyFrom(Item, 5 as never), ConfigurationError);
  let isClosed = false;
  const rows = function* () {
    try {
      yield* names(10);
      throw new Error("source broke");
    } finally {
      isClosed = true;
    }
  };
  await assert.rejects(engine.copyFrom(Item, rows()), /source broke/);
  assert.ok(isClosed);
  assert.equal(await engine.query(Item).count(), 0);
});

test("a table is copied out as CSV", async () => {
  await engine.session().insertAll(Item, [
    { name: 'a "b"', count: 1, madeAt: new Date(0) },
    { name: "c,d", madeAt: new Date(0) },
  ]);
  let csv = "";
  for await (const chunk of engine.copyTo(Item)) csv += Buffer.from(chunk).toString();
  assert.deepEqual(csv.split("\n"), [
    "id,name,count,is_new,made_at,tags,times,data,raw",
    '1,"a ""b""",1,t,1970-01-01 00:00:00+00,,,,',
    '2,"c,d",,t,1970-01-01 00:00:00+00,,,,',
    "",
  ]);
  for await (const _ of engine.copyTo(Item, { format: "text" })) break;
  assert.equal(await engine.query(Item).count(), 2);
});

test("a transaction that lost against another one is run again, as often as it may", async () => {
  await engine.session().insertAll(Item, [{ name: "x", count: 0 }]);
  let runs = 0;
  const adding = (allHaveRead: () => Promise<void>) => async (tx: Session) => {
    runs++;
    const item = await tx.query(Item).one();
    await allHaveRead();
    await tx.update(item, { count: item.count! + 1 });
  };
  const four = adding(meeting(4));
  await Promise.all(Array.from({ length: 4 }, () => engine.transaction(four, { isolation: "repeatable read", retry: 50 })));
  assert.equal((await engine.query(Item).one()).count, 4);
  assert.ok(runs > 4);
  const two = adding(meeting(2));
  const outcomes = await Promise.allSettled([1, 2].map(() => engine.transaction(two, { isolation: "repeatable read" })));
  assert.deepEqual(outcomes.map((outcome) => outcome.status).toSorted(), ["fulfilled", "rejected"]);
  assert.ok(outcomes.some((outcome) => outcome.status === "rejected" && outcome.reason instanceof SerializationFailure));
});

test("two transactions that wait for each other: one goes on, the other is run again", async () => {
  await engine.session().insertAll(Item, [
    { name: "x", count: 0 },
    { name: "y", count: 0 },
  ]);
  const both = (first: string, second: string, bothHaveOne: () => Promise<void>) => async (tx: Session) => {
    await tx
      .query(Item)
      .filter({ name: first })
      .update({ count: F("count").plus(1) });
    await bothHaveOne();
    await tx
      .query(Item)
      .filter({ name: second })
      .update({ count: F("count").plus(1) });
  };
  const first = meeting(2);
  await Promise.all([engine.transaction(both("x", "y", first), { retry: 3 }), engine.transaction(both("y", "x", first), { retry: 3 })]);
  assert.deepEqual(await engine.query(Item).orderBy("id").column("count"), [2, 2]);
  const second = meeting(2);
  const alone = await Promise.allSettled([engine.transaction(both("x", "y", second)), engine.transaction(both("y", "x", second))]);
  assert.deepEqual(alone.map((outcome) => outcome.status).toSorted(), ["fulfilled", "rejected"]);
  assert.ok(alone.some((outcome) => outcome.status === "rejected" && outcome.reason instanceof DeadlockDetected));
});

test("what is no conflict is not tried again, and retry has its place", async () => {
  let runs = 0;
  const fail = async (): Promise<never> => {
    runs++;
    throw new Error("mine");
  };
  await assert.rejects(engine.transaction(fail, { retry: 5 }), /mine/);
  assert.equal(runs, 1);
  await assert.rejects(engine.transaction(fail, { retry: -1 }), ConfigurationError);
  await assert.rejects(engine.session().begin({ retry: 1 }), ConfigurationError);
  await assert.rejects(
    engine.transaction((tx) => tx.transaction(fail, { retry: 1 })),
    /outermost/,
  );
});

test("a batch and the first statement of a transaction are stopped, too", async () => {
  const stop = new Error("mine");
  const late = (): AbortSignal => AbortSignal.any([AbortSignal.timeout(30)]);
  await assert.rejects(
    engine.transaction((tx) => tx.executeRaw("SELECT pg_sleep(10)", [], { timeout: 30 })),
    QueryCanceled,
  );
  await assert.rejects(engine.batch([sql`SELECT 1`, sql`SELECT pg_sleep(10)`, sql`SELECT 2`], { timeout: 30 }), QueryCanceled);
  await assert.rejects(engine.batch([sql`SELECT 1`], { signal: AbortSignal.abort(stop) }), stop);
  await assert.rejects(engine.execute(sql`SELECT pg_sleep(10)`, { signal: late() }), { name: "TimeoutError" });
  assert.equal((await engine.execute("SELECT 1 AS one")).scalar(), 1);
});

test("rows locked by another connection are waited for, left out or refused", async () => {
  await engine.session().insertAll(Item, names(2));
  const holder = await engine.session().begin();
  await holder.query(Item).filter({ id: 1 }).forUpdate().all();
  const other = await engine.session().begin();
  const locked = await other.query(Item).orderBy("id").forUpdate({ skipLocked: true }).all();
  assert.deepEqual(
    locked.map((item) => item.id),
    [2],
  );
  const third = await engine.session().begin();
  await assert.rejects(third.query(Item).filter({ id: 1 }).forUpdate({ noWait: true }).all(), LockNotAvailable);
  await third.rollback();
  const waiting = other.query(Item).filter({ id: 1 }).forUpdate().all();
  await until(async () => (await engine.execute("SELECT 1 AS one FROM pg_locks WHERE NOT granted")).rowCount === 1);
  await holder.commit();
  assert.equal((await waiting).length, 1);
  await other.commit();
});

test("SQLite says what to do instead", async () => {
  await assert.rejects(
    sqlite.listen("a", () => undefined),
    /EventEmitter/,
  );
  await assert.rejects(sqlite.notify("a"), /EventEmitter/);
  await assert.rejects(sqlite.copyFrom(Item, names(1)), /insertAll/);
  await assert.rejects(async () => {
    for await (const _ of sqlite.copyTo(Item)) assert.fail();
  }, /stream/);
  await assert.rejects(createEngine("sqlite::memory:", { statementTimeout: 5 }), ConfigurationError);
});

test("tables whose foreign keys go round in a circle are created, filled and dropped; those that exist are left as they are", async () => {
  class Country extends Model("ring_countries", {
    id: int().primaryKey(),
    capitalId: int().nullable(),
    capital: () => belongsTo(City, "capitalId"),
  }) {}
  class City extends Model("ring_cities", { id: int().primaryKey(), countryId: int(), country: () => belongsTo(Country, "countryId") }) {}
  await using engine = await createEngine(server.socketUrl(), { maxConnections: 2 });
  const keys = async (): Promise<readonly unknown[]> => {
    const text = sql<{
      key: string;
    }>`SELECT conrelid::regclass || ' to ' || confrelid::regclass AS key FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'ring%' ORDER BY 1`;
    return (await engine.execute(text)).all().map(({ key }) => key);
  };
  await engine.createAll([Country, City]);
  assert.deepEqual(await keys(), ["ring_cities to ring_countries", "ring_countries to ring_cities"]);
  const session = engine.session();
  const country = await session.insert(Country, {});
  const city = await session.insert(City, { countryId: country.id });
  await session.update(country, { capitalId: city.id });
  await assert.rejects(session.remove(city), ForeignKeyViolation);
  await engine.createAll([City, Country]);
  assert.equal((await keys()).length, 2);
  await engine.dropAll([City, Country]);
  await engine.dropAll([City, Country]);
  assert.deepEqual(await keys(), []);
  await engine.execute(sql`CREATE TABLE ring_countries (id int PRIMARY KEY, capital_id int)`);
  await engine.createAll([City, Country]);
  assert.deepEqual(await keys(), ["ring_cities to ring_countries"]);
  await engine.dropAll([City, Country]);
});
