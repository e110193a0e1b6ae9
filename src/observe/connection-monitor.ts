/** The pool of an engine, as it is used at this moment. */
import type { Database } from "../engine/database.ts";
import { poolStatus } from "../engine/pool-status.ts";
import type { PoolStatus } from "../engine/pool-status.ts";

export class PoolMonitor {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How the connections are used at this moment. SQLite's are one that writes and those that read beside it. */
  getPoolStatus(): PoolStatus {
    return poolStatus(this.#database);
  }
}
