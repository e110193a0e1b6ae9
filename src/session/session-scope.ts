/**
 * Where a session's statements run, and when its unit of work is written.
 *
 *     begun by transaction() or begin()     in that transaction
 *     plain                                 by themselves, until a flush begins a transaction of the session's own; commit() or rollback() ends it
 */
import { ConfigurationError, TransactionError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import type { Database } from "../engine/database.ts";
import { withOwnReason } from "../engine/own-reason.ts";
import type { Sender } from "../engine/raw.ts";
import type { Runner } from "../engine/run.ts";
import { runTransaction } from "../engine/transactions/run-transaction.ts";
import type { Transaction } from "../engine/transactions/transaction.ts";
import type { TransactionOptions } from "../engine/transactions/transaction-options.ts";
import { CallOrder } from "./call-order.ts";
import { flush, hasWork } from "./flush/flush.ts";
import type { SessionOptions } from "./session-types.ts";
import { startMark, UnitOfWork } from "./tracking/unit-of-work.ts";
import type { Mark, UnitOwner } from "./tracking/unit-of-work.ts";
import { writeBatch } from "./writes/write-batch.ts";
import type { Ending } from "./writes/write-batch.ts";

/** A hook may add more to write; that many rounds are enough for any that ever ends. */
const maxRounds = 100;

export class SessionScope implements UnitOwner, Ending {
  readonly database: Database;
  readonly transaction: Transaction | null;
  readonly unit: UnitOfWork;
  /** Whether queries write what is in hand first. */
  readonly autoflush: boolean;
  readonly #mark: Mark;
  readonly #outer: UnitOwner | null;
  /** The transaction that a flush began, of a session that was not given one. */
  #own: Transaction | null = null;
  #flushing: Promise<unknown> | null = null;
  /** Made for the first call outside of a transaction. */
  #callOrder: CallOrder | null = null;
  /** Made for the first one: most sessions load nothing by themselves. */
  #loads: Set<Promise<void>> | null = null;

  constructor(database: Database, transaction: Transaction | null, unit: UnitOfWork, autoflush: boolean) {
    this.database = database;
    this.transaction = transaction;
    this.unit = unit;
    this.autoflush = autoflush;
    this.#mark = transaction === null ? startMark : unit.mark();
    this.#outer = unit.owner;
    if (transaction === null) return;
    unit.owner = this;
    unit.isRecording = true;
  }

  get target(): Runner & Sender {
    return this.transaction ?? this.#own ?? (this.#callOrder ??= new CallOrder(this.database));
  }

  /** The transaction that a nested one goes into. */
  get current(): Transaction | null {
    return this.transaction ?? this.#own;
  }

  get isOpen(): boolean {
    return this.transaction !== null && this.transaction.isOpen;
  }

  /** The unit of work for a transaction inside this session: its own, unless another transaction works with that already. */
  unitForInner(): UnitOfWork {
    return this.#isInCharge() ? this.unit : new UnitOfWork();
  }

  /** Remembers a load until it is done: it is made of several statements, so the end of the transaction waits for it. */
  loading(load: Promise<void>): Promise<void> {
    const loads = (this.#loads ??= new Set());
    const remembered = load.finally(() => loads.delete(remembered));
    loads.add(remembered);
    return remembered;
  }

  get #isLoading(): boolean {
    return this.#loads !== null && this.#loads.size > 0;
  }

  /** Loads that nobody awaited belong to what is committed. */
  async #loaded(signal?: AbortSignal): Promise<void> {
    while (this.#isLoading) await unlessAborted(Promise.all(this.#loads!), signal);
  }

  /** Writes what is in hand before a query, so that the query sees it. */
  beforeQuery(signal?: AbortSignal): MaybePromise<unknown> {
    const { unit } = this;
    if (unit.isEmpty || !this.autoflush || unit.hooks.isRunning || !this.#isInCharge()) return undefined;
    if (this.#flushing !== null) return settledOf(this.#flushing, signal).then(() => this.beforeQuery(signal));
    return hasWork(unit) ? this.flush(this, signal) : undefined;
  }

  /** Writes what is in hand, as part of the open transaction; a plain session begins one. All of it is written, or nothing. */
  async flush(session: object = this, signal?: AbortSignal): Promise<void> {
    const written = this.#inTurn(() => flush(this.unit, (write) => this.#open(write, true, signal), session), signal);
    if (written instanceof Promise) await written;
  }

  /** Writes what is in hand and ends the transaction. When anything fails, everything is rolled back; when nobody knows, everything is let go. */
  async commit(session: object, signal?: AbortSignal): Promise<void> {
    if (this.transaction !== null) return this.#commitGiven(this.transaction, session, signal);
    this.#own?.limitBy(signal);
    const isFirst = this.#own === null;
    const before = this.unit.mark();
    try {
      if (this.#isLoading) await this.#loaded(signal);
      await this.#flushAll(session, signal);
      const own = this.#own;
      if (own === null) return await this.#settled();
      if (!own.isCommitted) {
        if (this.unit.hooks.hasTransaction("beforeCommit")) await this.unit.hooks.transaction("beforeCommit");
        await own.commit();
      }
    } catch (error) {
      const own = this.#own;
      await own?.rollback();
      this.#own = null;
      if (own?.isCommitted === true) await this.#keptUnread();
      if (own?.isCommitted === true || own?.isUnknown === true) throw (this.unit.forget(), error);
      // What was not written before this call can be mended and committed again.
      this.unit.restore(isFirst ? before : startMark);
      await this.#undone();
      throw error;
    }
    this.#own = null;
    await this.#settled();
  }

  /** Undoes everything since the transaction began, or of a plain session since the last commit. */
  async rollback(): Promise<void> {
    const { transaction } = this;
    if (transaction?.isCommitted === true)
      throw new TransactionError("rollback(): the transaction has been committed, and cannot be undone.");
    const wasOpen = transaction === null || this.#isHeld();
    if (this.#isLoading) await Promise.allSettled(this.#loads!);
    await (transaction ?? this.#own)?.rollback();
    this.#own = null;
    if (!wasOpen) return;
    this.#giveBack();
    this.unit.restore(this.#mark);
    await this.#undone();
  }

  /** The end of a callback that threw, or whose transaction could not commit. */
  async failed(): Promise<void> {
    const { transaction } = this;
    const isCommitted = transaction?.isCommitted === true;
    if (!this.#isHeld() || (isCommitted && transaction.parent !== null)) return;
    if (!isCommitted && transaction?.isUnknown !== true) return this.rollback();
    this.#giveBack();
    if (isCommitted) await this.#keptUnread();
    this.unit.forget();
  }

  /** All was committed, and what the last writes gave back cannot be read: the objects are let go, and whoever waits for the commit is told. */
  async #keptUnread(): Promise<void> {
    const calls = this.unit.settle();
    this.unit.clear();
    await inTurn(this.unit.hooks.transaction("afterCommit"), calls);
  }

  /** The last write of a callback that returned; its transaction commits next. Nothing is left to do when it has ended already. */
  beforeEnd(session: object): MaybePromise<void> {
    if (this.transaction?.isOpen !== true || !this.#isHeld()) return undefined;
    if (this.#isLoading) return this.#loaded().then(() => this.beforeEnd(session));
    const isDone = this.unit.isEmpty && this.#flushing === null && this.#isInCharge();
    const written = isDone ? undefined : this.#flushAll(session);
    return whenDone(written, () => this.unit.hooks.transaction("beforeCommit"));
  }

  /** The callback's transaction has committed. */
  ended(): MaybePromise<void> {
    if (!this.#isHeld()) return undefined;
    this.#giveBack();
    return this.transaction?.parent === null ? this.#settled() : undefined;
  }

  async dispose(): Promise<void> {
    if (this.transaction !== null) {
      if (this.#isHeld()) await this.rollback();
      else await this.transaction.rollback();
      return;
    }
    if (this.#own !== null) await this.rollback();
  }

  /** Calls back when everything is committed: at once when nothing is open and nothing unwritten. The other one when it is undone. */
  async afterCommit(call: () => unknown, otherwise?: () => unknown): Promise<void> {
    this.unit.afterCommit.push(call);
    if (otherwise !== undefined) this.unit.onUndo(otherwise);
    const isIdle = this.current === null && (this.unit.isEmpty || !hasWork(this.unit));
    if (isIdle) await this.#settled();
  }

  /** Writes what is in hand, then runs `work` in the transaction, or in one of its own: all of it happens or nothing. */
  async atOnce(work: (runner: Runner) => MaybePromise<void>, signal?: AbortSignal): Promise<void> {
    await this.beforeQuery(signal);
    await this.nested(work, signal === undefined ? {} : { signal });
  }

  /** Calls outside of a transaction that write and are under way. */
  async writesDone(signal: AbortSignal | undefined): Promise<void> {
    const written = this.#callOrder?.written;
    if (written !== undefined) await unlessAborted(written, signal);
  }

  nested<T>(work: (transaction: Transaction) => MaybePromise<T>, options: TransactionOptions): Promise<T> {
    const { current } = this;
    if (current !== null) return current.nestedRun(work, options);
    return this.outermost((transaction) => runTransaction(transaction, work), options);
  }

  /** A transaction of the session's own, behind what it writes without one; `run` sees it to its end. */
  outermost<T>(run: (transaction: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    if (this.#callOrder?.written === undefined) return this.database.withTransaction(run, options);
    return this.writesDone(options.signal).then(() => this.database.withTransaction(run, options));
  }

  async #commitGiven(transaction: Transaction, session: object, signal: AbortSignal | undefined): Promise<void> {
    try {
      const wasOpen = transaction.isOpen;
      transaction.limitBy(signal);
      if (wasOpen && this.#isHeld()) {
        if (this.#isLoading) await this.#loaded(signal);
        await this.#flushAll(session, signal);
        await this.unit.hooks.transaction("beforeCommit");
      }
      if (!wasOpen || !transaction.isCommitted) await transaction.commit();
    } catch (error) {
      if (!transaction.isOpen || this.#isHeld()) await this.failed();
      throw error;
    }
    await this.ended();
  }

  /**
   * Writes everything, since the commit comes next, and commits with the last writes where nothing has to be looked at in between.
   * Nothing has to be undone alone where everything is: no savepoint.
   */
  #flushAll(session: object, signal?: AbortSignal, round = 0): MaybePromise<void> {
    const ending = this.unit.hooks.hasTransaction("beforeCommit") ? null : this;
    const isWritten = this.#inTurn(() => flush(this.unit, (write) => this.#open(write, false, signal), session, ending), signal);
    return whenDone(isWritten, (wasThere) => {
      if (!wasThere || this.current?.isCommitted === true) return undefined;
      if (round + 1 < maxRounds) return this.#flushAll(session, signal, round + 1);
      throw new TransactionError(`commit(): after ${maxRounds} flushes the hooks still change objects. See what they change each time.`);
    });
  }

  /** Sends the last writes of its transaction, with the COMMIT right behind them. A savepoint is ended by whoever began it. */
  send<T, R>(rows: readonly T[], write: (row: T) => MaybePromise<R>): MaybePromise<readonly R[]> {
    const { current } = this;
    return current === null || current.parent !== null ? writeBatch(rows, write) : current.commitWith(rows, write);
  }

  get isUnwritten(): boolean {
    return this.current?.isUnwritten === true;
  }

  /** Nobody has to be waited for where nobody wants to be told. */
  #settled(): MaybePromise<void> {
    const calls = this.unit.settle();
    const told = this.unit.hooks.transaction("afterCommit");
    return told === undefined && calls.length === 0 ? undefined : inTurn(told, calls);
  }

  async #undone(): Promise<void> {
    await this.unit.hooks.transaction("afterRollback");
    for (const call of this.unit.undone.splice(0)) await call();
  }

  /** Flushes of one session never overlap. */
  #inTurn<T>(work: () => MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> {
    this.#assertInCharge();
    return this.#whenFree(work, signal);
  }

  #whenFree<T>(work: () => MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> {
    const outer = this.#flushing;
    if (outer !== null && !this.unit.hooks.isRunning) return settledOf(outer, signal).then(() => this.#whenFree(work, signal));
    const running = work();
    if (!(running instanceof Promise)) return running;
    this.#flushing = running;
    const over = (): void => void (this.#flushing = outer);
    running.then(over, over);
    return running;
  }

  /** `isAlone`: it is a step of the transaction, and not what ends it. The signal of such a step is that of a savepoint: the transaction outlives it. */
  #open(write: (runner: Runner) => MaybePromise<unknown>, isAlone: boolean, signal: AbortSignal | undefined): MaybePromise<unknown> {
    const { current } = this;
    if (current === null) return this.#openOwn(write, isAlone, signal);
    return isAlone ? current.nestedRun(write, signal === undefined ? {} : { signal }) : write(current);
  }

  async #openOwn(write: (runner: Runner) => MaybePromise<unknown>, isAlone: boolean, signal: AbortSignal | undefined): Promise<void> {
    const options = signal === undefined ? {} : { signal };
    if (this.#callOrder?.written !== undefined) await this.writesDone(signal);
    const own = this.database.newTransaction(isAlone ? {} : options);
    this.#own = own;
    this.unit.isRecording = true;
    try {
      await (isAlone && signal !== undefined ? own.nestedRun(write, options) : write(own));
    } catch (error) {
      await own.rollback();
      // One that was lost at its COMMIT, or committed all the same, is what commit() asks about.
      if (!own.isUnknown && !own.isCommitted) this.#own = null;
      this.unit.isRecording = false;
      throw error;
    }
  }

  #isHeld(): boolean {
    return this.unit.owner === this;
  }

  #isInCharge(): boolean {
    const { owner } = this.unit;
    return owner === (this.transaction === null ? null : this) || (owner !== this && owner?.isOpen === false && this.transaction === null);
  }

  #assertInCharge(): void {
    if (this.#isInCharge() || (this.transaction !== null && !this.transaction.isOpen)) return;
    throw new TransactionError("A transaction that was begun on this session is open. Use the session that it was given, or end it first.");
  }

  #giveBack(): void {
    if (this.unit.owner === this) this.unit.owner = this.#outer;
  }
}

const ignore = (): void => {};

/** When that has ended, however. Throws what the signal says when that comes first. */
const settledOf = (running: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> =>
  unlessAborted(running.then(ignore, ignore), signal);

const inTurn = async (told: MaybePromise<void>, calls: readonly (() => unknown)[]): Promise<void> => {
  await told;
  for (const call of calls) await call();
};

/** The scope of a session that was not given a transaction. */
export const plainScope = (database: Database, options: SessionOptions): SessionScope => {
  const unknown = Object.keys(options).find((name) => name !== "autoflush");
  if (unknown !== undefined) throw new ConfigurationError(`A session has no option '${unknown}'.${didYouMean(unknown, ["autoflush"])}`);
  return new SessionScope(database, null, new UnitOfWork(), options.autoflush ?? true);
};

export const afterFlush = <T>(scope: SessionScope, work: () => MaybePromise<T>, signal?: AbortSignal): MaybePromise<T> => {
  const flushed = scope.beforeQuery(signal);
  return flushed === undefined ? work() : whenDone(withOwnReason(flushed, signal), work);
};
