/**
 * What a project says about its databases: the default export of `petrel.config.ts`, `petrel.toml`, what `connect()` is given. Checked here, whoever wrote it.
 *
 *     url, options, pool, performance, database       the default database: sections are for people, and become one set of options
 *     databases: { default, analytics }               or several
 *     logging, debug, warnOnNPlusOne, …               what `configure()` takes
 *     models, migrations, seed                        what the command needs to know
 */
import { ConfigurationError } from "../base/errors.ts";
import { assertMigrations } from "./migration-settings.ts";
import type { MigrationSettings } from "./migration-settings.ts";
import { assertKeys, assertKind, assertKinds, engineKinds, isObject, poolKinds } from "./option-kinds.ts";
import type { Kinds } from "./option-kinds.ts";

export type Options = Readonly<Record<string, unknown>>;

/** A configuration whose sections are put together. */
export interface Configuration {
  /** The default database, where it is the only one. */
  readonly url?: string | undefined;
  /** Each with its URL and options of its own. */
  readonly databases?: Readonly<Record<string, { readonly url: string; readonly options: Options }>> | undefined;
  /** What `createEngine` takes beside the URL, for all databases. */
  readonly options?: Options | undefined;
  /** What `configure` of petrel/observe takes; it checks more of it. */
  readonly observe?: Options | undefined;
  /** Models, or paths of files that export them, from where the configuration is. */
  readonly models?: string | readonly (string | object)[] | undefined;
  readonly migrations?: MigrationSettings | undefined;
  /** What `petrel db seed` runs: a function, or the path of a file whose default export is one. */
  readonly seed?: string | ((engine: never) => unknown) | undefined;
}

const performanceKinds: Kinds = { ...poolKinds, statementCacheSize: "whole", queryCache: "table", memoryPool: "table" };
export const observeKinds: Kinds = { debug: "boolean", warnOnNPlusOne: "boolean", nPlusOneThreshold: "whole" };
export const loggingKinds: Kinds = {
  queries: "boolean",
  slowQueryMs: "whole",
  parameters: "boolean",
  format: ["pretty", "json"],
  write: "code",
};
const sections = ["pool", "performance"];
const keys = [
  "url",
  "database",
  "databases",
  "options",
  ...sections,
  "models",
  "migrations",
  "seed",
  "logging",
  "onNPlusOne",
  ...Object.keys(observeKinds),
];

/** Puts sections together. Two that say different things about one option are refused. */
const combined = (parts: readonly (readonly [string, Options])[]): Options => {
  const found = new Map<string, readonly [string, unknown]>();
  for (const [path, part] of parts)
    for (const [name, value] of Object.entries(part)) {
      if (value === undefined) continue;
      const other = found.get(name);
      if (other !== undefined && other[1] !== value)
        throw new ConfigurationError(`${other[0]}.${name} and ${path}.${name} say different things. Keep one of them.`);
      found.set(name, [path, value]);
    }
  return Object.fromEntries([...found].map(([name, [, value]]) => [name, value]));
};

const section = (path: string, name: string, given: unknown): Options => {
  if (given === undefined) return {};
  if (!isObject(given)) throw new ConfigurationError(`${path}${name} is no section of settings, such as { maxConnections: 20 }.`);
  return given;
};

/** The options of a database, with those of its sections. */
const optionsOf = (path: string, { pool, performance, ...own }: Options, kinds: Kinds = engineKinds): Options => {
  const parts: (readonly [string, Options, Kinds])[] = [
    [path, own, kinds],
    [`${path}.pool`, section(`${path}.`, "pool", pool), poolKinds],
    [`${path}.performance`, section(`${path}.`, "performance", performance), performanceKinds],
  ];
  for (const [at, part, known] of parts) assertKinds(at, part, known);
  return combined(parts.map(([at, part]) => [at, part]));
};

const urlOf = (path: string, url: unknown): string => {
  if (typeof url === "string" && url !== "") return url;
  throw new ConfigurationError(`${path} is not a text such as 'sqlite:app.db'.`);
};

const databasesOf = (file: string, given: unknown): NonNullable<Configuration["databases"]> => {
  if (!isObject(given) || !Object.hasOwn(given, "default"))
    throw new ConfigurationError(`${file}: databases is no object with one called default, such as { default: url, analytics: { url } }.`);
  return Object.fromEntries(
    Object.entries(given).map(([name, each]) => {
      const path = `${file}: databases.${name}`;
      if (typeof each === "string") return [name, { url: urlOf(path, each), options: {} }];
      if (!isObject(each)) throw new ConfigurationError(`${path} is neither a URL nor an object with a url.`);
      const { url, ...own } = each;
      return [name, { url: urlOf(`${path}.url`, url), options: optionsOf(path, own) }];
    }),
  );
};

const observeOf = (file: string, given: Options): Options => {
  const { logging, onNPlusOne } = given;
  const flags = Object.fromEntries(Object.keys(observeKinds).flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
  for (const [name, value] of Object.entries(flags)) assertKind(`${file}: ${name}`, observeKinds[name]!, value);
  if (logging !== undefined) assertKinds(`${file}: logging`, section(`${file}: `, "logging", logging), loggingKinds);
  return { ...flags, ...(logging === undefined ? {} : { logging }), ...(onNPlusOne === undefined ? {} : { onNPlusOne }) };
};

const isModel = (value: unknown): boolean => typeof value === "string" || typeof value === "function";

const assertProject = (file: string, { models, migrations, seed }: Options): void => {
  if (models !== undefined && typeof models !== "string" && !(Array.isArray(models) && models.every(isModel)))
    throw new ConfigurationError(`${file}: models is neither a path, nor an array of paths and models.`);
  if (migrations !== undefined) assertMigrations(`${file}: migrations`, migrations);
  if (seed !== undefined && typeof seed !== "string" && typeof seed !== "function")
    throw new ConfigurationError(`${file}: seed is neither a function nor the path of a file whose default export is one.`);
};

/** Throws `ConfigurationError`, naming the file and the setting, for what is not a configuration. `besides`: what else may stand there, for messages. */
export const checkedConfiguration = (file: string, given: unknown, besides: readonly string[] = []): Configuration => {
  if (!isObject(given))
    throw new ConfigurationError(`${file}: the default export is not an object. Write export default defineConfig({ … }).`);
  assertKeys(`${file}: a configuration`, given, [...keys, ...besides]);
  assertProject(file, given);
  const { models, migrations, seed, databases } = given;
  const database = section(`${file}: `, "database", given["database"]);
  const { url: own, ...connection } = database;
  const url = given["url"] ?? own;
  if (given["url"] !== undefined && own !== undefined)
    throw new ConfigurationError(`${file}: url and database.url are one thing. Keep one of them.`);
  if (url !== undefined && databases !== undefined)
    throw new ConfigurationError(`${file}: url and databases.default are one thing. Keep one of them.`);
  const options = combined([
    [`${file}: options`, optionsOf(`${file}: options`, section(`${file}: `, "options", given["options"]))],
    [`${file}: database`, optionsOf(`${file}: database`, connection)],
    [file, optionsOf(file, { pool: given["pool"], performance: given["performance"] }, {})],
  ]);
  const observe = observeOf(file, given);
  return {
    ...(url === undefined ? {} : { url: urlOf(`${file}: url`, url) }),
    ...(databases === undefined ? {} : { databases: databasesOf(file, databases) }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(Object.keys(observe).length === 0 ? {} : { observe }),
    // Checked above.
    ...(models === undefined ? {} : { models: models as Configuration["models"] }),
    ...(migrations === undefined ? {} : { migrations: migrations as Configuration["migrations"] }),
    ...(seed === undefined ? {} : { seed: seed as Configuration["seed"] }),
  };
};

const camelCased = (name: string): string => name.replaceAll(/[_-]([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Names that people chose, and names of the database's own, stay as they are. */
const asWritten = new Set(["settings", "parameters", "pragmas", "tls", "codecs"]);

const inCamelCase = (given: unknown, ownNames = false): unknown => {
  if (Array.isArray(given)) return given.map((each) => inCamelCase(each));
  if (!isObject(given) || given instanceof Date) return given;
  const entries = Object.entries(given).map(([name, value]) => {
    const key = ownNames ? name : camelCased(name);
    return [key, asWritten.has(key) ? value : inCamelCase(value, key === "databases")];
  });
  return Object.fromEntries(entries);
};

/** What `petrel.toml` says, with names in camel case or in snake case: `max_connections = 20`. */
export const fromToml = (file: string, given: unknown): Configuration => {
  if (!isObject(given)) throw new ConfigurationError(`${file}: it holds no sections.`);
  return checkedConfiguration(file, inCamelCase(given));
};
