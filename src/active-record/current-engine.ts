/** The engine that calls without one use: the one that `connect()` opened last. */
import { ConfigurationError } from "../base/errors.ts";
import type { Engine } from "../session/engine.ts";

let current: Engine | null = null;

export const setCurrentEngine = (engine: Engine | null): void => {
  current = engine;
};

/** Throws `ConfigurationError` before `connect()`. */
export const currentEngine = (): Engine => {
  if (current !== null) return current;
  throw new ConfigurationError("No database is connected. Call await connect(url) once when the program starts, or pass an engine.");
};
