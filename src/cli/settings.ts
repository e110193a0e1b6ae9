/** Which database, which models, which folder: what was typed goes before the environment, that before the file, that before what libpq reads. */
import { join, resolve } from "node:path";
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { importFile } from "../config/config-file.ts";
import type { Configuration, Options } from "../config/configuration.ts";
import { databasesOf, loadConfiguration } from "../config/load.ts";
import type { NamedDatabase } from "../config/load.ts";
import type { Setting } from "../config/resolve.ts";
import type { AnyModel } from "../schema/entity.ts";
import { modelDefinitionOf } from "../schema/model-definition.ts";
import { definedTable } from "../schema/registry.ts";

/** A setting, and who said so, for `doctor`. */
export interface Said<T> {
  readonly value: T;
  readonly by: string;
}

export interface Settings {
  /** The configuration's file; `null` where there is none. */
  readonly file: string | null;
  /** What paths in the configuration start from. */
  readonly folder: string;
  readonly configuration: Configuration;
  /** Everything that was said, and by whom. */
  readonly said: readonly Setting[];
  /** The name of the database that is meant: `default` unless another one was typed. */
  readonly database: string;
  /** Its URL. */
  readonly url: Said<string> | null;
  /** What it is opened with. */
  readonly options: Options;
  /** The folder of migrations, whole. */
  readonly migrations: Said<string>;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What was typed about the database. */
export interface TypedSettings {
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  /** Its name among the `databases` of the configuration. */
  readonly database?: string | undefined;
}

/** The one of this name; none where nothing names a database. Throws for a name that was typed and is not there. */
const databaseOf = (configuration: Configuration, name: string | undefined): NamedDatabase | undefined => {
  const all = databasesOf(configuration);
  const found = all.find((each) => each.name === (name ?? "default"));
  if (found !== undefined || name === undefined) return found;
  const names = all.map((each) => each.name);
  const there = names.length === 0 ? " The configuration names none." : ` There are: ${names.join(", ")}.`;
  throw new ConfigurationError(`There is no database called '${name}'.${didYouMean(name, names)}${there}`);
};

/** Reads the configuration, if there is one. Opens no database. */
export const readSettings = async (typed: TypedSettings, { cwd, env }: Surroundings): Promise<Settings> => {
  if (typed.url !== undefined && typed.database !== undefined)
    throw new ConfigurationError("--url and --database both say which database is meant. Give one of them.");
  const given = { by: "--url", configuration: typed.url === undefined ? {} : { url: typed.url } };
  const { file, folder, configuration, settings } = await loadConfiguration(given, { cwd, environment: env, config: typed.config });
  const database = databaseOf(configuration, typed.database);
  const name = typed.database ?? "default";
  const byOf = (...paths: string[]): string | undefined => settings.find(({ path }) => paths.includes(path))?.by;
  const by = byOf(...(name === "default" ? ["url"] : []), `databases.${name}.url`) ?? "";
  const migrations = resolve(folder, configuration.migrations?.folder ?? "migrations");
  return {
    file,
    folder,
    configuration,
    database: name,
    said: settings,
    url: database === undefined ? null : { value: database.url, by: by === "environment" ? "DATABASE_URL" : by },
    options: database?.options ?? {},
    // Two databases have two histories.
    migrations: { value: name === "default" ? migrations : join(migrations, name), by: byOf("migrations.folder") ?? "default" },
  };
};

export const urlOf = ({ url }: Settings): string => {
  if (url !== null) return url.value;
  throw new ConfigurationError("No database is named. Pass --url, set DATABASE_URL, or write a petrel.config.ts (petrel init does).");
};

const isModel = (value: unknown): value is AnyModel => typeof value === "function" && modelDefinitionOf(value) !== undefined;

/** The models of the configuration: those it names, and those that the files it names export. Throws where it names none. */
const allModels = async ({ configuration, folder, file }: Settings): Promise<readonly AnyModel[]> => {
  const given = configuration.models;
  if (given === undefined)
    throw new ConfigurationError(
      file === null
        ? "This command compares with models, and no configuration names them. Write a petrel.config.ts with models: './src/models.ts'."
        : `This command compares with models, and ${file} names none. Add models: './src/models.ts'.`,
    );
  const found = new Set<AnyModel>();
  for (const each of typeof given === "string" ? [given] : given) {
    if (typeof each !== "string") {
      if (!isModel(each)) throw new ConfigurationError(`${file}: models has something that is no model of this copy of Petrel.`);
      found.add(each);
      continue;
    }
    const models = Object.values(await importFile(folder, each)).filter(isModel);
    if (models.length === 0) throw new ConfigurationError(`'${each}' exports no model. Export the classes that are made with Model().`);
    for (const model of models) found.add(model);
  }
  return [...found];
};

/** Of several databases, each has its own models: those that say its name, and the default one all others. */
export const modelsOf = async (settings: Settings): Promise<readonly AnyModel[]> => {
  const models = await allModels(settings);
  if (settings.configuration.databases === undefined) return models;
  return models.filter((model) => (definedTable(model).database ?? "default") === settings.database);
};
