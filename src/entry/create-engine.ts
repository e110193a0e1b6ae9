/** `createEngine`: the one place that brings a dialect and a driver together. */
import { arrowTables } from "../arrow/arrow-table.ts";
import { ConfigurationError } from "../base/errors.ts";
import { postgres } from "../dialect/postgres/postgres.ts";
import { sqlite } from "../dialect/sqlite/sqlite.ts";
import { openSqlite } from "../driver/sqlite/sqlite.ts";
import { parseSqliteUrl } from "../driver/url.ts";
import { offerArrow } from "../engine/arrow-door.ts";
import { Engine } from "../session/engine.ts";
import { sqliteOptions } from "./engine-options.ts";
import type { EngineOptions, SqliteEngineOptions } from "./engine-options.ts";
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
  if (/^postgres(?:ql)?:/i.test(url)) return new Engine(postgres, openReplicated(url, options));
  const settings = sqliteOptions(options);
  assertFitting(url, settings);
  return new Engine(sqlite, await openSqlite({ ...settings, url }));
};
