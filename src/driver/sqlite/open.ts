/** Opens connections to one database: the file, its settings and functions. */
import { ConnectionError, isPetrelError } from "../../base/errors.ts";
import type { SqliteLocation } from "../url.ts";
import { attachStatements } from "./attached-files.ts";
import type { AttachedFile } from "./attached-files.ts";
import type { Binding, BindingDatabase } from "./binding.ts";
import { SqliteConnection } from "./connection.ts";
import { resultCode, toPetrelError } from "./errors.ts";
import { defineFunctions } from "./functions.ts";
import type { PragmaOptions } from "./pragmas.ts";
import { filePragmas, readerPragmas, writerPragmas } from "./pragmas.ts";

export interface OpenSettings extends PragmaOptions {
  readonly busyTimeoutMs: number;
  readonly statementCacheSize: number;
  readonly attached: readonly AttachedFile[];
}

export interface Opener {
  /** The connection that writes; the first of it creates the file. */
  writer(): SqliteConnection;
  /** One that only reads. */
  reader(): SqliteConnection;
}

/** `location.path` has to be absolute, or `":memory:"`. Both functions throw `ConnectionError` with the path. */
export const makeOpener = (binding: Binding, location: SqliteLocation, settings: OpenSettings): Opener => {
  const open = (pragmas: readonly string[], mustExist: boolean): SqliteConnection => {
    const { path, readOnly } = location;
    let database: BindingDatabase | null = null;
    try {
      database = binding.open(path, { readOnly, mustExist });
      // Settings take locks, too; once they are made, waiting is ours (busy.ts).
      database.exec(`PRAGMA busy_timeout = ${settings.busyTimeoutMs}`);
      for (const pragma of pragmas) database.exec(pragma);
      database.exec("PRAGMA busy_timeout = 0");
      // Opening reads nothing. A file that is no database has to be found out now.
      database.exec("SELECT 1 FROM sqlite_schema LIMIT 1");
      defineFunctions(database);
      return new SqliteConnection(database, path, settings.statementCacheSize);
    } catch (error) {
      database?.close();
      throw toOpenError(error, path);
    }
  };
  return {
    writer: () => {
      const { memory, readOnly, mustExist } = location;
      const attached = attachStatements(settings.attached, filePragmas(settings, memory || readOnly));
      return open([...attached, ...writerPragmas(settings, memory, readOnly)], mustExist || readOnly);
    },
    reader: () => open([...attachStatements(settings.attached, {}), ...readerPragmas(settings)], true),
  };
};

const toOpenError = (error: unknown, path: string): unknown => {
  if (isPetrelError(error)) return error;
  const missing = error instanceof TypeError && error.message.includes("directory does not exist");
  if (missing || resultCode(error) !== 0) {
    const found = missing || (resultCode(error) & 0xff) === 14 ? cannotOpen(error, path) : toPetrelError(error, "", path);
    return found instanceof ConnectionError
      ? found
      : new ConnectionError(`The database '${path}' cannot be opened with these settings.`, { cause: error });
  }
  return new ConnectionError(`The database '${path}' cannot be opened.`, { cause: error });
};

const cannotOpen = (cause: unknown, path: string): ConnectionError =>
  new ConnectionError(
    `The database '${path}' cannot be opened: its directory does not exist, the file is missing where it must be there, ` +
      "or it is not a file that this process may use.",
    { cause },
  );
