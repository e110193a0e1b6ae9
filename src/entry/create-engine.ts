/** `createEngine`: the one place that brings a dialect and a driver together. */
import { realpathSync } from "node:fs";
import { arrowTables } from "../arrow/arrow-table.ts";
import { ConfigurationError } from "../base/errors.ts";
import type { QueryCacheOptions } from "../cache/settings.ts";
import { postgres } from "../dialect/postgres/postgres.ts";
import { sqlite } from "../dialect/sqlite/sqlite.ts";
import { openSqlite } from "../driver/sqlite/sqlite.ts";
import { parseSqliteUrl } from "../driver/url.ts";
import { offerArrow } from "../engine/results/arrow-door.ts";
import { Engine } from "../session/engine.ts";
import { connectConfig } from "../driver/postgres/startup/config.ts";
import { performanceOptions, postgresOptions, sqliteOptions } from "./engine-options.ts";
import type { EngineOptions, MemoryPoolOptions, SqliteEngineOptions } from "./engine-options.ts";
import { openReplicated } from "./open-replicated.ts";

const assertFitting = (url: string, options: Pick<SqliteEngineOptions, "readOnly">): void => {
  if (options.readOnly !== true || !parseSqliteUrl(url).memory) return;
  throw new ConfigurationError(
    "A database in memory begins empty, so with readOnly there would be nothing to read. Leave out one of them.",
  );
};

/**
 * Opens a database by its URL: `postgresql://…`, `postgres://…`, `sqlite:app.db`, `sqlite:///relative.db`, `sqlite:////absolute.db`,
 * `sqlite::memory:`, `file:…`. A SQLite file is opened now, a PostgreSQL server when the first statement comes.
 * `sqlite::memory:` is a new, empty database for every engine. One engine serves a whole program; close it, or let `await using` do so.
 * Throws `ConfigurationError` for a URL or option it does not understand, `ConnectionError` for a file that cannot be used.
 *
 *     await using engine = await createEngine("postgresql://localhost/shop", { maxConnections: 20 });
 */
export const createEngine = async (url: string, options: EngineOptions = {}): Promise<Engine> => {
  if (typeof url !== "string")
    throw new ConfigurationError("createEngine() takes a URL such as 'postgresql://localhost/shop' or 'sqlite:app.db'.");
  offerArrow(arrowTables);
  if (typeof options !== "object" || options === null) throw new ConfigurationError("The options of createEngine() are an object.");
  const { performance, queryCache: ownCache, memoryPool: ownPool, ...others } = options;
  const { queryCache = ownCache, memoryPool = ownPool } = performanceOptions(performance);
  const { engine, name } = /^postgres(?:ql)?:/i.test(url)
    ? openedPostgres(url, others, memoryPool)
    : await openedSqlite(url, others, memoryPool);
  if (queryCache !== undefined) await withCache(engine, queryCache, name);
  return engine;
};

/** An engine, and what tells its database apart in a cache that several share: who reads which database. */
interface Opened {
  readonly engine: Engine;
  readonly name: string;
}

const openedPostgres = (url: string, options: EngineOptions, memoryPool: MemoryPoolOptions | undefined): Opened => {
  const driver = openReplicated(url, options, memoryPool);
  const { hosts, user, database, parameters } = connectConfig({ ...postgresOptions(options), url });
  const places = hosts.map(({ address, port, path }) => [address, port, path]);
  return { engine: new Engine(postgres, driver), name: JSON.stringify([places, user, database, Object.entries(parameters)]) };
};

const openedSqlite = async (url: string, options: EngineOptions, memoryPool: MemoryPoolOptions | undefined): Promise<Opened> => {
  if (memoryPool !== undefined)
    throw new ConfigurationError("createEngine(): performance.memoryPool is for PostgreSQL. SQLite has no messages to keep memory for.");
  const settings = sqliteOptions(options);
  assertFitting(url, settings);
  const engine = new Engine(sqlite, await openSqlite({ ...settings, url }));
  const { path, memory } = parseSqliteUrl(url);
  // One in memory is nobody else's.
  return { engine, name: memory ? crypto.randomUUID() : realpathSync(path) };
};

/** The room of the cache is loaded for those who use it. */
const withCache = async (engine: Engine, options: QueryCacheOptions, name: string): Promise<void> => {
  try {
    const { openCache } = await import("../cache/open-cache.ts");
    await openCache(engine, options, name);
  } catch (error) {
    await engine.close();
    throw error;
  }
};
