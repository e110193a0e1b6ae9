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
import type { Settle } from "./statement-writer.ts";

const begins = /^\s*(?:begin|start\s+transaction)\b/i;
const ends = /^\s*(?:commit|end|rollback|abort)\s*(?:work|transaction)?\s*;?\s*$/i;

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
    return this.#slot.connection;
  }

  get inTransaction(): boolean {
    return this.#owed !== null || (this.#slot.connection.isOpen && this.#slot.connection.inTransaction);
  }

  run(request: Request): Promise<Answer> {
    try {
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
      return connection.run(request, false, this.#takeOwed());
    } catch (error) {
      return Promise.reject(error);
    }
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
    if (gathered.length > 0) connection.group(this.#takeOwed(), gathered);
    return begun;
  }

  batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    return this.#with(async (connection) => {
      for (const request of requests) traceOf(request, this.#slot.id);
      const first = this.#takeOwed();
      const answers = await connection.batch([...first, ...requests]);
      return answers.slice(first.length);
    });
  }

  /** Outside of a transaction it makes one for the time being: only there the server keeps a result open between two batches. */
  stream(request: Request, batchSize: number): AsyncIterable<Answer> {
    if (!this.#isReleased && !this.inTransaction) return streamInTransaction(this, request, batchSize);
    return streamPortal(
      () => this.#connection,
      request,
      batchSize,
      () => this.#takeOwed(),
    );
  }

  async copyFrom(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, signal?: AbortSignal): Promise<number> {
    const connection = this.#connection;
    for (const owed of this.#takeOwed()) await connection.run(owed);
    return copyFrom(connection, text, chunks, signal);
  }

  async *copyTo(text: string, signal?: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
    const connection = this.#connection;
    for (const owed of this.#takeOwed()) await connection.run(owed);
    yield* copyTo(connection, text, signal);
  }

  #with<T>(act: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    try {
      return act(this.#connection);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #takeOwed(): readonly Request[] {
    const owed = this.#owed;
    this.#owed = null;
    return owed === null ? none : [owed];
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#owed = null;
    this.#giveBack();
  }
}

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
