/** `createEngine`: the one place that brings a dialect and a driver together. */
import { ConfigurationError } from "../base/errors.ts";
import { postgres } from "../dialect/postgres/postgres.ts";
import { sqlite } from "../dialect/sqlite/sqlite.ts";
import { openPostgres } from "../driver/postgres/postgres-driver.ts";
import { openSqlite } from "../driver/sqlite/sqlite.ts";
<<<<<<< HEAD
import { Engine } from "../session/engine.ts";
import { postgresOptions, sqliteOptions } from "./engine-options.ts";
import type { EngineOptions } from "./engine-options.ts";
=======
import type { SqliteOptions } from "../driver/sqlite/sqlite.ts";
import { parseSqliteUrl } from "../driver/url.ts";
import { Engine } from "../session/engine.ts";

/** What `createEngine` takes beside the URL. Times are in milliseconds. */
export type EngineOptions = Omit<SqliteOptions, "url">;

const known: Readonly<Record<keyof EngineOptions, true>> = {
  driver: true,
  readOnly: true,
  busyTimeout: true,
  readers: true,
  statementCacheSize: true,
  closeGrace: true,
  journalMode: true,
  foreignKeys: true,
  synchronous: true,
  cacheSize: true,
  pragmas: true,
};

const assertKnown = (options: EngineOptions): void => {
  if (typeof options !== "object" || options === null) throw new ConfigurationError("The options of createEngine() are an object.");
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new ConfigurationError(`createEngine() has no option '${unknown}'.${didYouMean(unknown, Object.keys(known))}`);
};
>>>>>>> main

const assertFitting = (url: string, options: EngineOptions): void => {
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
<<<<<<< HEAD
  if (typeof url !== "string")
    throw new ConfigurationError("createEngine() takes a URL such as 'postgresql://localhost/shop' or 'sqlite:app.db'.");
  if (/^postgres(?:ql)?:/i.test(url)) return new Engine(postgres, openPostgres({ ...postgresOptions(options), url }));
  return new Engine(sqlite, await openSqlite({ ...sqliteOptions(options), url }));
=======
  assertKnown(options);
  assertFitting(url, options);
  return new Engine(sqlite, await openSqlite({ ...options, url }));
>>>>>>> main
};
