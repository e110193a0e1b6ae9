/** What only some drivers offer beside statements: those that speak to a server. Each is absent where there is nothing of the kind. */
import type { PoolStatus } from "./pool.ts";
import type { PoolWatcher } from "./pool-watch.ts";

/** Gets what was sent with NOTIFY, and the process that sent it. What it throws is thrown in a task of its own. */
export type Hear = (payload: string, processId: number) => void;

export interface Subscription {
  /** Resolves when the server has been told, or is not there to be told. */
  unlisten(): Promise<void>;
}

/** How far a standby has come. */
export interface Standing {
  /** False for a server that takes writes: it was promoted, or never was a standby. */
  readonly isStandby: boolean;
  /** Where in the primary's log; `null` where the server tells nobody. */
  readonly position: bigint | null;
  /** How long ago the last commit that it has was made. It says nothing of a server whose primary is idle. */
  readonly sinceLastCommitMs: number | null;
}

/** The server, as the driver was told: a name or the path of a socket. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** COPY: what a driver can do on any of its connections, a connection that it lent can do there. */
export interface CopyFeatures {
  /** Sends the chunks of a `COPY … FROM STDIN`, and gives the number of rows. */
  copyFrom?(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, signal?: AbortSignal): Promise<number>;
  /** The chunks of a `COPY … TO STDOUT`. */
  copyTo?(text: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface DriverFeatures extends CopyFeatures {
  readonly target?: Target;
  readonly poolStatus?: PoolStatus;
  /** How many connections without work are kept. */
  readonly idleLimits?: { readonly min: number; readonly max: number };
  /** Tells `watcher` of the pool, until the returned function is called. */
  watchPool?(watcher: PoolWatcher): () => void;
  /** Where the server is, for people: `db1:5432`. */
  readonly address?: string;
  /** The end of the server's log: what was committed before the call lies before it. `null` where the server has no positions. */
  writtenPosition?(timeoutMs: number): Promise<bigint | null>;
  standing?(timeoutMs: number): Promise<Standing>;
  listen?(channel: string, hear: Hear, gap?: (channel: string) => void): Promise<Subscription>;
}
