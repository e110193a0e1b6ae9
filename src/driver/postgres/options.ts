/** What `openPostgres` takes. */
import type { PoolOptions } from "../pool-options.ts";
import type { CodecOptions } from "./codec/codec-options.ts";
import type { ConnectOptions } from "./startup/connect-options.ts";
import type { Flavor } from "./flavor.ts";
import type { ServerReport } from "./errors.ts";

export interface BlockPoolOptions {
  /** Blocks of 32 KB that are made at once, and stay. Default 0. */
  readonly size?: number | undefined;
  /** The most blocks that are kept when nobody uses them. Default 4, or `size` where that is more. */
  readonly maxSize?: number | undefined;
  /** How often blocks beyond `size` that nobody uses are let go of, in milliseconds. Default 300,000. */
  readonly cleanupIntervalMs?: number | undefined;
}

export interface PostgresOptions extends ConnectOptions {
  readonly pool?: Partial<PoolOptions> | undefined;
  /** Prepared statements that each connection keeps. Default 256. */
  readonly statementCacheSize?: number | undefined;
  readonly codecs?: CodecOptions | undefined;
  /**
   * `transaction`: a pooler stands between that gives each transaction another server connection (PgBouncer), so that statements get no names.
   * `auto`, the default, notices when names vanish.
   */
  readonly pooler?: "auto" | "none" | "transaction" | undefined;
  /** What kind of server it is. `auto`, the default, believes what the server reports, which Aurora does not. */
  readonly flavor?: "auto" | Flavor | undefined;
  /** Blocks of memory that this thread's connections keep ready for messages, while this database is open. */
  readonly memoryPool?: BlockPoolOptions | undefined;
  /** Hears what the server remarks (NOTICE, WARNING). Nothing is kept. */
  readonly onNotice?: ((notice: ServerReport) => void) | undefined;
}
