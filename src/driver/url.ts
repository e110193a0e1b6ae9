/**
 * Where a SQLite database is, out of its URL.
 *
 *   sqlite:app.db   sqlite:///app.db   file:app.db        beside the process
 *   sqlite:/a/b.db  sqlite:////a/b.db  file:///a/b.db     from the root
 *   sqlite:C:\b.db  sqlite:///C:/b.db  file:///C:/b.db    on a Windows drive
 *   sqlite::memory:  sqlite://:memory:  sqlite:///:memory:  in memory
 *
 * Only `mode` is understood behind the `?`: whatever else SQLite would take there (`vfs`, `cache`, `nolock`) changes how a file is trusted.
 */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";

export interface SqliteLocation {
  /** A path as the operating system takes it, relative or absolute; `":memory:"` when `memory`. */
  readonly path: string;
  readonly memory: boolean;
  /** `mode=ro`: never write. */
  readonly readOnly: boolean;
  /** `mode=rw`: the file has to be there already. */
  readonly mustExist: boolean;
}

const modes = ["ro", "rw", "rwc", "memory"];
const memoryPaths = new Set([":memory:", "//:memory:", "///:memory:"]);
const remedy = "Write 'sqlite:app.db' for a file beside the process, 'sqlite:////data/app.db' for an absolute path, or 'sqlite::memory:'.";

/** Throws `ConfigurationError` for what is not a SQLite URL, for parameters not known here, and for a URL that names no file. */
export const parseSqliteUrl = (url: string): SqliteLocation => {
  if (typeof url !== "string") throw new ConfigurationError(`A SQLite URL has to be a string. ${remedy}`);
  const scheme = /^(sqlite|file):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const written = /^([a-z][a-z0-9+.-]{1,20}):/i.exec(url)?.[1];
    const hint = written === undefined ? "" : didYouMean(written, ["sqlite", "file"]);
    throw new ConfigurationError(`A SQLite URL begins with 'sqlite:' or 'file:'.${hint} ${remedy}`);
  }
  const rest = url.slice(scheme.length + 1);
  if (rest.includes("#")) throw new ConfigurationError("A '#' in the path of a SQLite URL is written '%23'.");
  const question = rest.indexOf("?");
  const mode = question < 0 ? "rwc" : readMode(rest.slice(question + 1));
  const written = question < 0 ? rest : rest.slice(0, question);
  if (mode === "memory" || memoryPaths.has(written)) return { path: ":memory:", memory: true, readOnly: false, mustExist: false };
  return { path: readPath(scheme, written), memory: false, readOnly: mode === "ro", mustExist: mode !== "rwc" };
};

const readMode = (query: string): string => {
  let mode = "rwc";
  for (const [name, value] of new URLSearchParams(query)) {
    if (name !== "mode") {
      throw new ConfigurationError(
        `The SQLite URL has the parameter '${printable(name)}', which Petrel does not take.${didYouMean(name, ["mode"])} ` +
          "Only 'mode' may stand in the URL; other settings are options of createEngine.",
      );
    }
    if (!modes.includes(value)) {
      throw new ConfigurationError(`The 'mode' of a SQLite URL is one of ${modes.join(", ")}.${didYouMean(value, modes)}`);
    }
    mode = value;
  }
  return mode;
};

/** Names of parameters are shown in messages, so they may not bring line breaks along. */
const printable = (name: string): string => name.replace(/[^\w.-]/g, "?").slice(0, 40);

const readPath = (scheme: string, written: string): string => {
  const path = withoutAuthority(scheme, decode(written));
  if (path === "" || path.endsWith("/")) throw new ConfigurationError(`The SQLite URL names no file. ${remedy}`);
  if (path.includes("\0")) throw new ConfigurationError("The path of a SQLite URL must not hold a NUL character.");
  return path;
};

const decode = (written: string): string => {
  try {
    return decodeURIComponent(written);
  } catch (cause) {
    throw new ConfigurationError(
      "The SQLite URL has a '%' that is not followed by two hexadecimal digits of UTF-8; a plain '%' is written '%25'.",
      {
        cause,
      },
    );
  }
};

/** Three slashes after `sqlite:` begin a relative path, after `file:` an absolute one: each as its own world writes it. */
const withoutAuthority = (scheme: string, path: string): string => {
  if (!path.startsWith("//")) return withoutSlashBeforeDrive(path);
  const local = path.startsWith("///") ? path.slice(2) : scheme === "file" && path.startsWith("//localhost/") ? path.slice(11) : null;
  if (local === null) {
    throw new ConfigurationError(`Two slashes in a SQLite URL would begin the name of a server, and SQLite has none. ${remedy}`);
  }
  return scheme === "file" ? withoutSlashBeforeDrive(local) : local.slice(1);
};

const withoutSlashBeforeDrive = (path: string): string => (/^\/[a-z]:[\\/]/i.test(path) ? path.slice(1) : path);
