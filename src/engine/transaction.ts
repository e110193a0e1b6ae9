/**
 * One transaction, or a savepoint inside one.
 *
 *     open ──commit──▶ done          BEGIN is owed until the first statement: a transaction that asks nothing sends nothing.
 *       └───rollback─▶ done          A nested transaction is a savepoint; while it is open its parent runs nothing.
 */
import { TransactionError } from "../base/errors.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { BeginOptions, Dialect } from "../dialect/dialect.ts";
import type { Answer, Driver, Request, ReservedConnection } from "../driver/driver.ts";
import { requestOf } from "./run.ts";
import type { Runner } from "./run.ts";
import type { Plan } from "./plan.ts";
import { inside, standsInside } from "./scope.ts";
import { inModelWords } from "./violation.ts";

export interface TransactionOptions extends BeginOptions {
  readonly signal?: AbortSignal | undefined;
}

type State = "open" | "committed" | "rolled back";

/** What a transaction needs of the database it belongs to. */
export interface TransactionHost {
  readonly dialect: Dialect;
  readonly driver: Driver;
  countStatement(): void;
  /** Called with 1 when a transaction begins and with -1 when it ends. */
  countTransaction(difference: 1 | -1): void;
}

const command = (text: string): Request => ({ text, values: [], writes: true, bigints: false, batched: false });

export class Transaction implements Runner {
  readonly host: TransactionHost;
  readonly parent: Transaction | null;
  readonly #options: TransactionOptions;
  readonly #depth: number;
  #connection: ReservedConnection | null = null;
  #opening: Promise<ReservedConnection> | null = null;
  #state: State = "open";
  #child: Transaction | null = null;
  /** Set while a child that was made for a callback is open: others wait for it. */
  #childEnd: Promise<void> | null = null;
  #began = false;

  constructor(host: TransactionHost, options: TransactionOptions, parent: Transaction | null = null) {
    this.host = host;
    this.parent = parent;
    this.#options = options;
    this.#depth = parent === null ? 0 : parent.#depth + 1;
    host.countTransaction(1);
  }

  get dialect(): Dialect {
    return this.host.dialect;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Answer> {
    const readsInto = this.host.driver.readsInto === true;
    return this.send(requestOf(plan, values, signal ?? this.#options.signal, readsInto), plan.writes);
  }

  /** Runs a request on the transaction's connection. `writes` names the tables, for error messages. */
  send(request: Request, writes: readonly string[] = []): MaybePromise<Answer> {
    if (request.writes && this.#readOnly)
      throw new TransactionError("The transaction is read-only. Begin one without { readOnly: true } to write.");
    return this.#onConnection((connection) => {
      this.host.countStatement();
      try {
        const answer = connection.run(request);
        return answer instanceof Promise ? answer.catch((error: unknown) => this.#failed(error, writes, connection)) : answer;
      } catch (error) {
        return this.#failed(error, writes, connection);
      }
    });
  }

  async *stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Answer> {
    const request = requestOf(plan, values, signal ?? this.#options.signal, false);
    const connection = await this.#onConnection((reserved) => reserved);
    this.host.countStatement();
    yield* connection.stream(request, batchSize);
  }

  /** A savepoint. Its options must not ask for what only a whole transaction has. */
  nested(options: TransactionOptions = {}): Transaction {
    this.#assertUsable();
    if (options.isolation !== undefined || options.readOnly !== undefined) {
      throw new TransactionError(
        "A nested transaction is a savepoint of the outer one: give isolation and readOnly to the outermost transaction.",
      );
    }
    const child = new Transaction(this.host, { signal: options.signal ?? this.#options.signal }, this);
    this.#child = child;
    return child;
  }

  /** Runs `work` in a savepoint. Others who use this transaction meanwhile wait; `work` itself must use what it is given. */
  async nestedRun<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    while (this.#childEnd !== null && !this.#standsInChild()) await this.#childEnd;
    const child = this.nested(options);
    const done = Promise.withResolvers<void>();
    this.#childEnd = done.promise;
    try {
      return await runTransaction(child, work);
    } finally {
      this.#childEnd = null;
      done.resolve();
    }
  }

  commit(): MaybePromise<void> {
    this.#assertUsable();
    if (!this.#began) return this.#end("committed");
    const text = this.parent === null ? "COMMIT" : `RELEASE SAVEPOINT ${this.#savepoint}`;
    const connection = this.#connection!;
    const refused = (error: unknown): MaybePromise<never> => whenDone(this.#undo(connection), () => Promise.reject(error));
    try {
      const answer = connection.run(command(text));
      return answer instanceof Promise ? answer.then(() => this.#end("committed"), refused) : this.#end("committed");
    } catch (error) {
      return whenDone(this.#undo(connection), () => {
        throw error;
      });
    }
  }

  /** Ends the transaction without a trace. Does nothing when it has ended already. */
  rollback(): MaybePromise<void> {
    if (this.#state !== "open") return;
    const child = this.#child;
    if (child !== null) return whenDone(child.rollback(), () => this.rollback());
    if (this.#opening !== null) {
      return this.#opening.then(
        () => this.rollback(),
        () => this.#end("rolled back"),
      );
    }
    if (!this.#began) return this.#end("rolled back");
    return this.#undo(this.#connection!);
  }

  get #readOnly(): boolean {
    return this.parent === null ? this.#options.readOnly === true : this.parent.#readOnly;
  }

  get #savepoint(): string {
    return `petrel_${this.#depth}`;
  }

  #standsInChild(): boolean {
    const child = this.#child;
    return child !== null && standsInside((transaction) => transaction === child);
  }

  #assertUsable(): void {
    if (this.#state !== "open") {
      throw new TransactionError(`The transaction has been ${this.#state}. Begin another one, or do this before it ends.`);
    }
    if (this.#child !== null) {
      throw new TransactionError("A nested transaction is open on this one. Use the session that it was given, or end it first.");
    }
  }

  #onConnection<T>(use: (connection: ReservedConnection) => MaybePromise<T>): MaybePromise<T> {
    if (this.#childEnd !== null && !this.#standsInChild()) return this.#childEnd.then(() => this.#onConnection(use));
    this.#assertUsable();
    if (this.#began) return use(this.#connection!);
    if (this.#opening !== null) return this.#opening.then(() => this.#onConnection(use));
    const opened = this.#open();
    if (!(opened instanceof Promise)) return use(opened);
    this.#opening = opened.finally(() => {
      this.#opening = null;
    });
    return this.#opening.then(() => this.#onConnection(use));
  }

  #open(): MaybePromise<ReservedConnection> {
    if (this.parent !== null)
      return whenDone(this.parent.#connectionForChild(), (connection) => this.#begin(connection, [`SAVEPOINT ${this.#savepoint}`]));
    const reserved = this.host.driver.reserve({ write: this.#options.readOnly !== true, signal: this.#options.signal });
    return whenDone(reserved, (connection) => this.#begin(connection, this.dialect.begin(this.#options)));
  }

  #connectionForChild(): MaybePromise<ReservedConnection> {
    return this.#began ? this.#connection! : this.#open();
  }

  #begin(connection: ReservedConnection, texts: readonly string[]): MaybePromise<ReservedConnection> {
    const step = (index: number): MaybePromise<ReservedConnection> => {
      if (index === texts.length) {
        this.#connection = connection;
        this.#began = true;
        return connection;
      }
      return whenDone(connection.run(command(texts[index]!)), () => step(index + 1));
    };
    const failed = (error: unknown): never => {
      if (this.parent === null) connection.release();
      throw error;
    };
    try {
      const begun = step(0);
      return begun instanceof Promise ? begun.catch(failed) : begun;
    } catch (error) {
      return failed(error);
    }
  }

  /** Undoes what was done, gives the connection back, and never throws: a connection that cannot roll back is closed by its driver. */
  #undo(connection: ReservedConnection): MaybePromise<void> {
    const end = (): void => this.#end("rolled back");
    if (!connection.inTransaction) return end();
    const texts =
      this.parent === null ? ["ROLLBACK"] : [`ROLLBACK TO SAVEPOINT ${this.#savepoint}`, `RELEASE SAVEPOINT ${this.#savepoint}`];
    try {
      const answers = texts.map((text) => connection.run(command(text)));
      return answers.some((answer) => answer instanceof Promise) ? Promise.allSettled(answers).then(end) : end();
    } catch {
      return end();
    }
  }

  #end(state: State): void {
    this.#state = state;
    this.host.countTransaction(-1);
    if (this.parent !== null) {
      if (this.parent.#child === this) this.parent.#child = null;
      return;
    }
    this.#connection?.release();
    this.#connection = null;
  }

  #failed(error: unknown, writes: readonly string[], connection: ReservedConnection): never {
    // Some failures (a full disk, a conflict declared ON CONFLICT ROLLBACK) end the whole transaction inside the database.
    if (!connection.inTransaction) this.#endAll();
    throw inModelWords(error, writes);
  }

  #endAll(): void {
    for (let transaction: Transaction | null = this; transaction !== null; transaction = transaction.parent) {
      if (transaction.#state === "open") transaction.#end("rolled back");
    }
  }
}

/** Runs `work` in the transaction: commits when it returns, rolls back when it throws, and throws what it threw. */
export const runTransaction = async <T>(transaction: Transaction, work: (transaction: Transaction) => Promise<T>): Promise<T> => {
  let result: T;
  try {
    result = await inside(transaction, () => work(transaction));
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
  if (!transaction.isOpen) return result;
  try {
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
  return result;
};
