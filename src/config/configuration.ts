/** What a project says about its database: the default export of `petrel.config.ts`, or `petrel.toml`. Checked here, whoever wrote it. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";

/** Which findings of `petrel migrate check` fail a build. Names of locks and rules are checked where they are used. */
export interface CheckSettings {
  readonly maxLock?: string | undefined;
  readonly smallTable?: number | undefined;
  readonly forbid?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
}

/** `petrel.config.ts` has the models themselves, or paths of the files that export them, from where the configuration is; `petrel.toml` has paths. */
export interface Configuration {
  /** The database, where neither `--url` nor `DATABASE_URL` names one. */
  readonly url?: string | undefined;
  readonly models?: string | readonly (string | object)[] | undefined;
  readonly migrations?: { readonly folder?: string | undefined; readonly check?: CheckSettings | undefined } | undefined;
  /** What `createEngine` takes beside the URL; it checks them. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** What `petrel db seed` runs: a function, or the path of a file whose default export is one. */
  readonly seed?: string | ((engine: never) => unknown) | undefined;
}

const wrong = (file: string, what: string): ConfigurationError => new ConfigurationError(`${file}: ${what}`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const assertKeys = (file: string, what: string, given: object, known: readonly string[]): void => {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw wrong(file, `${what} has no setting '${unknown}'.${didYouMean(unknown, known)} There are: ${known.join(", ")}.`);
};

const assertCheck = (file: string, check: unknown): void => {
  if (!isObject(check)) throw wrong(file, "migrations.check is not an object, such as { maxLock: 'SHARE' }.");
  assertKeys(file, "migrations.check", check, ["maxLock", "smallTable", "forbid", "ignore"]);
  const { maxLock, smallTable } = check;
  if (maxLock !== undefined && typeof maxLock !== "string") throw wrong(file, "migrations.check.maxLock is not the name of a lock.");
  if (smallTable !== undefined && !(Number.isSafeInteger(smallTable) && Number(smallTable) >= 0))
    throw wrong(file, "migrations.check.smallTable is not a number of rows.");
  for (const list of ["forbid", "ignore"]) {
    const rules = check[list];
    if (rules !== undefined && !(Array.isArray(rules) && rules.every((rule) => typeof rule === "string")))
      throw wrong(file, `migrations.check.${list} is not an array of names of rules.`);
  }
};

const isModel = (value: unknown): boolean => typeof value === "string" || typeof value === "function";

/** Throws `ConfigurationError`, naming the file and the setting, for what is not a configuration. */
export const checkedConfiguration = (file: string, given: unknown): Configuration => {
  if (!isObject(given)) throw wrong(file, "the default export is not an object. Write export default defineConfig({ … }).");
  assertKeys(file, "a configuration", given, ["url", "models", "migrations", "options", "seed"]);
  const { url, models, migrations, options, seed } = given;
  if (url !== undefined && (typeof url !== "string" || url === "")) throw wrong(file, "url is not a text such as 'sqlite:app.db'.");
  if (models !== undefined && typeof models !== "string" && !(Array.isArray(models) && models.every(isModel)))
    throw wrong(file, "models is neither a path, nor an array of paths and models.");
  if (migrations !== undefined) {
    if (!isObject(migrations)) throw wrong(file, "migrations is not an object, such as { folder: 'migrations' }.");
    assertKeys(file, "migrations", migrations, ["folder", "check"]);
    const { folder, check } = migrations;
    if (check !== undefined) assertCheck(file, check);
    if (folder !== undefined && (typeof folder !== "string" || folder === "")) throw wrong(file, "migrations.folder is not a path.");
  }
  if (options !== undefined && !isObject(options)) throw wrong(file, "options is not an object, as createEngine() takes it.");
  if (seed !== undefined && typeof seed !== "string" && typeof seed !== "function")
    throw wrong(file, "seed is neither a function nor the path of a file whose default export is one.");
  return given;
};

const camelCased = (name: string): string => name.replaceAll(/[_-]([a-z])/g, (_, letter: string) => letter.toUpperCase());

const camelCasedKeys = (given: unknown): unknown =>
  isObject(given) ? Object.fromEntries(Object.entries(given).map(([name, value]) => [camelCased(name), value])) : given;

/**
 * The sections of `petrel.toml` as a configuration. `[database]` has the URL and options of the connection, `[pool]` those of the pool,
 * `[migrations.check]` what fails a build, in camel case or in snake case: `max_connections = 20`.
 */
export const fromSections = (file: string, given: unknown): Configuration => {
  if (!isObject(given)) throw wrong(file, "it holds no sections.");
  assertKeys(file, "petrel.toml", given, ["models", "seed", "database", "pool", "migrations"]);
  const { database = {}, pool = {}, migrations, ...rest } = given;
  if (!isObject(database)) throw wrong(file, "[database] is not a section.");
  if (!isObject(pool)) throw wrong(file, "[pool] is not a section.");
  const { url, ...connection } = database;
  const options = camelCasedKeys({ ...connection, ...pool }) as Readonly<Record<string, unknown>>;
  const checked =
    isObject(migrations) && "check" in migrations ? { ...migrations, check: camelCasedKeys(migrations["check"]) } : migrations;
  return checkedConfiguration(file, {
    ...rest,
    ...(checked === undefined ? {} : { migrations: checked }),
    ...(url === undefined ? {} : { url }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  });
};
