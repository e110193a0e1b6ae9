/** A connection lent to one transaction. Its own calls stand in a line of their own; nobody else's reach it. */
import { DatabaseClosed, QueryError, TransactionError } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Request, ReservedConnection } from "../driver.ts";
import type { SqliteConnection } from "./connection.ts";
import { Line } from "./line.ts";
import type { Place } from "./place.ts";
import { runAt, streamAt } from "./run.ts";

export class SqliteReservation implements ReservedConnection {
  readonly #connection: SqliteConnection;
  readonly #outer: Line<SqliteConnection>;
  readonly #place: Place;
  readonly #onRelease: () => void;
  #isReleased = false;
  readonly #since = performance.now();
  #lastText: string | null = null;

  /** `connection` has to be held in `outer`. */
  constructor(connection: SqliteConnection, outer: Line<SqliteConnection>, busyTimeoutMs: number, onRelease: () => void) {
    this.#onRelease = onRelease;
    this.#connection = connection;
    this.#outer = outer;
    this.#place = { line: new Line([connection]), busyTimeoutMs, check: () => this.#check() };
  }

  get inTransaction(): boolean {
    return !this.#isReleased && this.#connection.inTransaction;
  }

  /** Whether its connection is lent from this line, and not back yet. */
  isOf(line: Line<SqliteConnection>): boolean {
    return !this.#isReleased && this.#outer === line;
  }

  /** For those who wait for it: since when it is lent, and what it ran last. */
  describe(): string {
    const seconds = ((performance.now() - this.#since) / 1000).toFixed(1);
    return `for ${seconds} s, last statement: ${this.#lastText?.replaceAll(/\s+/g, " ").slice(0, 120) ?? "nothing yet"}`;
  }

  run(request: Request): MaybePromise<Answer> {
    this.#check();
    request.signal?.throwIfAborted();
    this.#lastText = request.text;
    return runAt(this.#place, request);
  }

  stream(request: Request, batchSize: number): AsyncIterable<Answer> {
    checkBatchSize(batchSize);
    return streamAt(this.#place, request, batchSize);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#onRelease();
    // An error costs more than the rest of a transaction, and nearly always nobody waits for it.
    if (this.#place.line.waiting > 0) this.#place.line.dismiss(afterRelease());
    this.#connection.closeCursor();
    if (!isClean(this.#connection)) closeQuietly(this.#connection);
    this.#outer.free(this.#connection.isOpen ? this.#connection : null);
  }

  /** Ends what is under way because the whole database closes. The connection is closed by the caller. */
  dismiss(reason: DatabaseClosed): void {
    this.#place.line.dismiss(reason);
  }

  #check(): void {
    if (this.#isReleased) throw afterRelease();
    if (!this.#connection.isOpen) {
      throw new DatabaseClosed(`The database '${this.#connection.path}' was closed, and this transaction was rolled back.`);
    }
  }
}

/** Throws `QueryError` for what is not a positive whole number. */
export const checkBatchSize = (batchSize: number): void => {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw new QueryError("The batch size of a stream has to be a whole number of at least 1.");
};

const afterRelease = (): TransactionError =>
  new TransactionError("This transaction is over, and its connection was given back. Await every call before the transaction ends.");

/** Whether the connection is outside a transaction, if need be after a rollback. */
const isClean = (connection: SqliteConnection): boolean => {
  if (!connection.isOpen || !connection.inTransaction) return connection.isOpen;
  try {
    connection.exec("ROLLBACK");
  } catch {
    // What could not be rolled back is closed, which rolls it back.
  }
  return !connection.inTransaction;
};

const closeQuietly = (connection: SqliteConnection): void => {
  try {
    connection.close();
  } catch {
    // It is out of use; the next one is opened afresh.
  }
};
