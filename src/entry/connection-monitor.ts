/** `ConnectionMonitor`: the one watcher that finds its engine by itself. */
import { currentEngine } from "../active-record/current-engine.ts";
import type { Database } from "../engine/database.ts";
import { PoolMonitor } from "../observe/connection-monitor.ts";

/**
 * The pool of an engine; without one, of the engine that `connect()` opened.
 *
 *     const { available, total } = new ConnectionMonitor().getPoolStatus();
 */
export class ConnectionMonitor extends PoolMonitor {
  constructor(engine: Database = currentEngine()) {
    super(engine);
  }
}
