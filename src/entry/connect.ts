/** `connect`: opens the databases that calls without an engine use. */
import process from "node:process";
import { defaultName, setEngines } from "../active-record/current-engine.ts";
import { ConfigurationError } from "../base/errors.ts";
import { checkedConfiguration } from "../config/configuration.ts";
import type { Configuration } from "../config/configuration.ts";
import { databasesOf, loadConfiguration } from "../config/load.ts";
import { engineKinds, isObject } from "../config/option-kinds.ts";
import { programmatic, resolveConfiguration } from "../config/resolve.ts";
import type { Engine } from "../session/engine.ts";
import { createEngine } from "./create-engine.ts";
import type { Config, Databases, OptionSections } from "./define-config.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { ObserveOptions } from "../observe/configure.ts";

/** Which databases, and options for all of them. What is not said here is read where neither `url` nor `databases` is given. */
export interface ConnectOptions extends Omit<EngineOptions, "performance">, OptionSections, ObserveOptions {
  readonly url?: string | undefined;
  readonly databases?: Databases | undefined;
  /** The file to read, instead of `petrel.config.ts` or `petrel.toml` in the current folder. */
  readonly config?: string | undefined;
}

/** Options of an engine stand beside the others here. */
const asConfig = (given: object): Config => {
  const options = Object.entries(given).filter(([name]) => Object.hasOwn(engineKinds, name));
  const others = Object.entries(given).filter(([name]) => !Object.hasOwn(engineKinds, name));
  return { ...Object.fromEntries(others), ...(options.length === 0 ? {} : { options: Object.fromEntries(options) }) };
};

/** What was given, and what the environment and the file say where it names no database. */
const configurationOf = async (given: object): Promise<Configuration> => {
  const { config, ...rest } = given as ConnectOptions;
  const own = { by: programmatic, configuration: checkedConfiguration(programmatic, asConfig(rest), Object.keys(engineKinds)) };
  const isWhole = own.configuration.url !== undefined || own.configuration.databases !== undefined;
  if (!isWhole) return (await loadConfiguration(own, { cwd: process.cwd(), environment: process.env, config })).configuration;
  if (config === undefined) return resolveConfiguration([own]).configuration;
  throw new ConfigurationError("connect() takes either a configuration's file or the databases themselves.");
};

const openAll = async (configuration: Configuration): Promise<Map<string, Engine>> => {
  const databases = databasesOf(configuration);
  if (databases.length === 0)
    throw new ConfigurationError("No database is named. Pass a URL to connect(), set DATABASE_URL, or write a petrel.config.ts.");
  const engines = new Map<string, Engine>();
  try {
    for (const { name, url, options } of databases) engines.set(name, await createEngine(url, options));
  } catch (error) {
    for (const engine of engines.values()) await engine.close();
    throw error;
  }
  return engines;
};

/**
 * Opens a database, or several, and makes them those that `User.objects`, `transaction()` and `raw()` use. Returns the default one; the others
 * close with it. A second call replaces the first, whose engines stay open for those who hold them.
 *
 * Without a URL and databases they are read: what is passed here goes before the environment (`DATABASE_URL`, `PETREL_…`), that before
 * `petrel.config.ts` or `petrel.toml` in the current folder.
 *
 *     await using engine = await connect("sqlite:app.db");
 *     await connect({ databases: { default: "sqlite:app.db", analytics: { url: "sqlite:analytics.db", readOnly: true } } });
 *     await connect();
 */
export function connect(url: string, options?: Omit<ConnectOptions, "url" | "databases" | "config">): Promise<Engine>;
export function connect(options?: ConnectOptions): Promise<Engine>;
export async function connect(given: string | ConnectOptions = {}, options: object = {}): Promise<Engine> {
  if (typeof given !== "string" && !isObject(given))
    throw new ConfigurationError("connect() takes a URL, or { databases: { default: url, … } } with one called default.");
  const configuration = await configurationOf(typeof given === "string" ? { ...options, url: given } : given);
  const engines = await openAll(configuration);
  const engine = engines.get(defaultName)!;
  const others = [...engines.values()].filter((each) => each !== engine);
  if (others.length > 0) closeWith(engine, others);
  setEngines(engines);
  await watch(configuration);
  return engine;
}

/** Watching is loaded by those who ask for it. */
const watch = async ({ observe }: Configuration): Promise<void> => {
  if (observe === undefined) return;
  const { configure } = await import("../observe/configure.ts");
  configure(observe);
};

const closeWith = (engine: Engine, others: readonly Engine[]): void => {
  const close = engine.close.bind(engine);
  engine.close = async () => {
    await Promise.all([close(), ...others.map((each) => each.close())]);
  };
};
