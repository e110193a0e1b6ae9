/**
 * One transaction, or a savepoint inside one.
 *
 *     open ──commit──▶ committed      BEGIN is owed until the first statement: a transaction that asks nothing sends nothing.
 *       └───rollback─▶ rolled back    A nested transaction is a savepoint; while its callback runs, other calls on its parent wait.
 *
 * Calls run in the order in which they were made. A commit waits for the calls made before it that still run; when one of them fails, nothing is kept.
 */
import { CommitOutcomeUnknown, StaleObject, TransactionError } from "../../base/errors.ts";
import { settled, whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Dialect } from "../../dialect/dialect.ts";
import type { Answer, Request, ReservedConnection } from "../../driver/driver.ts";
import { bothSignals, ownReason } from "../call-limit.ts";
import { begunTogether, committedUnread, ignore, inTurn, settledTogether } from "./last-writes.ts";
import type { LastOutcome, LastWrites } from "./last-writes.ts";
import { OpenStreams } from "./open-streams.ts";
import { batchesWithOwnReason, calledWithOwnReason, withOwnReason } from "../own-reason.ts";
import { sent, streamed } from "../watching/interceptor.ts";
import type { Plan } from "../plans/plan.ts";
import { requestOf, streamRequestOf } from "../run.ts";
import type { Runner } from "../run.ts";
import { runTransaction } from "./run-transaction.ts";
import { RunningCalls } from "./running-calls.ts";
import { isSurrounded } from "./scope.ts";
import type { ScopedTransaction } from "./scope.ts";
import { declaredChange, WrittenTables } from "../table-changes.ts";
import { assertNoControl, begin, command, endedAs, type Ending, savepointAt, undone } from "./transaction-control.ts";
import type { TransactionHost } from "./transaction-host.ts";
import { acquired, transactionEnded, transactionMade } from "./transaction-trace.ts";
import { checkTransactionOptions, startedOptions } from "./transaction-options.ts";
import type { TransactionOptions } from "./transaction-options.ts";
import { Turns } from "./turns.ts";
import { inModelWords } from "../violation.ts";

const none: readonly Promise<unknown>[] = [];

export class Transaction implements Runner, ScopedTransaction {
  readonly host: TransactionHost;
  readonly parent: Transaction | null;
  /** Who works in it, for those above that look for him by the running code; nobody here does. */
  user: object | null = null;
  readonly #readOnly: boolean;
  readonly #isSerializable: boolean;
  #signal: AbortSignal | undefined;
  /** What opens it. */
  readonly #opening: readonly string[];
  /** What makes it permanent. */
  readonly #ending: string;
  readonly #depth: number;
  readonly trace: ReturnType<typeof transactionMade>;
  readonly #turns = new Turns();
  readonly #running = new RunningCalls();
  readonly #streams = new OpenStreams();
  #state: "open" | "ending" | Ending = "open";
  #connection: ReservedConnection | null = null;
  #whenOpened: Promise<unknown> | null = null;
  #whenEnded: MaybePromise<void> = undefined;
  #child: Transaction | null = null;
  /** Whether the child has a callback, so that others may wait for its end. */
  #childEndsByItself = false;
  /** What this transaction changed, with those inside of it. */
  readonly #written: WrittenTables;
  /** What made the database end the transaction by itself. */
  #lost: { readonly cause: unknown } | null = null;

  constructor(host: TransactionHost, options: TransactionOptions, parent: Transaction | null = null) {
    checkTransactionOptions(options, parent !== null);
    this.host = host;
    this.parent = parent;
    this.#written = parent === null ? new WrittenTables() : parent.#written;
    this.#readOnly = parent === null ? options.readOnly === true : parent.#readOnly;
    this.#isSerializable = options.isolation === "serializable";
    this.#signal = startedOptions(options).signal;
    this.#depth = parent === null ? 0 : parent.#depth + 1;
    this.#ending = parent === null ? "COMMIT" : `RELEASE SAVEPOINT ${savepointAt(this.#depth)}`;
    this.#opening = parent === null ? host.dialect.begin(options) : [`SAVEPOINT ${savepointAt(this.#depth)}`];
    host.countTransaction(1);
    this.trace = transactionMade(this, this.#depth, this.#readOnly, host);
  }

  get dialect(): Dialect {
    return this.host.dialect;
  }

  /** The outermost transaction; itself where it is that. */
  get root(): Transaction {
    return this.parent === null ? this : this.parent.root;
  }

  get isOpen(): boolean {
    return this.#state === "open" || this.#state === "ending";
  }

  get isCommitted(): boolean {
    return this.#state === "committed";
  }

  /** Whether nobody knows how it ended: its COMMIT had no answer. */
  get isUnknown(): boolean {
    return this.#state === "unknown";
  }

  /** Whether work outside would have to wait for the end of this transaction. */
  holdsUp(write: boolean): boolean {
    const { driver } = this.host;
    return this.isOpen && this.#connection !== null && driver.waitsFor !== undefined && driver.waitsFor(this.#connection, write);
  }

  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Answer> {
    if (plan.mayWrite) this.#written.add(plan.change);
    return this.#dispatch(requestOf(plan, values, this.#signalWith(signal), this.host.driver.readsInto === true), plan.writes);
  }

  /** Runs a request on the transaction's connection. `tables` are those it changes, where that is known. */
  send(request: Request, tables?: readonly string[]): MaybePromise<Answer> {
    assertNoControl(request.text);
    this.#written.add(declaredChange(tables, request.writes));
    return this.#dispatch({ ...request, signal: this.#signalWith(request.signal) }, tables ?? []);
  }

  /** Rows in batches. Throws `TransactionError` when the transaction ends before the last one was read. */
  async *stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Answer> {
    if (plan.mayWrite) this.#written.add(plan.change);
    const request = streamRequestOf(plan, values, this.#signalWith(signal), this.host.driver);
    const batches = await this.#onConnection(
      (connection) => batchesWithOwnReason(streamed(connection, request, batchSize, this.host, this.root), request.signal),
      request.signal,
    );
    this.host.countStatement();
    yield* this.#streams.read(batches);
  }

  /** The connection, for what is no statement and may write: a COPY. The caller has the transaction for itself until `use` is done. */
  lend<T>(use: (connection: ReservedConnection) => MaybePromise<T>, writes: readonly string[], signal?: AbortSignal): MaybePromise<T> {
    if (writes.length > 0) this.#written.add(declaredChange(writes, true));
    return this.#onConnection(use, this.#signalWith(signal));
  }

  /** From now on this signal stops it, too: its calls, and its commit. */
  limitBy(signal: AbortSignal | undefined): void {
    this.#signal = bothSignals(this.#signal, signal);
  }

  /** A savepoint that the caller ends; until then this transaction runs nothing. */
  nested(given: TransactionOptions = {}): MaybePromise<Transaction> {
    this.#assertUsable();
    const options = startedOptions(given);
    const entered = this.#turns.enter(() => this.#newChild(options, false), options.signal);
    return this.#running.add(withOwnReason(entered, options.signal));
  }

  /** Runs `work` in a savepoint. Others who use this transaction meanwhile wait; `work` itself must use what it is given. */
  async nestedRun<T>(work: (transaction: Transaction) => MaybePromise<T>, options: TransactionOptions = {}): Promise<T> {
    this.#assertUsable();
    return this.#running.add(this.#nestedRun(work, startedOptions(options)));
  }

  async #nestedRun<T>(work: (transaction: Transaction) => MaybePromise<T>, options: TransactionOptions): Promise<T> {
    const entered = this.#turns.enter(() => {
      const made = this.#newChild(options, true);
      this.#turns.hold();
      return made;
    }, options.signal);
    const child = await withOwnReason(entered, options.signal);
    try {
      return await runTransaction(child, work);
    } finally {
      this.#turns.free();
    }
  }

  /** Makes everything permanent, after the calls that still run. When that fails, all is rolled back, and the reason thrown. */
  commit(): MaybePromise<void> {
    this.#assertUsable();
    const late = this.#running.count === 0 ? none : this.#running.all;
    return this.#turns.isFree ? this.#commitBehind(late) : this.#turns.enter(() => this.#commitBehind(late));
  }

  #commitBehind(late: readonly Promise<unknown>[]): MaybePromise<void> {
    this.#assertUsable();
    this.#state = "ending";
    return (this.#whenEnded = late.length === 0 ? this.#commitNow() : this.#commitAfter(late));
  }

  /** Whether nothing was sent in it that could have changed anything: then one more write is all that its commit would keep. */
  get isUnwritten(): boolean {
    return this.parent === null && this.#written.isEmpty;
  }

  /**
   * Begins a write for each of `rows`, in their order, and commits right behind them, in the same packet where the driver can: nothing is looked at in
   * between, so it is for writes whose failure the database itself reports. A savepoint's beginning leaves with them, too.
   * Returns what each gave; the first failure is thrown, and nothing was kept.
   */
  commitWith<T, R>(rows: readonly T[], write: (row: T) => MaybePromise<R>): MaybePromise<readonly R[]> {
    const { parent } = this;
    const isOwed = parent !== null && this.#connection === null && parent.#isAloneWith(this);
    const own = (): MaybePromise<ReservedConnection> => this.#onConnection((opened) => opened, this.#signal);
    const connection = isOwed ? whenDone(parent.#open(this.#signal), (opened) => (opened.together === undefined ? own() : opened)) : own();
    return whenDone(connection, (opened) => this.#commitOn(parent === null || isOwed ? opened : null, rows, write));
  }

  /** `on` is null where a savepoint has begun already: then nothing leaves together. */
  #commitOn<T, R>(on: ReservedConnection | null, rows: readonly T[], write: (row: T) => MaybePromise<R>): MaybePromise<readonly R[]> {
    const signal = this.#signal;
    if (signal?.aborted === true) return this.#refuse(ownReason(signal.reason, signal));
    const last = on?.together !== undefined && this.#isAlone ? this.#begunTogether(on, rows, write) : null;
    if (last === null) return whenDone(inTurn(rows, write), (results) => whenDone(this.commit(), () => results));
    this.#state = "ending";
    const ending = settledTogether(last).then((outcome) => this.#endedTogether(outcome));
    this.#whenEnded = ending.then(ignore, ignore);
    return ending;
  }

  #endedTogether<R>(outcome: LastOutcome<R>): MaybePromise<readonly R[]> {
    if (outcome.results !== null) {
      this.#end("committed");
      return outcome.results;
    }
    // A write that found no row was the only one: nothing was kept. Whatever else fails after the commit only concerns what was read back.
    if (!outcome.isCommitted || outcome.failure instanceof StaleObject) return this.#refuseInWords(outcome.failure);
    return this.#keptUnread(outcome.failure);
  }

  #begunTogether<T, R>(connection: ReservedConnection, rows: readonly T[], write: (row: T) => MaybePromise<R>): LastWrites<R> {
    const isNested = this.parent !== null;
    const frame = { opening: isNested ? this.#opening : [], ending: command(this.#ending, { signal: this.#signal }) };
    if (isNested) this.#connection = connection;
    try {
      return begunTogether(connection, frame, rows, write);
    } catch (error) {
      // Nothing was sent, so there is no savepoint to go back to.
      if (isNested) this.#connection = null;
      throw error;
    }
  }

  /** What was written cannot be undone alone any more, and what came back could not be read. */
  #keptUnread(failure: unknown): never {
    if (this.parent !== null) this.#lose(failure);
    else this.#end("committed");
    throw this.parent === null ? committedUnread(failure) : failure;
  }

  /** Nobody else works with it. */
  get #isAlone(): boolean {
    return this.#child === null && this.#turns.isFree && this.#running.count === 0 && this.#streams.isEmpty;
  }

  /** Whether it waits for the end of `child`, and for nothing else. */
  #isAloneWith(child: Transaction): boolean {
    const { parent } = this;
    const isQuiet = this.#child === child && this.#running.count <= 1 && this.#streams.isEmpty;
    return isQuiet && (parent === null || parent.#isAloneWith(this));
  }

  /** Ends the transaction without a trace, and never throws. Does nothing when it has ended already. */
  rollback(): MaybePromise<void> {
    if (this.#state !== "open") return this.#whenEnded?.then(ignore, ignore);
    this.#state = "ending";
    this.#whenEnded = whenDone(this.#child?.rollback(), () => whenDone(this.#whenOpened?.catch(ignore), () => this.#undo()));
    return this.#whenEnded;
  }

  /**
   * Commits unless it has ended already. Throws `TransactionError` when the database ended it by itself:
   * whoever caught the error that came with it must not believe that the rest was kept.
   */
  finish(): MaybePromise<void> {
    return this.#state === "ending" ? whenDone(this.#whenEnded, () => this.#finished()) : this.#finished();
  }

  #finished(): MaybePromise<void> {
    if (this.#lost !== null) {
      throw new TransactionError(
        "The database rolled the whole transaction back when one of its statements failed, so nothing was kept. Let that error leave the callback.",
        { cause: this.#lost.cause },
      );
    }
    return this.#state === "open" ? this.commit() : undefined;
  }

  #signalWith(signal: AbortSignal | undefined): AbortSignal | undefined {
    return bothSignals(signal, this.#signal);
  }

  #assertUsable(): void {
    if (this.#state !== "open") throw endedAs(this.#state);
    const child = this.#child;
    if (child === null || (this.#childEndsByItself && !isSurrounded((transaction) => transaction === child))) return;
    throw new TransactionError("A nested transaction is open on this one. Use the session that it was given, or end it first.");
  }

  #newChild(options: TransactionOptions, endsByItself: boolean): Transaction {
    this.#assertUsable();
    this.#child = new Transaction(this.host, { ...options, signal: this.#signalWith(options.signal) }, this);
    this.#childEndsByItself = endsByItself;
    return this.#child;
  }

  #dispatch(request: Request, writes: readonly string[]): MaybePromise<Answer> {
    if (request.writes && this.#readOnly)
      throw new TransactionError("The transaction is read-only. Begin one without { readOnly: true } to write.");
    const opened = this.#connection;
    if (opened !== null && this.#turns.isFree) {
      // What `#onConnection` would do, without the functions that waiting takes.
      this.#assertUsable();
      return this.#running.add(withOwnReason(this.#runOn(opened, request, writes), request.signal));
    }
    return this.#onConnection((connection) => this.#runOn(connection, request, writes), request.signal);
  }

  #runOn(connection: ReservedConnection, request: Request, writes: readonly string[]): MaybePromise<Answer> {
    this.host.countStatement();
    try {
      const answer = sent(connection, request, this.host, this.root);
      return answer instanceof Promise ? answer.catch((error: unknown) => this.#failed(error, writes, connection)) : answer;
    } catch (error) {
      return this.#failed(ownReason(error, request.signal), writes, connection);
    }
  }

  #onConnection<T>(use: (connection: ReservedConnection) => MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> {
    this.#assertUsable();
    return this.#running.add(calledWithOwnReason(() => this.#turns.enter(() => this.#openAndUse(use, signal), signal), signal));
  }

  #openAndUse<T>(use: (connection: ReservedConnection) => MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> {
    this.#assertUsable();
    const opened = this.#open(signal);
    if (!(opened instanceof Promise)) return use(opened);
    this.#turns.hold();
    return opened.then(
      (connection) => {
        try {
          this.#assertUsable();
          return use(connection);
        } finally {
          this.#turns.free();
        }
      },
      (error: unknown) => {
        this.#turns.free();
        throw error;
      },
    );
  }

  #open(signal: AbortSignal | undefined): MaybePromise<ReservedConnection> {
    if (this.#connection !== null) return this.#connection;
    const opened = whenDone(this.#reserve(signal), (connection) => this.#begin(connection));
    if (!(opened instanceof Promise)) return opened;
    const forget = (): null => (this.#whenOpened = null);
    this.#whenOpened = opened.then(forget, forget);
    return opened;
  }

  #reserve(signal: AbortSignal | undefined): MaybePromise<ReservedConnection> {
    if (this.parent !== null) return this.parent.#open(signal);
    const write = !this.#readOnly;
    this.host.assertOutside(write, this);
    return acquired(this.host.driver, { write, isSerializable: this.#isSerializable, signal });
  }

  #begin(connection: ReservedConnection): MaybePromise<ReservedConnection> {
    const failed = (error: unknown): never => {
      if (this.parent === null) connection.release();
      throw error;
    };
    return settled(
      () => begin(connection, this.#opening, this.parent === null),
      () => (this.#connection = connection),
      failed,
    );
  }

  async #commitAfter(calls: readonly Promise<unknown>[]): Promise<void> {
    const failure = await RunningCalls.failureOf(calls);
    await (failure === undefined ? this.#commitNow() : this.#refuse(failure.reason));
  }

  #commitNow(): MaybePromise<void> {
    if (!this.isOpen) return this.finish();
    const signal = this.#signal;
    if (signal?.aborted === true) return this.#refuse(ownReason(signal.reason, signal));
    this.#streams.stop();
    const connection = this.#connection;
    if (connection === null) return this.#end("committed");
    return settled(
      () => connection.run(command(this.#ending, { signal })),
      () => this.#end("committed"),
      (error) => this.#refuseInWords(error),
    );
  }

  #refuseInWords(error: unknown): MaybePromise<never> {
    return this.#refuse(ownReason(inModelWords(error, []), this.#signal));
  }

  #refuse(error: unknown): MaybePromise<never> {
    const isUnknown = this.parent === null && error instanceof CommitOutcomeUnknown;
    return whenDone(isUnknown ? this.#end("unknown") : this.#undo(), () => {
      throw error;
    });
  }

  /** Undoes what was done and gives the connection back. Never throws: a connection that cannot roll back is closed by its driver. */
  #undo(): MaybePromise<void> {
    this.#streams.stop();
    const connection = this.#connection;
    const end = (): void => this.#end("rolled back");
    if (connection === null) return end();
    const { parent } = this;
    const texts = parent === null ? ["ROLLBACK"] : [`ROLLBACK TO SAVEPOINT ${savepointAt(this.#depth)}`, this.#ending];
    // Changes that cannot be undone alone take the whole transaction with them.
    const failed = (error: unknown): void => (parent === null ? end() : this.#lose(error));
    if (!connection.inTransaction) return failed(null);
    return settled(() => undone(connection, texts), end, failed);
  }

  #end(state: Ending): void {
    if (!this.isOpen) return;
    this.#state = state;
    this.host.countTransaction(-1);
    transactionEnded(this.trace, state);
    // An error costs more than the rest of an end, and nearly always nobody waits for it.
    if (this.#turns.hasWaiting) this.#turns.dismiss(endedAs(state));
    if (this.parent === null) {
      if (state !== "rolled back") this.#written.tell(this.host.changes);
      this.#connection?.release();
    } else if (this.parent.#child === this) this.parent.#child = null;
  }

  #failed(error: unknown, writes: readonly string[], connection: ReservedConnection): never {
    // Some failures (a full disk, a conflict declared ON CONFLICT ROLLBACK) end the whole transaction inside the database.
    if (!connection.inTransaction) this.#lose(error);
    throw inModelWords(error, writes);
  }

  #lose(cause: unknown): void {
    for (let transaction: Transaction | null = this; transaction !== null; transaction = transaction.parent) {
      transaction.#lost ??= { cause };
      // The outermost one is told how by its own end, when that is on its way.
      if (transaction.parent !== null || transaction.#state === "open") transaction.#end("rolled back");
    }
  }
}
