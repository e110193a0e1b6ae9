/** What the monitor's page is told, again and again. */
import type { PoolStatus } from "../../engine/pool-status.ts";

export interface StatementFigures {
  readonly sql: string;
  readonly calls: number;
  readonly totalMs: number;
  readonly meanMs: number;
  /** The slowest; `null` where the server does not say. */
  readonly maxMs: number | null;
  readonly rows: number;
  /** Received with the answers; `null` where nobody counts them. */
  readonly bytes: number | null;
  readonly errors: number;
  readonly callSite: string | null;
  /** How the database ran it when it was slow, without values. */
  readonly plan: string | null;
}

/** What this process asks of the database. */
export interface ProcessFigures {
  readonly perSecond: number;
  readonly errorsPerSecond: number;
  /** Sent, and not answered yet. */
  readonly running: number;
  /** Milliseconds, of the statements since the sample before; `null` where there were none. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number } | null;
  readonly pool: PoolStatus | null;
  readonly statements: readonly StatementFigures[];
  readonly repeated: readonly { readonly message: string; readonly fix: string; readonly callSite: string | null }[];
}

export interface Session {
  readonly pid: number;
  readonly seconds: number;
  readonly statement: string;
}

export interface Rates {
  readonly commits: number;
  readonly rollbacks: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly deadlocks: number;
}

/** What the server says of the database, whoever asks it. */
export interface ServerFigures {
  readonly sessions: { readonly active: number; readonly idle: number; readonly idleInTransaction: number; readonly limit: number };
  /** `holder`: what the first of those that it waits for is doing, and did last; `null` where the user may not see it. */
  readonly waiting: readonly (Session & { readonly blockedBy: string; readonly holder: string | null })[];
  readonly slow: readonly Session[];
  /** Per second since the sample before; `null` in the first one. */
  readonly rates: Rates | null;
  /** The share of blocks that were in memory, since the statistics began; `null` before any was read. */
  readonly cacheHit: number | null;
  /** By `pg_stat_statements`; `null` where it is not installed, or may not be read. */
  readonly statements: readonly StatementFigures[] | null;
}

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly process: ProcessFigures | null;
  readonly server: ServerFigures | null;
  /** Why the server did not answer, as name and code. */
  readonly failure: string | null;
}
