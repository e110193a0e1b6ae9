/**
 * A connection lent to one transaction.
 *
 * `BEGIN` is owed: it is answered at once and leaves with the first statement, in the same packet and group. A transaction in which nothing was
 * run sends nothing at all. `COMMIT` as the last of a `batch` travels with it.
 */
import { BugError, DatabaseClosed, TransactionError } from "../../base/errors.ts";
import type { Answer, Request, ReservedConnection } from "../driver.ts";
import type { Slot } from "../pool.ts";
import type { PostgresConnection } from "./connection.ts";
import { copyFrom, copyTo } from "./copy.ts";
import { streamPortal } from "./portal.ts";
import { traceOf } from "./request-trace.ts";
import { PostgresAnswer } from "./result-rows.ts";
import type { Settle } from "./statements/statement-writer.ts";

const begins = /^\s*(?:begin|start\s+transaction)\b/i;
const ends = /^\s*(?:commit|end|rollback|abort)\s*(?:work|transaction)?\s*;?\s*$/i;
const undoes = /^\s*(?:rollback|abort)\b/i;

interface Gathered extends Settle {
  readonly request: Request;
}

const none: readonly Request[] = [];
const nothing = new PostgresAnswer([], 0, [], false);

export class PostgresReserved implements ReservedConnection {
  readonly #slot: Slot<PostgresConnection>;
  readonly #giveBack: () => void;
  #owed: Request | null = null;
  /** What leaves together, while it is collected. */
  #gathered: Gathered[] | null = null;
  #isReleased = false;

  constructor(slot: Slot<PostgresConnection>, giveBack: () => void) {
    this.#slot = slot;
    this.#giveBack = giveBack;
  }

  get #connection(): PostgresConnection {
    if (this.#isReleased) throw new TransactionError("This connection was given back: its transaction has ended.", { mayHaveRun: false });
    if (!this.#slot.connection.isOpen) {
      throw new DatabaseClosed("The connection of this transaction has ended, and the transaction with it.", { mayHaveRun: false });
    }
    if (this.#refusedBegin !== null) throw notBegun(this.#refusedBegin);
    return this.#slot.connection;
  }

  /** A transaction that could not be begun runs nothing until it is ended, as one that has failed. */
  get #refusedBegin(): Error | null {
    const { connection } = this.#slot;
    return connection.isOpen ? connection.line.refusal : null;
  }

  get inTransaction(): boolean {
    const { connection } = this.#slot;
    return this.#owed !== null || (connection.isOpen && (connection.inTransaction || connection.line.refusal !== null));
  }

  run(request: Request): Promise<Answer> {
    try {
      if (this.#refusedBegin !== null && !this.#isReleased && ends.test(request.text)) return this.#endRefused(this.#refusedBegin, request);
      const connection = this.#connection;
      const { text } = request;
      traceOf(request, this.#slot.id);
      if (this.#owed === null && connection.inFlight === 0 && !connection.inTransaction && begins.test(text)) {
        this.#owed = request;
        return Promise.resolve(nothing);
      }
      const gathered = this.#gathered;
      if (this.#owed !== null && (gathered === null || gathered.length === 0) && ends.test(text)) {
        this.#owed = null;
        return Promise.resolve(nothing);
      }
      if (gathered !== null) return new Promise((resolve, reject) => gathered.push({ request, resolve, reject }));
      return this.#withOwed((first) => connection.run(request, false, first));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #endRefused(refusal: Error, { text }: Request): Promise<Answer> {
    this.#slot.connection.line.refusal = null;
    return undoes.test(text) ? Promise.resolve(nothing) : Promise.reject(notBegun(refusal));
  }

  beginLater(request: Request): void {
    if (this.#owed !== null || this.#connection.inTransaction || this.#connection.inFlight > 0)
      throw new BugError("a transaction was begun on a connection that has one.");
    this.#owed = request;
  }

  together<T>(begin: () => T): T {
    const connection = this.#connection;
    const gathered: Gathered[] = [];
    this.#gathered = gathered;
    let begun: T;
    try {
      begun = begin();
    } catch (error) {
      // Whoever ran them must not wait for ever.
      for (const { reject } of gathered) reject(notSent(error));
      throw error;
    } finally {
      this.#gathered = null;
    }
    if (gathered.length > 0) this.#withOwed((first) => connection.group(first, gathered));
    return begun;
  }

  batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    return this.#with((connection) => {
      for (const request of requests) traceOf(request, this.#slot.id);
      return this.#withOwed((first) => connection.batch(requests, first));
    });
  }

  /** Outside of a transaction it makes one for the time being: only there the server keeps a result open between two batches. */
  stream(request: Request, batchSize: number): AsyncIterable<Answer> {
    if (!this.#isReleased && !this.inTransaction) return streamInTransaction(this, request, batchSize);
    traceOf(request, this.#slot.id);
    return streamPortal(
      () => this.#connection,
      request,
      batchSize,
      (open) => this.#withOwed(open),
    );
  }

  async copyFrom(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, signal?: AbortSignal): Promise<number> {
    const connection = this.#connection;
    if (this.#owed !== null) await this.#withOwed((first) => connection.run(control(""), false, first));
    return copyFrom(connection, text, chunks, signal);
  }

  async *copyTo(text: string, signal?: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
    const connection = this.#connection;
    if (this.#owed !== null) await this.#withOwed((first) => connection.run(control(""), false, first));
    yield* copyTo(connection, text, signal);
  }

  #with<T>(act: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    try {
      return act(this.#connection);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends what is owed in front of what `send` sends. Where that could not be sent at all, it is still owed. */
  #withOwed<T>(send: (first: readonly Request[]) => T): T {
    const owed = this.#owed;
    if (owed === null) return send(none);
    this.#owed = null;
    const sent = send([owed]);
    if (this.#slot.connection.inFlight === 0) this.#owed = owed;
    return sent;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#owed = null;
    this.#slot.connection.line.refusal = null;
    this.#giveBack();
  }
}

const notBegun = (cause: Error): TransactionError =>
  new TransactionError("BEGIN was refused: the statements of this transaction have not run. Roll it back, and begin another one.", {
    cause,
    mayHaveRun: false,
  });

const notSent = (cause: unknown): TransactionError =>
  new TransactionError("The statement was not sent, because another one that was to leave with it could not be made.", {
    cause,
    mayHaveRun: false,
  });

const control = (text: string): Request => ({ text, values: [], writes: true, bigints: false, batched: false });

/** Leaving a loop early keeps what a writing statement has written: it had run before its first row came. An error keeps nothing. */
export async function* streamInTransaction(
  reserved: PostgresReserved,
  request: Request,
  batchSize: number,
): AsyncGenerator<Answer, void, undefined> {
  let hasFailed = false;
  try {
    await reserved.run(control("BEGIN"));
    yield* reserved.stream(request, batchSize);
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    if (reserved.inTransaction) await endTransaction(reserved, hasFailed);
  }
}

const endTransaction = async (reserved: PostgresReserved, hasFailed: boolean): Promise<void> => {
  // The error that ended the stream is the one to be told; a connection that cannot roll back is closed when it is given back.
  if (hasFailed) await reserved.run(control("ROLLBACK")).catch(() => undefined);
  else await reserved.run(control("COMMIT"));
};
