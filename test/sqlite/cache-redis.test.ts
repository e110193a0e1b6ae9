// Answers in Redis: what a store must do, and two engines that share one.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cacheStats, cacheStoreSuite, redisStore, type QueryCacheOptions } from "../../src/entry/cache.ts";
import { ConfigurationError, createEngine, type Engine } from "../../src/entry/index.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Sample, User } from "../support/models.ts";
import { startScratchRedis, withoutRedis, type ScratchRedis } from "../support/scratch-redis.ts";
import { until } from "../support/waiting.ts";

describe("a store in Redis", { skip: withoutRedis }, () => {
  let redis: ScratchRedis;
  let stores = 0;
  const folder = mkdtempSync(join(tmpdir(), "petrel-cache-"));
  const file = join(folder, "shared.db");
  const open = async (options: QueryCacheOptions = {}, prefix = "shared:"): Promise<Engine> => {
    const store = await redisStore(redis.client, { prefix });
    return createEngine(`sqlite:${file}`, { performance: { queryCache: { enabled: true, store, ...options } } });
  };
  const sent = async (engine: Engine, work: () => Promise<unknown>): Promise<number> => {
    const from = engine.statementCount;
    await work();
    return engine.statementCount - from;
  };

  before(async () => {
    redis = await startScratchRedis();
    await using engine = await createEngine(`sqlite:${file}`);
    await engine.createAll([...blog, Sample]);
    await fillBlog(engine);
  });
  after(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  cacheStoreSuite(test, async () => ({ store: await redisStore(redis.client, { prefix: `suite ${++stores}:` }) }));

  test("is shared by engines on one database: answers, and what makes them void", async () => {
    await using one = await open();
    await using other = await open();
    const name = async (engine: Engine): Promise<string> => (await engine.query(User).get({ id: 1 })).name;
    assert.equal(await name(one), "Ann");
    assert.equal(await sent(other, () => name(other)), 0);
    await other.query(User).filter({ id: 1 }).update({ name: "New" });
    assert.equal(await name(other), "New");
    await until(async () => (await name(one)) === "New");
  });

  test("shows no values in its keys", async () => {
    await using engine = await open();
    await engine.query(User).filter({ name: "a secret name" }).all();
    await until(async () => (await redis.client.keys("*answer:*")).length > 0);
    assert.ok(!(await redis.client.keys("*")).some((key) => /secret/.test(key)));
  });

  test("keeps every type of a row exactly", async () => {
    await using engine = await open();
    const given = {
      id: 1,
      large: 2n ** 60n,
      real: -0.5,
      price: "12345.6789",
      at: new Date(5),
      data: { __proto__: null, list: [1, null] },
      raw: new Uint8Array([0, 255]),
      words: ["a"],
    };
    await engine.session().insert(Sample, given);
    const plain = await engine.query(Sample).noCache().get({ id: 1 });
    const read = (): Promise<Sample> => engine.query(Sample).get({ id: 1 });
    await until(async () => (await sent(engine, read)) === 0);
    assert.deepStrictEqual(await read(), plain);
  });

  test("what somebody else wrote there is no answer", async () => {
    await using engine = await open({}, "poisoned:");
    const read = async (): Promise<string> => (await engine.query(User).get({ id: 2 })).name;
    await read();
    const [key] = await redis.client.keys("poisoned:answer:*");
    const [stamp] = (await redis.client.get(key!))!.split("\n");
    for (const text of ["", "nonsense", `${stamp}\n{`, `${stamp}\n["f","x"]`, `other ${stamp}\n["o"]`]) {
      await redis.client.set(key!, text);
      assert.equal(await read(), "bob");
    }
  });

  test("void answers stay void when Redis lets go of everything but them", async () => {
    await using engine = await open({}, "evicted:");
    const read = async (): Promise<string> => (await engine.query(User).get({ id: 3 })).name;
    await read();
    await engine.query(User).filter({ id: 3 }).update({ name: "New" });
    await redis.client.del("evicted:tables", "evicted:table:users");
    assert.equal(await read(), "New");
  });

  test("while Redis does not answer, the database does", async () => {
    const own = await startScratchRedis();
    const store = await redisStore(own.client);
    await using engine = await createEngine(`sqlite:${file}`, { performance: { queryCache: { enabled: true, store } } });
    const read = async (): Promise<string> => (await engine.query(User).get({ id: 2 })).name;
    await read();
    assert.equal(await sent(engine, read), 0);
    await own.stop();
    assert.equal(await read(), "bob");
    await engine.query(User).filter({ id: 2 }).update({ name: "bobby" });
    assert.equal(await read(), "bobby");
    await engine.query(User).filter({ id: 2 }).update({ name: "bob" });
    assert.ok(cacheStats(engine).errors > 0);
  });

  test("by a URL it has a connection of its own", async () => {
    await assert.rejects(redisStore("http://localhost"), ConfigurationError);
    await assert.rejects(redisStore(5 as never), ConfigurationError);
    await using store = await redisStore("redis://127.0.0.1:1", { timeoutMs: 200 });
    await assert.rejects(async () => store.get("key", []));
  });
});
