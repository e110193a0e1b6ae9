/** Which database, which models, which folder: what was typed goes before the environment, that before the file, that before what libpq reads. */
import { resolve, dirname } from "node:path";
import { ConfigurationError } from "../base/errors.ts";
import { findConfiguration, importFile, readConfiguration } from "../config/config-file.ts";
import type { Configuration } from "../config/configuration.ts";
import type { AnyModel } from "../schema/entity.ts";
import { modelDefinitionOf } from "../schema/model-definition.ts";
import { parseToml } from "./toml.ts";

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
  readonly url: Said<string> | null;
  /** The folder of migrations, whole. */
  readonly migrations: Said<string>;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const libpqNames = ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE", "PGPORT", "PGUSER"];

const urlFrom = (
  typed: string | undefined,
  env: Surroundings["env"],
  file: string | null,
  configuration: Configuration,
): Said<string> | null => {
  if (typed !== undefined) return { value: typed, by: "--url" };
  const url = env["DATABASE_URL"];
  if (url !== undefined && url !== "") return { value: url, by: "DATABASE_URL" };
  if (configuration.url !== undefined) return { value: configuration.url, by: file ?? "" };
  const name = libpqNames.find((each) => env[each] !== undefined && env[each] !== "");
  return name === undefined ? null : { value: "postgresql://", by: name };
};

/** Reads the configuration, if there is one. Opens no database. */
export const readSettings = async (
  typed: { readonly config?: string; readonly url?: string },
  { cwd, env }: Surroundings,
): Promise<Settings> => {
  const file = findConfiguration(cwd, typed.config);
  const configuration = file === null ? {} : await readConfiguration(file, parseToml);
  const folder = file === null ? cwd : dirname(file);
  const migrations = configuration.migrations?.folder;
  return {
    file,
    folder,
    configuration,
    url: urlFrom(typed.url, env, file, configuration),
    migrations: { value: resolve(folder, migrations ?? "migrations"), by: migrations === undefined ? "default" : (file ?? "") },
  };
};

export const urlOf = ({ url }: Settings): string => {
  if (url !== null) return url.value;
  throw new ConfigurationError("No database is named. Pass --url, set DATABASE_URL, or write a petrel.config.ts (petrel init does).");
};

const isModel = (value: unknown): value is AnyModel => typeof value === "function" && modelDefinitionOf(value) !== undefined;

/** The models of the configuration: those it names, and those that the files it names export. Throws where it names none. */
export const modelsOf = async ({ configuration, folder, file }: Settings): Promise<readonly AnyModel[]> => {
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
