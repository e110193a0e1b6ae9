/** Where a request runs: a line of connections, and whether it may still be used. */
import type { SqliteConnection } from "./connection.ts";
import type { Line } from "./line.ts";

export interface Place {
  readonly line: Line<SqliteConnection>;
  readonly busyTimeoutMs: number;
  /** Throws when what was begun here must not go on: the database is closed, the transaction is over. */
  check(): void;
}
