/** Everything that says something about a project's databases, put together: the program, the environment, the file, what libpq reads. */
import { dirname } from "node:path";
import { findConfiguration, readConfiguration } from "./config-file.ts";
import type { Configuration, Options } from "./configuration.ts";
import { fromEnvironment } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { postgresKinds, sqliteKinds } from "./option-kinds.ts";
import { resolveConfiguration } from "./resolve.ts";
import type { Layer, Resolved } from "./resolve.ts";
import { parseToml } from "./toml.ts";

export interface Loaded extends Resolved {
  /** The configuration's file; `null` where there is none. */
  readonly file: string | null;
  /** What paths in the configuration start from. */
  readonly folder: string;
}

const libpqNames = ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE", "PGPORT", "PGUSER"];

const fromLibpq = (environment: Environment): Layer[] => {
  const name = libpqNames.find((each) => environment[each] !== undefined && environment[each] !== "");
  return name === undefined ? [] : [{ by: name, configuration: { url: "postgresql://" } }];
};

/** Reads the file, if there is one: the one that `config` names, or the one in `cwd`. `given` outweighs all of it. Opens no database. */
export const loadConfiguration = async (
  given: Layer,
  { cwd, environment, config }: { readonly cwd: string; readonly environment: Environment; readonly config?: string | undefined },
): Promise<Loaded> => {
  const file = findConfiguration(cwd, config);
  const layers: Layer[] = [given, { by: "environment", configuration: fromEnvironment(environment) }];
  if (file !== null) layers.push({ by: file, configuration: await readConfiguration(file, parseToml) });
  const folder = file === null ? cwd : dirname(file);
  return { file, folder, ...resolveConfiguration([...layers, ...fromLibpq(environment)], environment) };
};

/** What `createEngine` is to be given for one of the databases. */
export interface NamedDatabase {
  readonly name: string;
  readonly url: string;
  readonly options: Options;
}

const kindsOf = (url: string): object => (/^postgres(?:ql)?:/i.test(url) ? postgresKinds : sqliteKinds);

/**
 * The databases of a configuration, each with what all have in common and what it has of its own. Where there are several, what is common goes to those that
 * know it: a pool to the servers, and not to a file. What none of them knows stays, to be refused.
 */
export const databasesOf = ({ url, databases, options = {} }: Configuration): readonly NamedDatabase[] => {
  if (databases === undefined) return url === undefined ? [] : [{ name: "default", url, options }];
  const all = Object.entries(databases);
  const isKnown = (name: string): boolean => all.some(([, each]) => Object.hasOwn(kindsOf(each.url), name));
  return all.map(([name, { url: own, options: mine }]) => {
    const common = Object.entries(options).filter(([key]) => Object.hasOwn(kindsOf(own), key) || !isKnown(key));
    return { name, url: own, options: { ...Object.fromEntries(common), ...mine } };
  });
};
