/** `connect`: opens the database that calls without an engine use. */
import { setCurrentEngine } from "../active-record/current-engine.ts";
import type { Engine } from "../session/engine.ts";
import { createEngine } from "./create-engine.ts";
import type { EngineOptions } from "./engine-options.ts";

/**
 * Opens a database and makes it the one that `raw()` uses. A second call replaces the first, which stays open for those who hold it.
 *
 *     await using engine = await connect("sqlite:app.db");
 */
export const connect = async (url: string, options: EngineOptions = {}): Promise<Engine> => {
  const engine = await createEngine(url, options);
  setCurrentEngine(engine);
  return engine;
};
