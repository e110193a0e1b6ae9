/** Who takes part. A library that is not installed is left out, and the report says so. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Contender, ContenderModule } from "./operations.ts";
import { programsFor } from "./programs.ts";
import type { DatabaseKind } from "./target.ts";

const files: Readonly<Record<DatabaseKind, readonly string[]>> = {
  postgres: [
    "petrel.ts",
    "pg.mjs",
    "postgres-js.mjs",
    "drizzle.mjs",
    "drizzle-next.mjs",
    "kysely.mjs",
    "prisma.mjs",
    "typeorm.mjs",
    "mikro-orm.mjs",
    "sequelize.mjs",
  ],
  sqlite: [
    "petrel.ts",
    "better-sqlite3.mjs",
    "node-sqlite.mjs",
    "libsql.mjs",
    "drizzle.mjs",
    "drizzle-next.mjs",
    "kysely.mjs",
    "prisma.mjs",
    "typeorm.mjs",
    "mikro-orm.mjs",
    "sequelize.mjs",
  ],
};

/** Other ways of libraries that a quick run has already: left out there, unless they are named. */
const otherWays: ReadonlySet<string> = new Set([
  "pg-pipeline",
  "drizzle-postgres-js",
  "drizzle-postgres-js-prepared",
  "drizzle-next-pg",
  "drizzle-next-sqlite",
  "sequelize-raw",
]);

/** Those of a quick run of everything. */
export const quickField = (contenders: readonly Contender[]): readonly Contender[] => contenders.filter(({ id }) => !otherWays.has(id));

export interface Absent {
  readonly file: string;
  readonly reason: string;
}

export interface Field {
  readonly contenders: readonly Contender[];
  readonly absent: readonly Absent[];
  /** By package. */
  readonly versions: Readonly<Record<string, string>>;
}

const load = async (file: string): Promise<ContenderModule> => {
  // In a variable, so that the compiler does not ask for the types of what may not be there.
  const address: string = new URL(`contenders/${file}`, import.meta.url).href;
  return (await import(address)) as ContenderModule;
};

const require = createRequire(import.meta.url);
const versionOf = (name: string): string => {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as { version: string }).version;
    } catch {
      // The next folder.
    }
  }
  return "unknown";
};

const reasonOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  if (message?.startsWith("Could not locate the bindings file") === true) return "its native part is not built: npm ran no install scripts";
  return code === "ERR_MODULE_NOT_FOUND" ? "not installed: npm install --prefix benchmarks" : String(message ?? error).split("\n")[0]!;
};

/** A file's contenders begin with its name, so one that cannot hold what is wanted need not be loaded. */
const mayHold = (file: string, wanted: readonly string[]): boolean => {
  const own = file.replace(/\.\w+$/, "");
  return wanted.length === 0 || wanted.some((start) => own.startsWith(start) || start.startsWith(own));
};

/** Imports the libraries once, in the process that asks: for the list, not for measuring. `wanted` are beginnings of ids, none means all. */
export const fieldOf = async (kind: DatabaseKind, wanted: readonly string[] = []): Promise<Field> => {
  const contenders: Contender[] = [];
  const absent: Absent[] = [];
  const versions: Record<string, string> = {};
  for (const file of files[kind].filter((each) => mayHold(each, wanted))) {
    try {
      const module = await load(file);
      const own = await module.contenders(kind);
      contenders.push(...own.filter(({ id }) => wanted.length === 0 || wanted.some((start) => id.startsWith(start))));
      for (const name of module.packages) versions[name] = versionOf(name);
    } catch (error) {
      absent.push({ file: file.replace(/\.\w+$/, ""), reason: reasonOf(error) });
    }
  }
  const programs = programsFor(kind, wanted);
  contenders.push(...programs.contenders);
  absent.push(...programs.absent);
  Object.assign(versions, programs.versions);
  return { contenders, absent, versions };
};

/** Loads one file: the one that the id begins with, and the longest name of those. */
export const findContender = async (id: string, kind: DatabaseKind): Promise<Contender> => {
  const beginning = files[kind].filter((file) => id.startsWith(file.replace(/\.\w+$/, "")));
  const own = beginning.reduce((longest, file) => (file.length > longest.length ? file : longest));
  const found = (await (await load(own)).contenders(kind)).find((contender) => contender.id === id);
  if (found === undefined) throw new Error(`There is no contender '${id}' on ${kind}.`);
  return found;
};
