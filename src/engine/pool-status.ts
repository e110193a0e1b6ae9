/** How the connections of an engine are used at this moment. */
import type { PoolWatcher } from "../driver/pool-watch.ts";
import type { Database } from "./database.ts";
import { featureOf } from "./driver-feature.ts";

export interface PoolStatus {
  /** How many more could be lent now: idle ones, and those that may still be opened. */
  readonly available: number;
  /** The most connections there may be. */
  readonly total: number;
  readonly open: number;
  readonly idle: number;
  readonly busy: number;
  /** Lent to transactions and streams. */
  readonly reserved: number;
  /** Being opened. */
  readonly connecting: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
  /** Connections that ended without our doing since the engine was made. */
  readonly lost: number;
}

const noPool = "The driver counts no connections.";

/** How many connections without work are kept: at least, once they are open, and at most. Throws `ConfigurationError` where there is no server. */
export const idleLimits = (database: Database): { readonly min: number; readonly max: number } =>
  featureOf(database, "idleLimits", "idleLimits()", noPool);

/** Tells `watcher` of the pool, until the returned function is called. Throws `ConfigurationError` where there is no server. */
export const watchPool = (database: Database, watcher: PoolWatcher): (() => void) =>
  featureOf(database, "watchPool", "watchPool()", noPool)(watcher);

export const poolStatus = (database: Database): PoolStatus => {
  const { max, ...counts } = featureOf(database, "poolStatus", "poolStatus()", noPool);
  return { available: counts.idle + Math.max(0, max - counts.open - counts.connecting), total: max, ...counts };
};
