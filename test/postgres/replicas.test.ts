// A primary and a standby that streams from it: who answers what, what one reads of one's own writes, and a promotion under load.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  ConfigurationError,
  createEngine,
  type Engine,
  type EngineOptions,
  int,
  isPetrelError,
  Model,
  sql,
  text,
} from "../../src/entry/index.ts";
import { targetOf } from "../../src/engine/target.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { replicating, startStandby } from "../support/scratch-standby.ts";
import { until } from "../support/waiting.ts";

class Entry extends Model("entries", { id: int().primaryKey(), what: text() }) {}

let primary: ScratchPostgres;
let standby: ScratchPostgres;
before(async () => {
  primary = await startScratchPostgres(replicating);
  await using engine = await createEngine(primary.socketUrl());
  await engine.createAll([Entry]);
  await engine.execute("CREATE TABLE servers (name text)");
  await engine.execute("CREATE FUNCTION is_copy() RETURNS boolean VOLATILE LANGUAGE sql AS 'SELECT pg_is_in_recovery()'");
  standby = await startStandby(primary, "s1");
});
after(async () => {
  await standby.stop();
  await primary.stop();
});

const open = (options: EngineOptions = {}): Promise<Engine> =>
  createEngine(primary.socketUrl(), { replicas: [standby.socketUrl()], replicaCheckInterval: 500, ...options });
const sentToReplica = async (engine: Engine): Promise<number> => (await engine.health()).replicas[0]!.statements;
/** How many of its statements the standby answered. */
const answeredByReplica = async (engine: Engine, work: () => Promise<unknown>): Promise<number> => {
  const before = await sentToReplica(engine);
  await work();
  return (await sentToReplica(engine)) - before;
};
const pauseReplay = async (isPaused: boolean): Promise<void> => {
  await using engine = await createEngine(standby.socketUrl());
  await engine.execute(isPaused ? "SELECT pg_wal_replay_pause()" : "SELECT pg_wal_replay_resume()");
  if (isPaused)
    await until(async () => (await engine.execute("SELECT pg_get_wal_replay_pause_state() AS state")).column("state")[0] === "paused");
};
const isCopy = async (engine: Engine): Promise<unknown> => (await engine.execute("SELECT is_copy() AS it")).column("it")[0];

test("what only reads is the standby's, everything else the primary's", async () => {
  await using engine = await open();
  assert.equal(targetOf(engine)?.database, "postgres");
  const health = await engine.health();
  assert.deepEqual([health.isHealthy, health.primary.problem, health.replicas[0]!.problem], [true, null, null]);
  const all = engine.query(Entry);
  assert.equal(await answeredByReplica(engine, () => Promise.all([all.all(), all.count(), all.first()])), 3);
  assert.equal(
    await answeredByReplica(engine, async () => {
      for await (const entry of all.stream()) assert.ok(entry);
    }),
    1,
  );
  assert.equal(await answeredByReplica(engine, () => engine.batch([all, all])), 1);
  assert.equal(await answeredByReplica(engine, () => engine.session().query(Entry).all()), 1);
  assert.equal(await answeredByReplica(engine, () => engine.transaction((session) => session.query(Entry).all(), { readOnly: true })), 1);
  const asksPrimary = {
    "SQL of one's own": () => engine.execute("SELECT 1"),
    "a piece of it in a query": () => all.where(sql`true`).all(),
    "a batch with it": () => engine.batch([all, sql`SELECT 1`]),
    "a lock": () => engine.transaction((session) => session.query(Entry).forUpdate().all()),
    "a transaction": () => engine.transaction((session) => session.query(Entry).all()),
    "a serializable one": () => engine.transaction((session) => session.query(Entry).all(), { readOnly: true, isolation: "serializable" }),
    "a write": () => engine.session().insert(Entry, { what: "tea" }),
  };
  for (const [what, ask] of Object.entries(asksPrimary)) assert.equal(await answeredByReplica(engine, ask), 0, what);
});

/** A standby that has replayed no commit yet does not say how far it is behind: until it has everything, it is not asked. */
const ready = (engine: Engine): Promise<void> => until(async () => (await engine.health()).replicas[0]!.isReady);

test("the caller may say who answers", async () => {
  await using engine = await open();
  await ready(engine);
  const onPrimary = engine.with({ on: "primary" });
  assert.equal(await answeredByReplica(engine, () => onPrimary.query(Entry).all()), 0);
  await onPrimary.close();
  assert.equal(await answeredByReplica(engine, () => engine.execute("SELECT 1", [], { on: "replica" })), 1);
  assert.equal(await answeredByReplica(engine, () => engine.execute("INSERT INTO servers VALUES ('x')", [], { on: "replica" })), 0);
  const anyReplica = engine.with({ on: "replica" });
  await ready(engine);
  assert.equal((await anyReplica.execute("SELECT is_copy() AS it", [], { on: "replica" })).column("it")[0], true);
  assert.equal(await isCopy(anyReplica), false, "nobody knows what SQL of one's own does");
  assert.throws(() => engine.with({ on: "standby" as "primary" }), ConfigurationError);
});

test("one reads what one wrote, however far behind the standby is", async () => {
  await using engine = await open();
  await using asWell = await open({ readYourWrites: false });
  await ready(engine);
  await ready(asWell);
  const session = engine.session();
  await pauseReplay(true);
  try {
    const { id } = await session.insert(Entry, { what: "late" });
    assert.equal((await engine.query(Entry).filter({ id }).one()).what, "late");
    const inTransaction = await engine.transaction((tx) => tx.insert(Entry, { what: "later" }));
    assert.equal((await engine.query(Entry).filter({ id: inTransaction.id }).one()).what, "later");
    assert.equal(await answeredByReplica(engine, () => engine.query(Entry).all()), 0);
    // Whoever need not see it is answered by the standby.
    assert.equal(await answeredByReplica(engine, () => engine.with({ on: "replica" }).query(Entry).filter({ id }).count()), 1);
    assert.equal(await asWell.query(Entry).filter({ id }).count(), 0);
  } finally {
    await pauseReplay(false);
  }
  await until(async () => (await answeredByReplica(engine, () => engine.query(Entry).all())) === 1);
});

test("a request reads what the one before it wrote, by a text that travels, and waits for nobody else's writes", async () => {
  await using writing = await createEngine(primary.socketUrl());
  await using reading = await open();
  await using busy = await open();
  await Promise.all([ready(reading), ready(busy)]);
  const earlier = await writing.lastWrite();
  assert.match(earlier!, /^[0-9A-F]+\/[0-9A-F]+$/);
  await until(async () => (await answeredByReplica(reading, () => reading.with({ after: earlier }).query(Entry).count())) === 1);
  await pauseReplay(true);
  try {
    const { id } = await writing.session().insert(Entry, { what: "cookie" });
    const after = await writing.lastWrite();
    const found = (engine: Engine): Promise<number> => engine.query(Entry).filter({ id }).count();
    // The process has not written, so it is content with the standby; whoever has the text is not.
    assert.equal(await found(reading), 0);
    const next = reading.with({ after });
    assert.equal(await answeredByReplica(reading, async () => assert.equal(await found(next), 1)), 0);
    assert.equal(await next.lastWrite(), after);
    assert.equal(await answeredByReplica(reading, () => next.transaction((tx) => tx.query(Entry).all(), { readOnly: true })), 0);
    // In a process that writes all the time, who has not written is answered by the standby.
    await busy.session().insert(Entry, { what: "noise" });
    assert.equal(await answeredByReplica(busy, () => busy.query(Entry).count()), 0);
    assert.equal(await answeredByReplica(busy, () => busy.with({ after: earlier }).query(Entry).count()), 1);
    const fresh = busy.with({ after: null });
    assert.deepEqual([await answeredByReplica(busy, () => fresh.query(Entry).count()), await fresh.lastWrite()], [1, null]);
    // Until it writes.
    const written = await fresh.session().insert(Entry, { what: "mine" });
    assert.equal(await fresh.query(Entry).filter({ id: written.id }).count(), 1);
    assert.notEqual(await fresh.lastWrite(), null);
  } finally {
    await pauseReplay(false);
  }
  const { id } = await writing.session().insert(Entry, { what: "cookie" });
  const mine = reading.with({ after: await writing.lastWrite(), settings: { "app.user_id": 7 } });
  assert.equal(await mine.query(Entry).filter({ id }).count(), 1);
  await until(async () => (await answeredByReplica(reading, () => mine.query(Entry).filter({ id }).count())) === 1);
  assert.equal(await answeredByReplica(reading, () => mine.with({ on: "primary" }).query(Entry).count()), 0);
  for (const wrong of ["", "x", "1/2/3", "1/123456789", 5 as unknown as string])
    assert.throws(() => reading.with({ after: wrong }), { code: "E1001", message: /what lastWrite\(\) gave/ });
  assert.throws(() => reading.with({ on: "replica", after: null }), { code: "E1001" });
});

test("what a copy answered is kept for those who asked a copy, and is no answer to anybody else", async () => {
  await using engine = await open({ performance: { queryCache: { ttl: 60 } } });
  await ready(engine);
  const anyReplica = engine.with({ on: "replica" });
  const countOn = (on: Engine): Promise<number> => on.query(Entry).filter({ what: "kept" }).cache({ ttl: 60 }).count();
  await pauseReplay(true);
  try {
    await engine.session().insert(Entry, { what: "kept" });
    assert.equal(await countOn(anyReplica), 0);
    const before = engine.statementCount;
    assert.deepEqual([await countOn(anyReplica), engine.statementCount - before], [0, 0]);
    assert.deepEqual([await countOn(engine), engine.statementCount - before], [1, 1]);
    assert.deepEqual([await countOn(engine), await countOn(anyReplica), engine.statementCount - before], [1, 0, 1]);
    // A write through any of them makes all answers void.
    await anyReplica.session().insert(Entry, { what: "kept" });
    assert.equal(await countOn(engine), 2);
  } finally {
    await pauseReplay(false);
  }
  await until(async () => (await anyReplica.query(Entry).filter({ what: "kept" }).noCache().count()) === 2);
});

test("a window of time after a write, for servers without positions", async () => {
  await using patient = await open({ readYourWrites: "1m" });
  await patient.session().insert(Entry, { what: "soon" });
  assert.equal(await answeredByReplica(patient, () => patient.query(Entry).all()), 0);
  await using engine = await open({ readYourWrites: 50 });
  await engine.session().insert(Entry, { what: "soon" });
  await until(async () => (await answeredByReplica(engine, () => engine.query(Entry).all())) === 1);
});

test("a standby that is too far behind is left out", async () => {
  await using engine = await open({ readYourWrites: false, maxReplicaLag: 100 });
  await using other = await createEngine(primary.socketUrl());
  await pauseReplay(true);
  try {
    await other.session().insert(Entry, { what: "elsewhere" });
    await until(async () => {
      const [replica] = (await engine.health()).replicas;
      return !replica!.isReady && replica!.lagMs > 100;
    });
    assert.equal(await answeredByReplica(engine, () => engine.query(Entry).all()), 0);
  } finally {
    await pauseReplay(false);
  }
  await until(async () => (await engine.health()).replicas[0]!.isReady);
});

test("a standby that cancels a read, or is not there, is not missed", async () => {
  const nowhere = "postgresql://petrel@127.0.0.1:1/postgres";
  await using engine = await open({ replicas: [standby.socketUrl(), { url: nowhere, weight: 5 }] });
  const health = await engine.health();
  assert.equal(health.isHealthy, true);
  assert.match(health.replicas[1]!.problem!, /127\.0\.0\.1:1/);
  const ask = (): Promise<unknown> => Promise.all(Array.from({ length: 6 }, () => engine.query(Entry).all()));
  assert.equal(await answeredByReplica(engine, ask), 6);
  // Its connections end while it reads.
  await using direct = await createEngine(standby.socketUrl());
  await direct.execute(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
  );
  for (let round = 0; round < 5; round++) assert.ok(Array.isArray(await engine.query(Entry).all()));
});

test("promoted under load, nothing that was acknowledged is lost, and nothing is written to a standby", async () => {
  await using admin = await createEngine(primary.socketUrl());
  await admin.execute("ALTER SYSTEM SET synchronous_standby_names = 's1'");
  await admin.execute("SELECT pg_reload_conf()");
  await until(async () => (await admin.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).all().length === 1);
  const hosts = `host=${encodeURIComponent(`${primary.directory},${standby.directory}`)}&port=${primary.port},${standby.port}`;
  await using engine = await createEngine(`postgresql://petrel@/postgres?${hosts}`, {
    replicas: [standby.socketUrl()],
    replicaCheckInterval: 20,
    maxConnections: 4,
    acquireTimeout: "20s",
  });
  await engine.health();
  const acknowledged: number[] = [];
  const refusals = new Set<string>();
  const load = { isOver: false };
  const write = async (first: number): Promise<void> => {
    for (let id = first; !load.isOver; id += 10) {
      try {
        await engine.session().insert(Entry, { id, what: "load" });
      } catch (error) {
        if (!isPetrelError(error)) throw error;
        refusals.add(error.sqlState ?? error.name);
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      acknowledged.push(id);
      // Read back by whoever has it: it must be there.
      const found = await engine
        .query(Entry)
        .filter({ id })
        .exists()
        .catch(() => true);
      assert.ok(found, "one's own write is read");
    }
  };
  const writers = [1, 2, 3].map((at) => write(100_000 + at));
  await until(() => acknowledged.length > 100);
  await admin.close();
  await primary.stop();
  const atLoss = acknowledged.length;
  await using promoted = await createEngine(standby.socketUrl());
  assert.equal(await isCopy(promoted), true);
  await promoted.execute("SELECT pg_promote(true)");
  await until(() => acknowledged.length > atLoss + 100);
  load.isOver = true;
  await Promise.all(writers);
  const kept = new Set(await promoted.query(Entry).filter({ id__gte: 100_000 }).column("id"));
  assert.deepEqual(
    acknowledged.filter((id) => !kept.has(id)),
    [],
  );
  assert.ok(!refusals.has("25006"), "a standby was asked to write");
  const health = await engine.health();
  assert.match(health.replicas[0]!.problem!, /no standby/);
  assert.ok(health.isHealthy);
});
