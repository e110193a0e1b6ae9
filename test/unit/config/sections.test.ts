import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../../../src/base/errors.ts";
import { fromToml } from "../../../src/config/configuration.ts";

test("petrel.toml says what the cache and the memory pool do, in snake case or in camel case", () => {
  const given = {
    database: { url: "sqlite:app.db", busy_timeout: 5 },
    performance: { query_cache: { enabled: true, max_size: 5, evictionPolicy: "lfu" }, memory_pool: { cleanup_interval: 60 } },
  };
  assert.deepEqual(fromToml("petrel.toml", given), {
    url: "sqlite:app.db",
    options: {
      busyTimeout: 5,
      queryCache: { enabled: true, maxSize: 5, evictionPolicy: "lfu" },
      memoryPool: { cleanupInterval: 60 },
    },
  });
  for (const wrong of [{ performance: 5 }, { performance: { query_cache: 5 } }, { performances: {} }])
    assert.throws(() => fromToml("petrel.toml", wrong), ConfigurationError, JSON.stringify(wrong));
});
