/** `connect`: opens the databases that calls without an engine use. */
import { defaultName, setEngines } from "../active-record/current-engine.ts";
import { ConfigurationError } from "../base/errors.ts";
import type { Engine } from "../session/engine.ts";
import { createEngine } from "./create-engine.ts";
import type { EngineOptions } from "./engine-options.ts";

/** One of several databases: its URL, or with options of its own, which outweigh those that all have in common. */
export type DatabaseOptions = EngineOptions & { readonly url: string };

/** Several databases by name; one of them is called `default`. The other options are each one's. */
export type ConnectOptions = EngineOptions & {
  readonly databases: { readonly default: string | DatabaseOptions; readonly [name: string]: string | DatabaseOptions };
};

const open = (name: string, given: unknown, shared: EngineOptions): Promise<Engine> => {
  if (typeof given === "string") return createEngine(given, shared);
  const { url, ...own } = (given ?? {}) as Partial<DatabaseOptions>;
  if (typeof url !== "string") throw new ConfigurationError(`connect(): databases.${name} is neither a URL nor an object with a url.`);
  return createEngine(url, { ...shared, ...own });
};

const openAll = async (databases: Readonly<Record<string, unknown>>, options: EngineOptions): Promise<Map<string, Engine>> => {
  const engines = new Map<string, Engine>();
  try {
    for (const [name, given] of Object.entries(databases)) engines.set(name, await open(name, given, options));
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
 *     await using engine = await connect("sqlite:app.db");
 *     await connect({ databases: { default: "sqlite:app.db", analytics: { url: "sqlite:analytics.db", readOnly: true } } });
 */
export function connect(url: string, options?: EngineOptions): Promise<Engine>;
export function connect(options: ConnectOptions): Promise<Engine>;
export async function connect(given: string | ConnectOptions, options: EngineOptions = {}): Promise<Engine> {
  const { databases, ...rest } = typeof given === "string" ? { ...options, databases: { [defaultName]: given } } : given;
  if (typeof databases !== "object" || databases === null || !Object.hasOwn(databases, defaultName)) {
    throw new ConfigurationError("connect() takes a URL, or { databases: { default: url, … } } with one called default.");
  }
  const engines = await openAll(databases, rest);
  const engine = engines.get(defaultName)!;
  const others = [...engines.values()].filter((each) => each !== engine);
  if (others.length > 0) closeWith(engine, others);
  setEngines(engines);
  return engine;
}

const closeWith = (engine: Engine, others: readonly Engine[]): void => {
  const close = engine.close.bind(engine);
  engine.close = async () => {
    await Promise.all([close(), ...others.map((each) => each.close())]);
  };
};
