/**
 * A database with copies that only read. What surely only reads, and locks nothing, may be answered by one; everything else is the primary's:
 *
 *     queries, read-only transactions      a copy that is well, near enough, and has what this process wrote; the primary where there is none
 *     writes, locks, SQL of one's own      the primary
 *
 * A read that a copy fails is asked again elsewhere, since it changed nothing. A transaction stays where it began.
 */
import { ConnectionError, isPetrelError, PoolTimeout } from "../../base/errors.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Driver, Request, ReservedConnection, ReserveOptions } from "../../driver/driver.ts";
import type { DriverFeatures } from "../../driver/features.ts";
import type { PlannedRequest } from "../watching/interceptor.ts";
import { OwnWrites } from "./own-writes.ts";
import type { Replica } from "./replica.ts";
import type { Replicas } from "./replicas.ts";
import { ReportingConnection } from "./reporting-connection.ts";

/** `primary`: nothing goes to a copy. `replica`: reads may go to a copy that has not yet what this process wrote. */
export type Server = "primary" | "replica";

type Inner = Driver & DriverFeatures;

/** A copy cancels reads that stand in the way of what it replays. */
const isOnlyHere = (error: unknown): boolean => isPetrelError(error) && ["40001", "40P01"].includes(error.sqlState ?? "");

/** The request with an empty place for its rows: some may have come before the copy failed. */
const renewed = (request: Request): Request => {
  const { plan } = request as Partial<PlannedRequest>;
  return request.sink === undefined ? request : { ...request, sink: plan?.wire?.newSink() };
};

export class ReplicatedDriver implements Driver, DriverFeatures {
  readonly replicas: Replicas;
  readonly #primary: Inner;
  readonly #server: Server | null;
  /** Whose writes a copy must have; the process's where it is `null`. */
  readonly #view: OwnWrites | null;
  #isClosed = false;

  constructor(primary: Inner, replicas: Replicas, server: Server | null = null, view: OwnWrites | null = null) {
    this.#primary = primary;
    this.replicas = replicas;
    this.#server = server;
    this.#view = view;
  }

  /** The same servers, asked in another way. */
  towards(server: Server): ReplicatedDriver {
    return new ReplicatedDriver(this.#primary, this.replicas, server, this.#view);
  }

  /** The same servers for somebody who has seen what lies before `position`, and then what is written here. */
  after(position: bigint): ReplicatedDriver {
    return new ReplicatedDriver(this.#primary, this.replicas, this.#server, new OwnWrites(position));
  }

  /** Answers of a copy that may be behind are no answers of another server. */
  get key(): string {
    if (this.#server !== null) return this.#server;
    return this.#view === null ? "" : `after ${this.#view.id}`;
  }

  get readsInto(): boolean {
    return this.#primary.readsInto === true;
  }

  get address(): NonNullable<DriverFeatures["address"]> {
    return this.#primary.address!;
  }

  /** The primary's. */
  get target(): NonNullable<DriverFeatures["target"]> {
    return this.#primary.target!;
  }

  get poolStatus(): NonNullable<DriverFeatures["poolStatus"]> {
    return this.#primary.poolStatus!;
  }

  get idleLimits(): NonNullable<DriverFeatures["idleLimits"]> {
    return this.#primary.idleLimits!;
  }

  watchPool(...call: Parameters<NonNullable<DriverFeatures["watchPool"]>>): () => void {
    return this.#primary.watchPool!(...call);
  }

  /** Where a view began, as long as nothing was written in it. */
  writtenPosition(timeoutMs: number): Promise<bigint | null> {
    return this.#view?.count === 0 ? Promise.resolve(this.#view.position) : this.#primary.writtenPosition!(timeoutMs);
  }

  run(request: Request): MaybePromise<Answer> {
    if (request.readsOnly !== true) return this.#writing(this.#primary.run(request));
    const replica = this.#pick();
    if (replica === null) return this.#primary.run(request);
    return Promise.resolve(replica.driver.run(request)).catch((error: unknown) => {
      this.#take(error, replica);
      return this.run(renewed(request));
    });
  }

  batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    if (!requests.every(({ readsOnly }) => readsOnly === true)) return this.#writing(this.#primary.batch!(requests));
    const replica = this.#pick();
    if (replica === null) return this.#primary.batch!(requests);
    return replica.driver.batch!(requests).catch((error: unknown) => {
      this.#take(error, replica);
      return this.batch(requests.map(renewed));
    });
  }

  reserve(options: ReserveOptions): MaybePromise<ReservedConnection> {
    if (options.write) return whenDone(this.#primary.reserve(options), (connection) => new ReportingConnection(connection, this.#wrote));
    const replica = options.isSerializable === true ? null : this.#pick();
    if (replica === null) return this.#primary.reserve(options);
    return Promise.resolve(replica.driver.reserve(options)).catch((error: unknown) => {
      this.#take(error, replica);
      return this.reserve(options);
    });
  }

  async *stream(request: Request, batchSize: number): AsyncGenerator<Answer, void, undefined> {
    const replica = request.readsOnly === true ? this.#pick() : null;
    if (replica !== null) {
      let hasBegun = false;
      try {
        for await (const batch of replica.driver.stream(request, batchSize)) {
          hasBegun = true;
          yield batch;
        }
        return;
      } catch (error) {
        if (hasBegun) throw error;
        this.#take(error, replica);
      }
      return yield* this.stream(request, batchSize);
    }
    try {
      yield* this.#primary.stream(request, batchSize);
    } finally {
      if (request.readsOnly !== true) this.#wrote();
    }
  }

  copyFrom(...call: Parameters<NonNullable<DriverFeatures["copyFrom"]>>): Promise<number> {
    return this.#writing(this.#primary.copyFrom!(...call));
  }

  copyTo(...call: Parameters<NonNullable<DriverFeatures["copyTo"]>>): AsyncIterable<Uint8Array> {
    return this.#primary.copyTo!(...call);
  }

  listen(...call: Parameters<NonNullable<DriverFeatures["listen"]>>): ReturnType<NonNullable<DriverFeatures["listen"]>> {
    return this.#primary.listen!(...call);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.replicas.close();
    await Promise.all([this.#primary.close(), ...this.replicas.all.map(({ driver }) => driver.close())]);
  }

  #pick(): Replica | null {
    if (this.#server === "primary" || this.#isClosed) return null;
    const replica = this.replicas.pick(this.#server === null ? (this.#view ?? this.replicas.own) : null);
    if (replica !== null) replica.statements++;
    return replica;
  }

  /** Throws what another server would say, too; otherwise remembers what is wrong with the copy. */
  #take(error: unknown, replica: Replica): void {
    if (isOnlyHere(error)) return replica.failed(error);
    const isAway = error instanceof ConnectionError && !(error instanceof PoolTimeout) && !this.#isClosed;
    if (!isAway) throw error;
    replica.failed(error);
  }

  readonly #wrote = (): void => this.replicas.wrote(this.#view);

  #writing<T>(answer: MaybePromise<T>): Promise<T> {
    return Promise.resolve(answer).finally(this.#wrote);
  }
}
