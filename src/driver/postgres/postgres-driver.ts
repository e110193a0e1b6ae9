/** PostgreSQL as a driver: a pool of connections, over which reads are joined and transactions have one each. */
import { ConfigurationError, TransactionError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Driver, Request, ReserveOptions } from "../driver.ts";
import type { Hear, Standing, Subscription, Target } from "../features.ts";
import { Pool } from "../pool.ts";
import type { Patience, PoolStatus, Slot, Use } from "../pool.ts";
import type { PoolWatcher } from "../pool-watch.ts";
import { poolOptions } from "../pool-options.ts";
import type { PoolOptions } from "../pool-options.ts";
import { TypeCatalogs } from "./catalog.ts";
import { connectConfig } from "./startup/config.ts";
import type { ConnectConfig } from "./startup/config.ts";
import { connectPostgres } from "./startup/connect.ts";
import { traceConnect } from "./startup/connect-trace.ts";
import type { PostgresConnection } from "./connection.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { featuresOf, flavorNames } from "./flavor.ts";
import type { FlavorFeatures } from "./flavor.ts";
import { Listener } from "./listen.ts";
import type { PostgresOptions } from "./options.ts";
import { standingOf, writtenPosition } from "./replication.ts";
import { blockPool } from "./protocol/block-pool.ts";
import { PostgresReserved } from "./reserved-connection.ts";
import { traceOf } from "./request-trace.ts";
import { useOf } from "./statements/statement-use.ts";

const optionNames = [
  "url",
  "settings",
  "password",
  "parameters",
  "tls",
  "allowCleartextPassword",
  "environment",
  "sessionAttributes",
  "pool",
  "statementCacheSize",
  "codecs",
  "pooler",
  "flavor",
  "memoryPool",
  "onNotice",
];

const isTransactionControl = /^\s*(?:begin|start\s+transaction|commit|rollback|abort|end|savepoint|release|prepare\s+transaction)\b/i;

export class PostgresDriver implements Driver {
  readonly readsInto = true;
  readonly config: ConnectConfig;
  readonly #pool: Pool<PostgresConnection>;
  readonly #listener: Listener;
  readonly #flavor: ConnectionSettings["flavor"];
  /** Takes back what was asked of the thread's memory. */
  readonly #letGo: () => void;
  #closing: Promise<void> | null = null;

  constructor(config: ConnectConfig, settings: ConnectionSettings, pool: PoolOptions, letGo: () => void) {
    this.config = config;
    this.#letGo = letGo;
    this.#listener = new Listener(
      (heard, events, signal) => connectPostgres(config, { ...settings, notification: heard }, events, signal),
      () => settings.names.areKept,
      () => this.#features.hasNotifications,
    );
    this.#flavor = settings.flavor;
    this.#pool = new Pool((events, signal) => traceConnect(config, () => connectPostgres(config, settings, events, signal)), pool);
  }

  run(request: Request): Promise<Answer> {
    const use = useOf(request);
    if (use === "refused") return Promise.reject(strayControl(request.text));
    const isShared = use === "shared";
    return this.#lend(use, request, (slot, rest) => {
      traceOf(rest, slot.id);
      return slot.connection.run(rest, isShared);
    });
  }

  batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    const stray = requests.find((request) => isTransactionControl.test(request.text));
    if (stray !== undefined) return Promise.reject(strayControl(stray.text));
    return this.#lend("exclusive", requests[0] ?? {}, (slot) => {
      for (const request of requests) traceOf(request, slot.id);
      return slot.connection.batch(requests);
    });
  }

  /** Takes a connection now or waits; the time spent waiting is taken off the request's limit. */
  #lend<T, R extends Patience>(use: Use, request: R, perform: (slot: Slot<PostgresConnection>, rest: R) => Promise<T>): Promise<T> {
    const act = (borrowed: Slot<PostgresConnection>, rest: R): Promise<T> => {
      const answer = perform(borrowed, rest);
      // What could not be written, or was stopped before, leaves nothing that would end, and so give the connection back.
      if (use !== "reserved" && borrowed.connection.inFlight === 0) this.#pool.giveBack(borrowed);
      return answer;
    };
    let slot: Slot<PostgresConnection> | null;
    try {
      slot = this.#pool.take(use);
    } catch (error) {
      return Promise.reject(error);
    }
    if (slot !== null) return act(slot, request);
    const { timeoutMs } = request;
    if (timeoutMs === undefined || timeoutMs <= 0) return this.#pool.wait(use, request, (late) => act(late, request));
    const until = performance.now() + timeoutMs;
    return this.#pool.wait(use, request, (late) => act(late, { ...request, timeoutMs: Math.max(1, until - performance.now()) }));
  }

  /** At once where a connection is free. */
  reserve(options: ReserveOptions): MaybePromise<PostgresReserved> {
    const reserved = (slot: Slot<PostgresConnection>): PostgresReserved => new PostgresReserved(slot, () => this.#pool.giveBack(slot));
    try {
      const slot = this.#pool.take("reserved");
      return slot === null ? this.#pool.wait("reserved", options, reserved) : reserved(slot);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async *stream(request: Request, batchSize: number): AsyncGenerator<Answer, void, undefined> {
    const reserved = await this.reserve({ write: request.writes, signal: request.signal });
    try {
      yield* reserved.stream(request, batchSize);
    } finally {
      reserved.release();
    }
  }

  /** `COPY … FROM STDIN`: sends the chunks, as fast as the server takes them, and gives the number of rows. */
  async copyFrom(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, signal?: AbortSignal): Promise<number> {
    const reserved = await this.reserve({ write: true, signal });
    try {
      return await reserved.copyFrom(text, chunks, signal);
    } finally {
      reserved.release();
    }
  }

  /** `COPY … TO STDOUT`: the chunks as they come; the server waits while nobody takes them. */
  async *copyTo(text: string, signal?: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
    const reserved = await this.reserve({ write: false, signal });
    try {
      yield* reserved.copyTo(text, signal);
    } finally {
      reserved.release();
    }
  }

  /** Hears a channel on a connection of its own, which is opened again when it is lost; `gap` then says that something may have been missed. */
  listen(channel: string, hear: Hear, gap?: (channel: string) => void): Promise<Subscription> {
    return this.#listener.listen(channel, hear, gap);
  }

  get address(): string {
    return this.config.hosts.map(({ name, port }) => `${name}:${port}`).join(",");
  }

  get #features(): FlavorFeatures {
    return featuresOf(this.#flavor.name ?? "postgres");
  }

  writtenPosition(timeoutMs: number): Promise<bigint | null> {
    return this.#features.hasPositions ? writtenPosition(this, timeoutMs) : Promise.resolve(null);
  }

  standing(timeoutMs: number): Promise<Standing> {
    return standingOf(this, timeoutMs, this.#features.hasPositions);
  }

  get target(): Target {
    const [host] = this.config.hosts;
    return { host: host?.path ?? host?.name ?? "", port: host?.port ?? 5432, database: this.config.database };
  }

  get poolStatus(): PoolStatus {
    return this.#pool.status;
  }

  get idleLimits(): Pool<PostgresConnection>["idleLimits"] {
    return this.#pool.idleLimits;
  }

  watchPool(watcher: PoolWatcher): () => void {
    return this.#pool.watch.add(watcher);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([this.#pool.close(), this.#listener.close()]).then(() => this.#letGo());
    return this.#closing;
  }
}

const strayControl = (text: string): TransactionError =>
  new TransactionError(
    `${text.trim().slice(0, 20).split(/\s/)[0]!.toUpperCase()} was run outside of a transaction's own connection, where the next statement may go elsewhere. Use transaction().`,
    { mayHaveRun: false },
  );

/** Opens nothing yet: connections are made when statements come. Throws `ConfigurationError` for what cannot be right. */
export const openPostgres = (options: PostgresOptions = {}): PostgresDriver => {
  for (const name of Object.keys(options)) {
    if (!optionNames.includes(name))
      throw new ConfigurationError(`openPostgres has no option '${name.slice(0, 60)}'.${didYouMean(name, optionNames)}`);
  }
  const size = options.statementCacheSize ?? 256;
  if (!Number.isSafeInteger(size) || size < 1) throw new ConfigurationError("statementCacheSize must be a whole number, 1 or more.");
  const pooler = options.pooler ?? "auto";
  if (!["auto", "none", "transaction"].includes(pooler)) throw new ConfigurationError("pooler must be 'auto', 'none' or 'transaction'.");
  const flavor = options.flavor ?? "auto";
  if (flavor !== "auto" && !flavorNames.includes(flavor))
    throw new ConfigurationError(`flavor must be 'auto' or one of ${flavorNames.join(", ")}.`);
  const settings: ConnectionSettings = {
    flavor: { name: flavor === "auto" ? null : flavor },
    catalogs: new TypeCatalogs(options.codecs),
    statementCacheSize: size,
    names: { areKept: pooler !== "transaction", mayVanish: pooler === "auto" },
    notice: options.onNotice ?? (() => undefined),
    notification: () => undefined,
  };
  const [config, pool] = [connectConfig(options), poolOptions(options.pool)];
  const letGo = options.memoryPool === undefined ? () => undefined : blockPool.govern(options.memoryPool);
  return new PostgresDriver(config, settings, pool, letGo);
};
