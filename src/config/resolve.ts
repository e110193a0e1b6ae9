/** One configuration out of several: the first that says something counts. */
import type { Configuration, Options } from "./configuration.ts";
import { urlVariable } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { otherWord } from "./option-kinds.ts";

export interface Layer {
  /** Who says it, for people. */
  readonly by: string;
  readonly configuration: Configuration;
}

/** One setting by its path, and who said so. */
export interface Setting {
  readonly path: string;
  readonly value: unknown;
  readonly by: string;
}

export interface Resolved {
  readonly configuration: Configuration;
  readonly settings: readonly Setting[];
}

type Said = ReadonlyMap<string, { readonly value: unknown; readonly by: string }>;

/** `words`: who says one word of two for one thing leaves nothing of the other. */
const merged = (parts: readonly (readonly [string, Options | undefined])[], words: Readonly<Record<string, string>> = {}): Said => {
  const said = new Map<string, { readonly value: unknown; readonly by: string }>();
  for (const [by, part = {}] of parts) {
    const before = new Set(said.keys());
    for (const [name, value] of Object.entries(part)) {
      const isSaid = before.has(name) || before.has(words[name] ?? name);
      if (value !== undefined && !isSaid) said.set(name, { value, by });
    }
  }
  return said;
};

const valuesOf = (said: Said): Options => Object.fromEntries([...said].map(([name, { value }]) => [name, value]));
const settingsOf = (prefix: string, said: Said): Setting[] =>
  [...said].map(([name, { value, by }]) => ({ path: `${prefix}${name}`, value, by }));

/** `layers` come strongest first. `<NAME>_DATABASE_URL` of the environment is the URL of a database of that name, unless the program names the databases. */
export const resolveConfiguration = (layers: readonly Layer[], environment: Environment = {}): Resolved => {
  const of = (pick: (configuration: Configuration) => Options | undefined): (readonly [string, Options | undefined])[] =>
    layers.map(({ by, configuration }) => [by, pick(configuration)]);
  const options = merged(
    of((layer) => layer.options),
    otherWord,
  );
  const observe = merged(of((layer) => ({ ...layer.observe, logging: undefined })));
  const logging = merged(of((layer) => layer.observe?.["logging"] as Options | undefined));
  const project = merged(of(({ models, seed }) => ({ models, seed })));
  const migrations = merged(of((layer) => ({ ...layer.migrations })));
  const { said, configuration: where } = databasesOf(layers, environment);
  const watching = { ...valuesOf(observe), ...(logging.size === 0 ? {} : { logging: valuesOf(logging) }) };
  return {
    configuration: {
      ...where,
      ...(options.size === 0 ? {} : { options: valuesOf(options) }),
      ...(Object.keys(watching).length === 0 ? {} : { observe: watching }),
      ...(migrations.size === 0 ? {} : { migrations: valuesOf(migrations) }),
      ...valuesOf(project),
    },
    settings: [
      ...said,
      ...settingsOf("options.", options),
      ...settingsOf("", observe),
      ...settingsOf("logging.", logging),
      ...settingsOf("migrations.", migrations),
      ...settingsOf("", project),
    ],
  };
};

/** The strongest layer that names databases counts; a URL alone in a stronger one is that of the default database. */
const databasesOf = (
  layers: readonly Layer[],
  environment: Environment,
): { readonly said: readonly Setting[]; readonly configuration: Configuration } => {
  const url = layers.find(({ configuration }) => configuration.url !== undefined);
  const several = layers.find(({ configuration }) => configuration.databases !== undefined);
  const isUrlStronger = url !== undefined && (several === undefined || layers.indexOf(url) < layers.indexOf(several));
  if (several === undefined) {
    if (url === undefined) return { said: [], configuration: {} };
    return { said: [{ path: "url", value: url.configuration.url, by: url.by }], configuration: { url: url.configuration.url } };
  }
  const isGiven = layers.indexOf(several) === 0 && several.by === programmatic;
  const said: Setting[] = [];
  const databases = Object.entries(several.configuration.databases!).map(([name, { url: own, options }]) => {
    const variable = environment[urlVariable(name)];
    const isFromEnvironment = name !== "default" && !isGiven && variable !== undefined && variable !== "";
    const isFromUrl = name === "default" && isUrlStronger;
    const value = isFromUrl ? url.configuration.url! : isFromEnvironment ? variable : own;
    said.push({ path: `databases.${name}.url`, value, by: isFromUrl ? url.by : isFromEnvironment ? urlVariable(name) : several.by });
    said.push(...Object.entries(options).map(([key, each]) => ({ path: `databases.${name}.${key}`, value: each, by: several.by })));
    return [name, { url: value, options }] as const;
  });
  return { said, configuration: { databases: Object.fromEntries(databases) } };
};

/** What the layer of the program itself is called. */
export const programmatic = "connect()";
