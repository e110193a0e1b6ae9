/**
 * What the environment says.
 *
 *     DATABASE_URL, ANALYTICS_DATABASE_URL     the default database; the one that the configuration calls analytics
 *     PETREL_MAX_CONNECTIONS=20                every option that is a number, a text, a duration or a choice
 *     PETREL_LOGGING_SLOW_QUERY_MS=100         what configure() takes
 *     PETREL_MODELS, PETREL_MIGRATIONS_FOLDER
 *
 * libpq's `PG*` are read by the driver, for whatever the URL leaves out.
 */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { loggingKinds, observeKinds } from "./configuration.ts";
import type { Configuration } from "./configuration.ts";
import { assertKind, engineKinds } from "./option-kinds.ts";
import type { Kind, Kinds } from "./option-kinds.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const variable = (name: string): string => `PETREL_${name.replaceAll(/[A-Z]/g, "_$&").toUpperCase()}`;

const isWritable = (kind: Kind): boolean => kind !== "code" && kind !== "table";

interface Variable {
  readonly kind: Kind;
  readonly section: "options" | "observe" | "logging" | "project";
  readonly name: string;
}

const named = (kinds: Kinds, section: Variable["section"], prefix = ""): (readonly [string, Variable])[] =>
  Object.entries(kinds)
    .filter(([, kind]) => isWritable(kind))
    .map(([name, kind]) => [variable(`${prefix}${name}`), { kind, section, name }]);

const variables: ReadonlyMap<string, Variable> = new Map([
  ...named(engineKinds, "options"),
  ...named(observeKinds, "observe"),
  ...named(loggingKinds, "logging", "logging_"),
  ...named({ models: "list", migrations_folder: "text" }, "project"),
]);

/** Those of Petrel's own tests and benchmarks. */
const others = /^PETREL_(?:TEST|BENCH|SEED|STEPS)(?:_|$)/;

const read = (name: string, kind: Kind, text: string): unknown => {
  if (kind === "list") return text.split(",").map((each) => each.trim());
  const isBoolean = text === "true" || text === "false";
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(text);
  const value =
    kind === "secret" || kind === "text" || Array.isArray(kind) ? text : isBoolean ? text === "true" : isNumber ? Number(text) : text;
  assertKind(name, kind, value);
  return value;
};

/** The variables of a configuration with these `databases`. Throws `ConfigurationError` for a `PETREL_…` that says nothing. An empty variable is absent. */
export const fromEnvironment = (environment: Environment): Configuration => {
  const found: Record<Variable["section"], Record<string, unknown>> = { options: {}, observe: {}, logging: {}, project: {} };
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith("PETREL_") || others.test(name) || text === undefined || text === "") continue;
    const known = variables.get(name);
    if (known === undefined)
      throw new ConfigurationError(`The environment variable ${name} is no setting of Petrel.${didYouMean(name, variables.keys())}`);
    found[known.section][known.name] = read(name, known.kind, text);
  }
  const { options, observe, logging, project } = found;
  const url = environment["DATABASE_URL"];
  const folder = project["migrations_folder"] as string | undefined;
  const watching = { ...observe, ...(Object.keys(logging).length === 0 ? {} : { logging }) };
  return {
    ...(url === undefined || url === "" ? {} : { url }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(Object.keys(watching).length === 0 ? {} : { observe: watching }),
    ...(project["models"] === undefined ? {} : { models: project["models"] as readonly string[] }),
    ...(folder === undefined ? {} : { migrations: { folder } }),
  };
};

/** The variable that has the URL of the database of this name. */
export const urlVariable = (name: string): string =>
  name === "default" ? "DATABASE_URL" : `${name.replaceAll(/[A-Z]/g, "_$&").replaceAll(/\W/g, "_").toUpperCase()}_DATABASE_URL`;
