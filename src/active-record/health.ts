/** `health`: whether the connected databases answer. */
import type { Health } from "../engine/health.ts";
import { currentEngine, currentEngines } from "./current-engine.ts";

/**
 * The state of every database that `connect()` opened, by name, asked now. It rejects only where none is connected: what is wrong with one is its answer.
 *
 *     const { default: shop, analytics } = await health();
 *     if (!shop.isHealthy) console.error(shop.primary.problem);
 */
export const health = async (): Promise<Readonly<Record<string, Health>>> => {
  currentEngine([...currentEngines().keys()][0]);
  const answers = [...currentEngines()].map(async ([name, engine]) => [name, await engine.health()] as const);
  return Object.fromEntries(await Promise.all(answers));
};
