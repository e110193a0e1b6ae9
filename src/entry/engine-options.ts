/** What `createEngine` takes beside the URL, and which database understands which part of it. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { milliseconds } from "../config/duration.ts";
import type { QueryCacheOptions } from "../cache/settings.ts";
import type { Duration } from "../config/duration.ts";
import { postgresKinds, sqliteKinds } from "../config/option-kinds.ts";
import type { PoolOptions } from "../driver/pool-options.ts";
import type { PostgresOptions } from "../driver/postgres/options.ts";
import type { SqliteOptions } from "../driver/sqlite/sqlite.ts";

/** Options of SQLite. */
export interface SqliteEngineOptions extends Omit<SqliteOptions, "url" | "acquireTimeoutMs" | "busyTimeout" | "closeGrace"> {
  /** How long to wait for another process's lock before `DatabaseBusy`. Default 5 s. The event loop goes on meanwhile. */
  readonly busyTimeout?: Duration;
  /** How long `close` lets open transactions and streams go on before it rolls them back. Default 5 s. */
  readonly closeGrace?: Duration;
  /** How long a call waits for its turn to write, while a transaction of this engine has it, before `PoolTimeout`. Default 30 s; 0 for ever. */
  readonly acquireTimeout?: Duration;
}

/**
 * The pool, in the words of whichever document one comes from. Two words for one thing must not disagree.
 *
 * | kept and made | beyond that | waiting | idle | age | ping |
 * |---|---|---|---|---|---|
 * | `minConnections`, `maxConnections` | | `acquireTimeout` | `idleTimeout` | `maxLifetime` | |
 * | `connectionPoolSize` | `maxOverflow` | `poolTimeout` (s) | | `poolRecycle` (s) | `poolPrePing` |
 */
export interface PoolEngineOptions {
  /** Connections kept open once they were opened. Default 1. */
  readonly minConnections?: number;
  /** The most connections. Default 10. */
  readonly maxConnections?: number;
  /** How long to wait for a connection. Default 30 s. */
  readonly acquireTimeout?: Duration;
  /** When a connection that nobody uses is closed. Default 10 min. */
  readonly idleTimeout?: Duration;
  /** When a connection is too old to be lent again. Default 30 min. */
  readonly maxLifetime?: Duration;
  /** `maxConnections`, in SQLAlchemy's word. */
  readonly connectionPoolSize?: number;
  /** Temporary connections beyond that. Default 0. */
  readonly maxOverflow?: number;
  /** `acquireTimeout`; a number is in seconds, as SQLAlchemy counts. */
  readonly poolTimeout?: Duration;
  /** `maxLifetime`; a number is in seconds. */
  readonly poolRecycle?: Duration;
  /** Ask a connection that was idle for long whether it is alive before lending it. Default true. */
  readonly poolPrePing?: boolean;
}

/** A copy of the database that only reads: its URL, or with options of its own. What it does not say is as the primary's options say. */
export interface ReplicaOptions extends PoolEngineOptions, Omit<PostgresOptions, "url" | "pool" | "environment" | "sessionAttributes"> {
  readonly url: string;
  /** How many reads it gets beside the others: one with 2 gets twice those of one with 1. Default 1. */
  readonly weight?: number;
}

/** Copies that only read, which answer queries and read-only transactions. See docs/guide/several-databases.md. */
export interface ReplicasOptions {
  /** Standbys that stream from this database. */
  readonly replicas?: readonly (string | ReplicaOptions)[];
  /**
   * `true`: a replica answers once it has what this process wrote, by its position in the write-ahead log. A duration: so long after a write the primary
   * answers. `false`: replicas answer at once. Default true; servers without such positions are given 2 s.
   */
  readonly readYourWrites?: boolean | Duration;
  /** A replica that is further behind is left out. Default 10 s. */
  readonly maxReplicaLag?: Duration;
  /** How often replicas are asked how far they are, while there are reads. Default 1 s. */
  readonly replicaCheckInterval?: Duration;
}

/** Options of PostgreSQL. */
export interface PostgresEngineOptions
  extends PoolEngineOptions, ReplicasOptions, Omit<PostgresOptions, "url" | "pool" | "environment" | "sessionAttributes"> {
  /** The server stops statements that run longer. Default: what the server is set to, usually never. `{ timeout }` of a call counts waiting and reading, too. */
  readonly statementTimeout?: Duration;
}

/** What trades memory for time. */
export interface PerformanceOptions {
  /** Answers of queries, kept until they are too old or a write makes them void. */
  readonly queryCache?: QueryCacheOptions | undefined;
  /** Memory that PostgreSQL's connections share. */
  readonly memoryPool?: MemoryPoolOptions | undefined;
}

/** Blocks of 32 KB in which messages are written, and in which received ones wait for their rest; all engines of a thread share them. */
export interface MemoryPoolOptions {
  /** Blocks that are made when the engine is opened, and stay. Default 0. */
  readonly size?: number | undefined;
  /** The most blocks that are kept when nobody uses them. Default 4, or `size` where that is more. */
  readonly maxSize?: number | undefined;
  /** How often blocks beyond `size` that nobody uses are let go of: seconds, or `"5m"`. Default 300 s. */
  readonly cleanupInterval?: Duration | undefined;
}

export interface EngineOptions extends SqliteEngineOptions, Omit<PostgresEngineOptions, keyof SqliteEngineOptions> {
  readonly performance?: PerformanceOptions | undefined;
  /** `performance.queryCache`, by itself. */
  readonly queryCache?: QueryCacheOptions | undefined;
  /** `performance.memoryPool`, by itself. */
  readonly memoryPool?: MemoryPoolOptions | undefined;
}

const sqliteNames = Object.keys(sqliteKinds);
const postgresNames = Object.keys(postgresKinds);

const assertNames = (options: EngineOptions, names: readonly string[], others: readonly string[], database: string): void => {
  if (typeof options !== "object" || options === null) throw new ConfigurationError("The options of createEngine() are an object.");
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const why = others.includes(unknown) ? ` It is an option of another database.` : didYouMean(unknown, names);
  throw new ConfigurationError(`createEngine() has no option '${unknown}' for ${database}.${why}`);
};

/** Throws `ConfigurationError` for an unknown option; what stands in `queryCache` is the cache's business. */
export const performanceOptions = (given: unknown = {}): PerformanceOptions => {
  if (typeof given !== "object" || given === null) throw new ConfigurationError("createEngine(): performance is an object.");
  assertKnown(given, ["queryCache", "memoryPool"], "performance");
  return given;
};

const assertKnown = (given: object, known: readonly string[], what: string): void => {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(`createEngine(): ${what} has no option '${unknown}'.${didYouMean(unknown, known)}`);
};

const memoryPoolOf = (given: MemoryPoolOptions | undefined): PostgresOptions["memoryPool"] => {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) throw new ConfigurationError("createEngine(): performance.memoryPool is an object.");
  assertKnown(given, ["size", "maxSize", "cleanupInterval"], "performance.memoryPool");
  const { size, maxSize, cleanupInterval } = given;
  return { size, maxSize, cleanupIntervalMs: inSeconds(cleanupInterval, "memoryPool.cleanupInterval") };
};

export const sqliteOptions = (options: EngineOptions): Omit<SqliteOptions, "url"> => {
  if (typeof options === "object" && options !== null && options.replicas !== undefined)
    throw new ConfigurationError(
      "SQLite has no replicas: its readers read the file itself, side by side. Leave replicas out, or ask for more of them with readers.",
    );
  assertNames(options, sqliteNames, postgresNames, "SQLite");
  const { acquireTimeout, busyTimeout, closeGrace, ...others } = options;
  return {
    ...others,
    acquireTimeoutMs: inMilliseconds(acquireTimeout, "acquireTimeout"),
    busyTimeout: inMilliseconds(busyTimeout, "busyTimeout"),
    closeGrace: inMilliseconds(closeGrace, "closeGrace"),
  };
};

/** The one value of an option that has two names; `undefined` when neither was given. Throws when they disagree. */
const oneOf = (first: readonly [string, number | undefined], second: readonly [string, number | undefined]): number | undefined => {
  if (first[1] !== undefined && second[1] !== undefined && first[1] !== second[1]) {
    throw new ConfigurationError(`createEngine(): ${first[0]} and ${second[0]} say different things about one thing. Give one of them.`);
  }
  return first[1] ?? second[1];
};

const inSeconds = (given: Duration | undefined, name: string): number | undefined =>
  given === undefined ? undefined : milliseconds(typeof given === "number" ? given * 1000 : given, name);
const inMilliseconds = (given: Duration | undefined, name: string): number | undefined =>
  given === undefined ? undefined : milliseconds(given, name);

const poolOf = (options: PoolEngineOptions): Partial<PoolOptions> => {
  const found: { -readonly [K in keyof PoolOptions]: PoolOptions[K] | undefined } = {
    minConnections: options.minConnections,
    maxConnections: oneOf(["maxConnections", options.maxConnections], ["connectionPoolSize", options.connectionPoolSize]),
    maxOverflow: options.maxOverflow,
    acquireTimeoutMs: oneOf(
      ["acquireTimeout", inMilliseconds(options.acquireTimeout, "acquireTimeout")],
      ["poolTimeout", inSeconds(options.poolTimeout, "poolTimeout")],
    ),
    idleTimeoutMs: inMilliseconds(options.idleTimeout, "idleTimeout"),
    maxLifetimeMs: oneOf(
      ["maxLifetime", inMilliseconds(options.maxLifetime, "maxLifetime")],
      ["poolRecycle", inSeconds(options.poolRecycle, "poolRecycle")],
    ),
    prePingAfterMs: options.poolPrePing === false ? Infinity : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
};

const parametersOf = ({ parameters, statementTimeout }: PostgresEngineOptions): PostgresEngineOptions["parameters"] => {
  if (statementTimeout === undefined) return parameters;
  if (parameters !== undefined && Object.hasOwn(parameters, "statement_timeout")) {
    throw new ConfigurationError("createEngine(): statementTimeout and parameters.statement_timeout are one thing. Give one of them.");
  }
  return { ...parameters, statement_timeout: String(Math.ceil(milliseconds(statementTimeout, "statementTimeout"))) };
};

export const postgresOptions = (options: EngineOptions, memoryPool?: MemoryPoolOptions): Omit<PostgresOptions, "url"> => {
  assertNames(options, postgresNames, sqliteNames, "PostgreSQL");
  const { settings, password, tls, allowCleartextPassword, statementCacheSize, codecs, pooler, flavor, onNotice } = options;
  const parameters = parametersOf(options);
  return {
    settings,
    password,
    parameters,
    tls,
    allowCleartextPassword,
    statementCacheSize,
    codecs,
    pooler,
    flavor,
    onNotice,
    memoryPool: memoryPoolOf(memoryPool),
    pool: poolOf(options),
  };
};
