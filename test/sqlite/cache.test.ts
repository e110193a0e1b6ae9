// A cache of answers, on SQLite.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore, type QueryCacheOptions } from "../../src/entry/cache.ts";
import { ConfigurationError, createEngine, type Engine } from "../../src/entry/index.ts";
import { cacheRandomSuite } from "../suites/cache-random-suite.ts";
import { cacheSuite } from "../suites/cache-suite.ts";
import { bindings, fillBlog } from "../support/make-database.ts";
import { blog, Sample } from "../support/models.ts";

for (const driver of bindings()) {
  const open = async (queryCache?: QueryCacheOptions): Promise<Engine> => {
    const engine = await createEngine("sqlite::memory:", { driver, ...(queryCache === undefined ? {} : { performance: { queryCache } }) });
    await engine.createAll([...blog, Sample]);
    await fillBlog(engine);
    return engine;
  };
  cacheSuite({ name: driver, open });
  cacheRandomSuite(driver, () => createEngine("sqlite::memory:", { driver, performance: { queryCache: { enabled: true, maxSize: 50 } } }));
}

test("refuses options that are none", async () => {
  const wrong: readonly unknown[] = [
    { unknown: 1 },
    { enabled: "yes" },
    { ttl: "soon" },
    { ttl: -1 },
    { maxSize: 0 },
    { maxSize: 1.5 },
    { evictionPolicy: "fifo" },
    { maxRows: -1 },
    { store: {} },
    { store: memoryStore(), maxSize: 5 },
    { notify: 5 },
    7,
  ];
  for (const options of wrong) {
    const opened = createEngine("sqlite::memory:", { performance: { queryCache: options as QueryCacheOptions } });
    await assert.rejects(opened, ConfigurationError, JSON.stringify(options));
  }
  for (const performance of [null, 5, { cache: {} }, { memoryPool: { size: 1 } }])
    await assert.rejects(createEngine("sqlite::memory:", { performance: performance as never }), ConfigurationError);
});

test("SQLite has no notifications, and says so", async () => {
  await assert.rejects(createEngine("sqlite::memory:", { performance: { queryCache: { notify: true } } }), ConfigurationError);
});
