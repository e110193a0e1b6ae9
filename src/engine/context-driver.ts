/**
 * A driver whose every statement runs in a context: a role, and settings that row security reads.
 *
 *     one statement, a batch      context · statement                one round trip; the server forgets the context with the group's transaction
 *     a transaction               BEGIN · context · first statement  one round trip; it is forgotten with COMMIT and ROLLBACK
 *
 * Nothing of it outlives the transaction, so that nothing has to be taken back before somebody else uses the connection.
 */
import { ConfigurationError } from "../base/errors.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Answer, Driver, Request, ReservedConnection } from "../driver/driver.ts";
import type { CopyFeatures, DriverFeatures } from "../driver/features.ts";
import { command } from "./transactions/transaction-control.ts";

const begins = /^\s*(?:begin|start\s+transaction)\b/i;
const ends = /^\s*(?:commit|end|rollback|abort)\s*(?:work|transaction)?\s*;?\s*$/i;

const ignore = (): void => {};

/** A connection of a transaction; the context goes in with the first statement. */
class ContextConnection implements ReservedConnection, CopyFeatures {
  readonly #inner: ReservedConnection;
  readonly #context: Request;
  #isOwed = false;
  #isGathering = false;
  /** The first statement is under way with the context, which is owed again when they fail: nothing runs without it. */
  #entering: Promise<unknown> | null = null;
  readonly beginLater?: (request: Request) => void;
  readonly together?: <T>(begin: () => T) => T;

  constructor(inner: ReservedConnection, context: Request) {
    this.#inner = inner;
    this.#context = context;
    if (inner.beginLater !== undefined) this.beginLater = (request) => this.#beginLater(request);
    if (inner.together !== undefined) this.together = (begin) => this.#together(begin);
  }

  get inTransaction(): boolean {
    return this.#inner.inTransaction;
  }

  run(request: Request): MaybePromise<Answer> {
    if (this.#entering !== null) return this.#entering.then(() => this.run(request));
    if (begins.test(request.text)) this.#isOwed = true;
    else if (this.#isOwed && ends.test(request.text)) this.#isOwed = false;
    else if (this.#isOwed) return this.#first(request);
    return this.#inner.run(request);
  }

  #beginLater(request: Request): void {
    this.#inner.beginLater!(request);
    this.#isOwed = true;
  }

  #first(request: Request): MaybePromise<Answer> {
    this.#isOwed = false;
    if (!this.#isGathering) return this.#enter([request]).then(([answer]) => answer!);
    // They leave together: when the context is refused, the statement does not run, and says why.
    const entered = Promise.resolve(this.#inner.run(this.#context));
    entered.catch(ignore);
    const answer = Promise.resolve(this.#inner.run(request));
    answer.catch(ignore);
    return entered.then(() => answer);
  }

  #enter(requests: readonly Request[]): Promise<readonly Answer[]> {
    const answers = batched(this.#inner, [this.#context, ...requests], 1);
    const entered = (): void => void (this.#entering = null);
    this.#entering = answers.then(entered, () => {
      this.#isOwed = true;
      entered();
    });
    return answers;
  }

  #together<T>(begin: () => T): T {
    this.#isGathering = true;
    try {
      return this.#inner.together!(begin);
    } finally {
      this.#isGathering = false;
    }
  }

  batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    if (this.#entering !== null) return this.#entering.then(() => this.batch(requests));
    if (!this.#isOwed) return batched(this.#inner, requests, 0);
    this.#isOwed = false;
    return this.#enter(requests);
  }

  async *stream(request: Request, batchSize: number): AsyncIterable<Answer> {
    await this.#entering;
    if (this.#isOwed) {
      this.#isOwed = false;
      await this.#inner.run(this.#context);
    }
    yield* this.#inner.stream(request, batchSize);
  }

  copyFrom(): Promise<number> {
    return Promise.reject(notInContext("copyFrom()", "insertAll()"));
  }

  copyTo(): AsyncIterable<Uint8Array> {
    throw notInContext("copyTo()", "query(…).stream()");
  }

  release(): void {
    this.#inner.release();
  }
}

/** The answers behind the first `skipped`. */
const batched = async (connection: Pick<Driver, "batch">, requests: readonly Request[], skipped: number): Promise<readonly Answer[]> =>
  (await connection.batch!(requests)).slice(skipped);

export class ContextDriver implements Driver, DriverFeatures {
  readonly #inner: Driver & DriverFeatures;
  readonly #context: Request;
  /** Tells contexts apart: who reads, and under which settings. */
  readonly key: string;

  /** `inner` has batches. `context` is one statement that holds until the end of its transaction. */
  constructor(inner: Driver, context: Request) {
    this.#inner = inner;
    this.#context = context;
    this.key = JSON.stringify([inner.key ?? null, ...context.values]);
  }

  /** The same context with other servers below it. */
  over(choose: (inner: Driver) => Driver): ContextDriver {
    return new ContextDriver(choose(this.#inner), this.#context);
  }

  writtenPosition(timeoutMs: number): Promise<bigint | null> {
    return this.#inner.writtenPosition?.(timeoutMs) ?? Promise.resolve(null);
  }

  get readsInto(): boolean {
    return this.#inner.readsInto === true;
  }

  get target(): NonNullable<DriverFeatures["target"]> {
    return this.#inner.target!;
  }

  get poolStatus(): NonNullable<DriverFeatures["poolStatus"]> {
    return this.#inner.poolStatus!;
  }

  get idleLimits(): NonNullable<DriverFeatures["idleLimits"]> {
    return this.#inner.idleLimits!;
  }

  watchPool(...call: Parameters<NonNullable<DriverFeatures["watchPool"]>>): () => void {
    return this.#inner.watchPool!(...call);
  }

  async run(request: Request): Promise<Answer> {
    const { signal, timeoutMs } = request;
    signal?.throwIfAborted();
    const [answer] = await batched(this.#inner, [{ ...this.#context, signal, timeoutMs }, request], 1);
    return answer!;
  }

  batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    return batched(this.#inner, [{ ...this.#context, signal: requests[0]?.signal }, ...requests], 1);
  }

  reserve(options: Parameters<Driver["reserve"]>[0]): MaybePromise<ReservedConnection> {
    return whenDone(this.#inner.reserve(options), (connection) => new ContextConnection(connection, this.#context));
  }

  async *stream(request: Request, batchSize: number): AsyncIterable<Answer> {
    const connection = await this.reserve({ write: request.writes, signal: request.signal });
    let hasFailed = false;
    try {
      await connection.run(command("BEGIN"));
      yield* connection.stream(request, batchSize);
    } catch (error) {
      hasFailed = true;
      throw error;
    } finally {
      // The error that ended the stream is the one to be told; a connection that cannot roll back is closed when it is given back.
      if (hasFailed) await Promise.resolve(connection.run(command("ROLLBACK"))).catch(ignore);
      else await connection.run(command("COMMIT"));
      connection.release();
    }
  }

  copyFrom(): Promise<number> {
    return Promise.reject(notInContext("copyFrom()", "insertAll()"));
  }

  copyTo(): AsyncIterable<Uint8Array> {
    throw notInContext("copyTo()", "query(…).stream()");
  }

  listen(): ReturnType<NonNullable<DriverFeatures["listen"]>> {
    return Promise.reject(notInContext("listen()", "the engine itself"));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

const notInContext = (use: string, instead: string): ConfigurationError =>
  new ConfigurationError(`${use} does not run in a context of engine.with(…), whose row security it would pass by. Use ${instead}.`);
