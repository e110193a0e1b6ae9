/** `connect`: opens the databases that calls without an engine use. */
import { defaultName, setEngines } from "../active-record/current-engine.ts";
import { ConfigurationError } from "../base/errors.ts";
import type { Engine } from "../session/engine.ts";
import { createEngine } from "./create-engine.ts";
import type { EngineOptions } from "./engine-options.ts";

/** Several databases by name; one of them is called `default`. The other options are each one's. */
export type ConnectOptions = EngineOptions & { readonly databases: { readonly default: string; readonly [name: string]: string } };

const openAll = async (urls: Readonly<Record<string, string>>, options: EngineOptions): Promise<Map<string, Engine>> => {
  const engines = new Map<string, Engine>();
  try {
    for (const [name, url] of Object.entries(urls)) engines.set(name, await createEngine(url, options));
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
 *     await connect({ databases: { default: "sqlite:app.db", analytics: "sqlite:analytics.db" } });
 */
export function connect(url: string, options?: EngineOptions): Promise<Engine>;
export function connect(options: ConnectOptions): Promise<Engine>;
export async function connect(given: string | ConnectOptions, options: EngineOptions = {}): Promise<Engine> {
  const { databases, ...rest } = typeof given === "string" ? { ...options, databases: { [defaultName]: given } } : given;
  if (typeof databases !== "object" || databases === null || typeof databases[defaultName] !== "string") {
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
