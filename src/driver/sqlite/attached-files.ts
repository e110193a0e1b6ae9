/** Files that stand beside a connection's own, each under a name that SQL uses as a schema (https://sqlite.org/lang_attach.html). */
import { resolve } from "node:path";
import { ConfigurationError } from "../../base/errors.ts";

export interface AttachedFile {
  readonly name: string;
  /** Absolute, or `":memory:"`. */
  readonly path: string;
}

const quoted = (text: string, mark: string): string => mark + text.replaceAll(mark, mark + mark) + mark;

const wrong = (what: string): ConfigurationError =>
  new ConfigurationError(`The option attach ${what}. Write { attach: { billing: "billing.db" } }.`);

const filesBy = (given: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given;
  throw wrong("is no object of names and paths");
};

/** The option `attach`, checked. Throws `ConfigurationError` naming the file's name. */
export const attachedFiles = (given: Readonly<Record<string, string>>, isInMemory: boolean): readonly AttachedFile[] =>
  Object.entries(filesBy(given)).map(([name, path]) => {
    if (name === "" || name.includes("\0") || /^(?:main|temp)$/i.test(name))
      throw wrong(`has a file called '${name.replaceAll("\0", "?")}', which SQLite does not take`);
    if (typeof path !== "string" || path === "" || path.includes("\0")) throw wrong(`has no path for '${name}'`);
    if (path !== ":memory:") return { name, path: resolve(path) };
    if (!isInMemory) throw wrong(`has '${name}' in memory beside a file, where each connection would have its own`);
    return { name, path };
  });

/** Attaches the files to a connection, in order, each with the pragmas that a connection has for every file by itself. */
export const attachStatements = (files: readonly AttachedFile[], pragmas: Readonly<Record<string, string>>): readonly string[] =>
  files.flatMap(({ name, path }) => [
    `ATTACH ${quoted(path, "'")} AS ${quoted(name, '"')}`,
    ...(path === ":memory:" ? [] : Object.entries(pragmas).map(([pragma, value]) => `PRAGMA ${quoted(name, '"')}.${pragma} = ${value}`)),
  ]);
