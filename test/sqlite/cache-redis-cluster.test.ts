// Answers in a Redis Cluster: its keys lie in one slot, as commands that name several need it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cacheStoreSuite, redisStore } from "../../src/entry/cache.ts";
import { createEngine } from "../../src/entry/index.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, User } from "../support/models.ts";
import { withoutRedis } from "../support/scratch-redis.ts";
import { startScratchRedisCluster, type ScratchRedisCluster } from "../support/scratch-redis-cluster.ts";
import { until } from "../support/waiting.ts";

describe("a store in a Redis Cluster", { skip: withoutRedis }, () => {
  let cluster: ScratchRedisCluster;
  let stores = 0;
  before(async () => {
    cluster = await startScratchRedisCluster();
  });
  after(() => cluster.stop());

  cacheStoreSuite(test, async () => ({ store: await redisStore(cluster.client, { prefix: `{suite ${++stores}}:` }) }));

  test("keeps answers of an engine, and makes them void, under its own prefix", async () => {
    await using store = await redisStore(cluster.client);
    await using engine = await createEngine("sqlite::memory:", { performance: { queryCache: { store, ttl: 60 } } });
    await engine.createAll(blog);
    await fillBlog(engine);
    const name = async (): Promise<string> => (await engine.query(User).cache().get({ id: 1 })).name;
    assert.equal(await name(), "Ann");
    // It is kept behind the answer.
    await until(async () => {
      const before = engine.statementCount;
      assert.equal(await name(), "Ann");
      return engine.statementCount === before;
    });
    await engine.query(User).filter({ id: 1 }).update({ name: "New" });
    assert.equal(await name(), "New");
    const [node] = cluster.client.nodes("master");
    const keys = await node!.keys("*petrel*");
    assert.ok(keys.length > 0 && keys.every((key) => key.startsWith("{petrel}:")), keys.join());
  });

  test("a prefix without a hash tag is refused, and would be by the cluster", async () => {
    for (const prefix of ["shop:", "{}shop:", "{shop", "}{"])
      await assert.rejects(redisStore(cluster.client, { prefix }), { code: "E1001", message: /several keys at once.*one slot/ });
    await assert.rejects(cluster.client.mget("one", "two"), /CROSSSLOT|same slot/);
  });
});
