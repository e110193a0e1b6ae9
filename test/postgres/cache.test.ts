// A cache of answers, on PostgreSQL: also of what other processes write, and of tenants apart.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cacheStats, memoryStore } from "../../src/entry/cache.ts";
import { blockPool } from "../../src/driver/postgres/protocol/block-pool.ts";
import { ConfigurationError, createEngine, type Engine, type EngineOptions, int, Model, sql, text } from "../../src/entry/index.ts";
import { cacheRandomSuite } from "../suites/cache-random-suite.ts";
import { cacheSuite } from "../suites/cache-suite.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Sample, Tag, User } from "../support/models.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { until } from "../support/waiting.ts";

class Order extends Model("cached_orders", { id: int().primaryKey(), tenantId: int(), what: text() }) {}

let server: ScratchPostgres;
let maker: Engine;
let count = 0;

before(async () => {
  server = await startScratchPostgres();
  maker = await createEngine(server.socketUrl());
  await maker.execute("CREATE DATABASE cached_blog");
  await using engine = await createEngine(server.socketUrl("cached_blog"));
  await engine.createAll([...blog, Sample]);
  await fillBlog(engine);
  for (const table of ["users", "posts", "tags", "comments"])
    await engine.execute(sql`SELECT setval(pg_get_serial_sequence(${table}, 'id'), 1000)`);
});
after(async () => {
  await maker.close();
  await server.stop();
});

/** With the rows of the blog. */
const newDatabase = async (): Promise<string> => {
  const name = `cached_${++count}`;
  await maker.execute(`CREATE DATABASE ${name} TEMPLATE cached_blog`);
  return server.socketUrl(name);
};

const open = async (options: EngineOptions = {}): Promise<Engine> => createEngine(await newDatabase(), options);

cacheSuite({ name: "PostgreSQL", open: (queryCache) => open(queryCache === undefined ? {} : { performance: { queryCache } }) });
cacheRandomSuite("PostgreSQL", () => open({ performance: { queryCache: { enabled: true, maxSize: 50 } } }));

describe("answers of tenants", () => {
  test("are kept apart by role and settings, and made void by whichever tenant writes", async () => {
    await using engine = await open({ performance: { queryCache: { enabled: true } } });
    await engine.createAll([Order]);
    for (const command of [
      "CREATE ROLE cache_tenant",
      "GRANT SELECT, UPDATE ON cached_orders TO cache_tenant",
      "ALTER TABLE cached_orders ENABLE ROW LEVEL SECURITY",
      "CREATE POLICY own ON cached_orders USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int)",
    ])
      await engine.execute(command);
    await engine.session().insertAll(
      Order,
      [1, 2].map((tenantId) => ({ tenantId, what: `of ${tenantId}` })),
    );
    const of = (id: number): Engine => engine.with({ role: "cache_tenant", settings: { "app.tenant_id": id } });
    const whats = (on: Engine): Promise<string[]> => on.query(Order).orderBy("id").column("what");
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await whats(of(1)), ["of 1"]);
      assert.deepEqual(await whats(of(2)), ["of 2"]);
      assert.deepEqual(await whats(engine.with({ role: "cache_tenant" })), []);
      assert.deepEqual(await whats(engine), ["of 1", "of 2"]);
    }
    assert.deepEqual([cacheStats(engine).hits, cacheStats(engine).misses], [4, 4]);
    // Nobody's text becomes another's context.
    const forged = engine.with({ role: "cache_tenant", settings: { "app.tenant_id": '1","role","cache_tenant' } });
    await assert.rejects(whats(forged));
    await using mine = of(2);
    await mine.close();
    await of(2).query(Order).update({ what: "changed" }, { all: true });
    assert.deepEqual(await whats(engine), ["of 1", "changed"]);
    assert.deepEqual(await whats(of(1)), ["of 1"]);
  });

  test("are kept apart by the user of the connection, where engines share a store", async () => {
    const url = await newDatabase();
    const store = memoryStore();
    const performance = { queryCache: { enabled: true, store } };
    await using owner = await createEngine(url, { performance });
    await owner.createAll([Order]);
    await owner.session().insert(Order, { tenantId: 1, what: "secret" });
    await owner.execute("CREATE ROLE cache_other LOGIN");
    await owner.execute("ALTER TABLE cached_orders ENABLE ROW LEVEL SECURITY");
    await owner.execute("GRANT SELECT ON cached_orders TO cache_other");
    assert.equal((await owner.query(Order).all()).length, 1);
    await using other = await createEngine(url, { settings: { user: "cache_other" }, performance });
    assert.equal((await other.query(Order).all()).length, 0);
  });
});

describe("what other processes write", () => {
  test("is heard by notify, with the tables of a transaction, and what a trigger sends", async () => {
    const url = await newDatabase();
    const shared = { performance: { queryCache: { enabled: true, notify: true } } };
    await using one = await createEngine(url, shared);
    await using other = await createEngine(url, shared);
    const name = async (): Promise<string> => (await other.query(User).get({ id: 1 })).name;
    assert.equal(await name(), "Ann");
    const change = (to: string) => one.transaction((session) => session.query(User).filter({ id: 1 }).update({ name: to }));
    await change("New");
    await until(async () => (await name()) === "New");
    // Without a word of the engine itself: what a trigger sends, and what nobody understands.
    for (const [round, payload] of ['["users"]', "anything"].entries()) {
      const to = `Raw ${round}`;
      await name();
      await using stranger = await createEngine(url);
      await stranger.execute(sql`UPDATE users SET name = ${to} WHERE id = 1`);
      assert.notEqual(await name(), to);
      await stranger.notify("petrel_cache", payload);
      await until(async () => (await name()) === to);
    }
    assert.equal(cacheStats(one).errors + cacheStats(other).errors, 0);
  });

  test("may have been missed when the connection was lost, so everything is void", async () => {
    const url = await newDatabase();
    await using engine = await createEngine(url, { performance: { queryCache: { enabled: true, notify: "own_channel" } } });
    const names = (): Promise<string[]> => engine.query(Tag).filter({ id: 1 }).column("name");
    assert.deepEqual(await names(), ["typescript"]);
    await using writer = await createEngine(url);
    await writer.execute("UPDATE tags SET name = 'new' WHERE id = 1");
    assert.deepEqual(await names(), ["typescript"]);
    const { invalidations } = cacheStats(engine);
    await writer.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    );
    await until(() => cacheStats(engine).invalidations > invalidations);
    assert.deepEqual(await names(), ["new"]);
  });
});

test("memoryPool governs the blocks of memory of the thread for as long as an engine is open", async () => {
  const spares = blockPool.spares;
  const engine = await createEngine(server.socketUrl(), { performance: { memoryPool: { size: spares + 9, cleanupInterval: "1h" } } });
  assert.equal(blockPool.spares, spares + 9);
  await engine.execute("SELECT 1");
  assert.ok(blockPool.spares >= spares + 8);
  await engine.close();
  assert.ok(blockPool.spares <= 4);
  for (const memoryPool of [{ size: -1 }, { size: 5, maxSize: 1 }, { sizes: 5 }, { cleanupInterval: "soon" }, 5])
    await assert.rejects(createEngine(server.socketUrl(), { performance: { memoryPool: memoryPool as never } }), ConfigurationError);
});
