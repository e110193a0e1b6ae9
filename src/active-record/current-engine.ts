/** The engines that calls without one use: those that `connect()` opened last, by name. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { defaultDatabase, nameDatabase } from "../engine/database-names.ts";
import type { Engine } from "../session/engine.ts";

let engines: ReadonlyMap<string, Engine> = new Map();

export const defaultName = defaultDatabase;

export const setEngines = (named: ReadonlyMap<string, Engine>): void => {
  engines = named;
  if (named.size > 1) for (const [name, { identity }] of named) nameDatabase(identity, name);
};

export const currentEngines = (): ReadonlyMap<string, Engine> => engines;

/** An engine that `connect()` opened, by its name. Throws `ConfigurationError` before `connect()`, and for a name that it was not given. */
export const currentEngine = (name: string = defaultName): Engine => {
  const found = engines.get(name);
  if (found !== undefined) return found;
  if (engines.size === 0)
    throw new ConfigurationError("No database is connected. Call await connect(url) once when the program starts, or pass an engine.");
  throw new ConfigurationError(
    `There is no database called '${name}'.${didYouMean(name, engines.keys())} Name it in connect({ databases: { … } }).`,
  );
};
