/** The folder of migrations: files in, and the migrations that they hold out. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../../base/errors.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { graphOf } from "./graph.ts";
import type { MigrationDefinition, Step } from "../migration.ts";
import type { Migration, MigrationGraph, MigrationReference } from "../migration-plan.ts";
import { parseSqlFile, stepsIn, unreadable } from "./sql-file.ts";

type Dialect = Snapshot["dialect"];

/** Beside each migration that was made from models: the structure that they asked for. */
export const structureEnding = ".structure.json";
/** So many digits of an id name a migration in the files of others. */
export const hashLength = 12;

const codeEnding = /\.(?:ts|mts|js|mjs)$/;
const isMigrationFile = (name: string): boolean =>
  !name.startsWith(".") && !/\.d\.m?ts$/.test(name) && (name.endsWith(".sql") || codeEnding.test(name));

/** The same on every system, however its Git writes the ends of lines. */
export const idOf = (text: string): string => createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");

export const referenceTo = ({ name, id }: Pick<Migration, "name" | "id">): string => `${name}@${id.slice(0, hashLength)}`;

const referenceIn = (text: unknown, file: string): MigrationReference => {
  const found = typeof text === "string" ? /^(.+)@([0-9a-f]{8,64})$/.exec(text) : null;
  if (found === null) throw unreadable(file, "a parent is written name@hash, with 8 or more digits of the hash.");
  return Object.freeze({ name: found[1]!, hash: found[2]! });
};

const stepOf = (given: unknown, dialect: Dialect, file: string): readonly Step[] => {
  if (typeof given === "string") return stepsIn(given, dialect, file);
  if (typeof given === "object" && given !== null && "kind" in given) {
    // Made by statement(), run() or batched(), or written like what they make; a slip shows where it is used.
    const step = given as Step;
    if (step.kind === "sql" && typeof step.sql === "string")
      return stepsIn(step.sql, dialect, file).map((each) => Object.freeze({ ...step, ...each }));
    if (step.kind === "run" && typeof step.run === "function") return [step];
    if (step.kind === "batched" && typeof step.batch === "function") return [step];
  }
  throw unreadable(file, "a step is SQL text, or made by statement(), run() or batched().");
};

const stepsOf = (given: unknown, dialect: Dialect, file: string): readonly Step[] => {
  if (!Array.isArray(given)) throw unreadable(file, "'up' and 'down' are arrays of steps; 'down' may be \"irreversible\".");
  return Object.freeze(given.flatMap((each: unknown) => stepOf(each, dialect, file)));
};

const texts = (given: unknown, what: string, file: string): readonly unknown[] => {
  if (Array.isArray(given)) return given;
  throw unreadable(file, `'${what}' is an array of name@hash texts.`);
};

const definitionIn = async (path: string, file: string, id: string): Promise<Partial<Record<keyof MigrationDefinition, unknown>>> => {
  let module: { readonly default?: unknown };
  // The id makes a changed file another module: one process may read a folder twice.
  const address = `${pathToFileURL(path).href}?${id.slice(0, hashLength)}`;
  try {
    // Whatever it exports: that is looked at below.
    module = (await import(address)) as { readonly default?: unknown };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    const advice =
      file.endsWith("ts") && code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? " Node runs TypeScript from 22.18 on; with an older one write .js files, or start it through a loader."
        : "";
    throw unreadable(file, `importing it failed: ${error instanceof Error ? error.message : String(error)}.${advice}`, error);
  }
  const found = module.default;
  if (typeof found === "object" && found !== null && "up" in found && "down" in found) return found;
  throw unreadable(file, "its default export is not a migration. Write: export default defineMigration({ parents, up, down }).");
};

const structureOf = async (path: string, file: string): Promise<Snapshot | null> => {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  try {
    // Written by makeMigration; the format is checked below.
    const found = JSON.parse(text) as Snapshot;
    if (found.format === 1) return found;
  } catch (error) {
    throw unreadable(file, `the structure beside it, '${path}', is not JSON.`, error);
  }
  throw unreadable(file, `the structure beside it, '${path}', is of a format that this version of Petrel does not know.`);
};

const migrationIn = async (folder: string, file: string, dialect: Dialect): Promise<Migration> => {
  const path = join(folder, file);
  const text = await readFile(path, "utf8");
  const name = file.replace(/\.[^.]+$/, "");
  const id = idOf(text);
  const structure = await structureOf(join(folder, name + structureEnding), file);
  const base = { id, name, file: path, structure };
  if (file.endsWith(".sql")) {
    const { parents, replaces, up, down } = parseSqlFile(text, dialect, file);
    const references = {
      parents: parents.map((each) => referenceIn(each, file)),
      replaces: replaces.map((each) => referenceIn(each, file)),
    };
    return Object.freeze({ ...base, ...references, format: "sql", up, down });
  }
  const found = await definitionIn(path, file, id);
  return Object.freeze({
    ...base,
    format: "typescript",
    parents: texts(found.parents, "parents", file).map((each) => referenceIn(each, file)),
    replaces: texts(found.replaces ?? [], "replaces", file).map((each) => referenceIn(each, file)),
    up: stepsOf(found.up, dialect, file),
    down: found.down === "irreversible" ? null : stepsOf(found.down, dialect, file),
  });
};

export const folderOf = (given: string | undefined): string => {
  if (given === undefined || (typeof given === "string" && given !== "")) return resolve(given ?? "migrations");
  throw new ConfigurationError("The option folder is the path of the folder that holds the migrations.");
};

/**
 * The migrations of a folder, parents before children; none where the folder is missing. `dialect` is the one of the database that they are for.
 * Throws `MigrationError` for a file that cannot be read (E1710), and for parents that are not there or were changed (E1712).
 *
 *     const { migrations, heads, conflicts } = await readMigrations({ dialect: "postgres", folder: "migrations" });
 */
export const readMigrations = async ({
  folder,
  dialect,
}: {
  readonly folder?: string;
  readonly dialect: Dialect;
}): Promise<MigrationGraph> => {
  const path = folderOf(folder);
  const files = (await readdir(path).catch(() => [])).filter(isMigrationFile).sort();
  return graphOf(await Promise.all(files.map((file) => migrationIn(path, file, dialect))), dialect);
};
