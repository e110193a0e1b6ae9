/** An opened database: a driver, the dialect that knows its words, and the plans they share. What an engine is, without queries and sessions. */
import { ConfigurationError, TransactionError } from "../base/errors.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Answer, Driver, Request } from "../driver/driver.ts";
import type { AnswerCache, AnswerSource } from "./answer-cache.ts";
import type { CacheChoice } from "./cache-choice.ts";
import { ownReason } from "./call-limit.ts";
import { healthOf } from "./health.ts";
import type { Health } from "./health.ts";
import { intercept, sent, sentTogether, streamed } from "./watching/interceptor.ts";
import type { Interceptor } from "./watching/interceptor.ts";
import { eachWithOwnReason, withOwnReason } from "./own-reason.ts";
import type { Plan } from "./plans/plan.ts";
import { withRetries } from "./transactions/retry.ts";
import { requestOf, streamRequestOf } from "./run.ts";
import type { PlannedRead, Rows, Runner } from "./run.ts";
import { isSurrounded, standsInside } from "./transactions/scope.ts";
import type { ScopedTransaction } from "./transactions/scope.ts";
import { runTransaction } from "./transactions/run-transaction.ts";
import { Transaction } from "./transactions/transaction.ts";
import type { TransactionHost } from "./transactions/transaction-host.ts";
import { declaredChange, TableChanges } from "./table-changes.ts";
import type { TableChange, TablesChanged } from "./table-changes.ts";
import { startedOptions } from "./transactions/transaction-options.ts";
import type { TransactionOptions } from "./transactions/transaction-options.ts";
import { inModelWords } from "./violation.ts";

/** What one opened database has, in whichever contexts it is used. */
interface Shared {
  statements: number;
  openTransactions: number;
  answers: AnswerCache | null;
  readonly changes: TableChanges;
}

export class Database implements Runner, TransactionHost, AnswerSource {
  readonly dialect: Dialect;
  readonly driver: Driver;
  /** Whether it is another's database in a context of its own; then the connections are the other's. */
  readonly #isView: boolean;
  readonly contextKey: string;
  readonly #counts: Shared;

  /** `origin`: the same database in another context. */
  constructor(dialect: Dialect, driver: Driver, origin: Database | null = null) {
    this.dialect = dialect;
    this.driver = driver;
    this.#isView = origin !== null;
    this.contextKey = driver.key ?? "";
    this.#counts = origin === null ? { statements: 0, openTransactions: 0, answers: null, changes: new TableChanges() } : origin.#counts;
  }

  get identity(): object {
    return this.#counts;
  }

  /**
   * Puts a function around every statement of this database, in whichever context, until the returned function is called: it sees the statement, sends it by
   * `next()`, and returns its answer. Statements go straight to the database again when nobody watches.
   *
   *     const stop = engine.intercept((statement, next) => {
   *       console.log(statement.sql);                       // SELECT … FROM "users" WHERE "id" = $1
   *       return next();
   *     });
   */
  intercept(interceptor: Interceptor): () => void {
    return intercept(interceptor, this.#counts);
  }

  get changes(): TableChanges {
    return this.#counts.changes;
  }

  /** Calls `changed` whenever a write is over or a transaction committed, with the tables it wrote, until the returned function is called. */
  whenChanged(changed: TablesChanged): () => void {
    return this.#counts.changes.hear(changed);
  }

  /** Keeps answers of queries from now on. A database has one cache: throws `ConfigurationError` for a second one. */
  useCache(answers: AnswerCache): void {
    if (this.#counts.answers !== null) throw new ConfigurationError("This engine has a cache already.");
    this.#counts.answers = answers;
  }

  /** Whether `host` is this database, in this or another context. */
  isDatabaseOf({ host }: Transaction): boolean {
    return host instanceof Database && host.#counts === this.#counts;
  }

  /** How many statements have been sent since the engine was made; BEGIN, COMMIT and savepoints are not counted. */
  get statementCount(): number {
    return this.#counts.statements;
  }

  countStatement(): void {
    this.#counts.statements++;
  }

  countTransaction(difference: 1 | -1): void {
    this.#counts.openTransactions += difference;
  }

  /** Runs a plan. A read that leaves its answer to the cache, `cache`, may get one that is kept. */
  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal, cache: CacheChoice | null = null): MaybePromise<Rows> {
    if (cache !== null && (cache.isAsked || this.#counts.answers !== null) && plan.writes.length === 0)
      return this.#runCached(plan, values, signal, cache);
    return this.#runRequest(plan, requestOf(plan, values, signal, this.driver.readsInto === true));
  }

  #runCached(plan: Plan, values: readonly unknown[], signal: AbortSignal | undefined, cache: CacheChoice): MaybePromise<Rows> {
    const { answers } = this.#counts;
    if (answers === null) throw uncached();
    this.assertOutside(false);
    return answers.read(this, plan, values, cache, signal);
  }

  ask(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Rows> {
    return this.#runRequest(plan, requestOf(plan, values, signal, false));
  }

  #runRequest(plan: Plan, request: Request): MaybePromise<Answer> {
    // What is put in other words are refusals of writes and a signal's reason: other reads go without the promise that would do it.
    if (plan.writes.length > 0 || request.signal !== undefined) return this.#sendChange(request, plan.writes, plan.change);
    this.assertOutside(false);
    this.#counts.statements++;
    return sent(this.driver, request, this, null);
  }

  async runAll(reads: readonly PlannedRead[], signal?: AbortSignal): Promise<readonly Rows[]> {
    const { driver } = this;
    signal?.throwIfAborted();
    const isCached = reads.some(({ cache = null }) => cache !== null && (cache.isAsked || this.#counts.answers !== null));
    if (isCached) return Promise.all(reads.map(({ plan, values, cache }) => this.run(plan, values, signal, cache)));
    if (driver.batch === undefined) return Promise.all(reads.map(({ plan, values }) => this.run(plan, values, signal)));
    const requests = reads.map(({ plan, values }) => requestOf(plan, values, signal, driver.readsInto === true));
    this.assertOutside(false);
    for (const _ of requests) this.countStatement();
    return withOwnReason(sentTogether(driver, requests, this), signal);
  }

  /** Runs a request outside any transaction. `tables` are those it changes, where that is known. Throws `TransactionError` from inside one of this database's own. */
  send(request: Request, tables?: readonly string[]): MaybePromise<Answer> {
    return this.#sendChange(request, tables ?? [], declaredChange(tables, request.writes));
  }

  /** Whoever hears of changes is told when it is over, however it ended: one that failed may have left something, or nobody knows. */
  #sendChange(request: Request, writes: readonly string[], change: TableChange): MaybePromise<Answer> {
    this.assertOutside(request.writes);
    const { changes } = this.#counts;
    this.#counts.statements++;
    try {
      const answer = sent(this.driver, request, this, null);
      if (answer instanceof Promise) return withOwnReason(toldLater(answer, changes, writes, change), request.signal);
      changes.tell(change);
      return answer;
    } catch (error) {
      changes.tell(change);
      throw ownReason(inModelWords(error, writes), request.signal);
    }
  }

  stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Answer> {
    this.assertOutside(plan.writes.length > 0);
    this.#counts.statements++;
    const batches = streamed(this.driver, streamRequestOf(plan, values, signal, this.driver), batchSize, this, null);
    return signal === undefined ? batches : eachWithOwnReason(batches, signal);
  }

  /** A transaction that the caller ends. */
  newTransaction(options: TransactionOptions = {}): Transaction {
    this.assertOutside(options.readOnly !== true);
    return new Transaction(this, options);
  }

  /** Runs `work` in a transaction of its own. */
  runInTransaction<T>(work: (transaction: Transaction) => MaybePromise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.withTransaction((transaction) => runTransaction(transaction, work), options);
  }

  /** Begins a transaction, which `run` sees to its end; with `retry` another one, whenever one has lost against others. */
  withTransaction<T>(run: (transaction: Transaction) => Promise<T>, given: TransactionOptions): Promise<T> {
    // Not an async function: that would put a second promise around the first.
    try {
      const options = startedOptions(given);
      const once = (): Promise<T> => run(this.newTransaction(options));
      return options.retry === undefined ? once() : withRetries(options.retry, options.signal, once);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Throws `TransactionError` when the running code stands in a transaction of this database other than `own`, or could only go on after its end. */
  assertOutside(write: boolean, own: { readonly root: object } | null = null): void {
    // Nearly always none is open but the one that asks.
    if (this.#counts.openTransactions === (own === null ? 0 : 1)) return;
    const isMine = (transaction: ScopedTransaction): transaction is Transaction =>
      isOpenOn(this, transaction) && transaction.root !== own?.root;
    if (standsInside(isMine)) {
      throw new TransactionError(
        "The engine was used inside its own transaction: this would run outside of it, or wait for it for ever. " +
          "Use the session that the transaction's callback was given, or outside(() => …) if you mean it.",
      );
    }
    if (isSurrounded((transaction) => isMine(transaction) && transaction.holdsUp(write))) {
      throw new TransactionError(
        "This was to run outside of the transaction around it, but the database has one connection for both and it would wait for ever. " +
          "Use the session that the transaction's callback was given, or do this after it.",
      );
    }
  }

  /** Whether the servers answer, and what the copies are doing. Asks them now. */
  health(): Promise<Health> {
    return healthOf(this.driver);
  }

  /** Refuses new work, lets what is running finish, closes every connection. Throws `TransactionError` inside a transaction, which would have to end first. */
  async close(): Promise<void> {
    if (this.#counts.openTransactions > 0 && isSurrounded((transaction) => isOpenOn(this, transaction))) {
      throw new TransactionError("The engine was to be closed inside its own transaction. Close it after the transaction has ended.");
    }
    if (this.#isView) return;
    this.#counts.answers?.close();
    await this.driver.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const toldLater = (answer: Promise<Answer>, changes: TableChanges, writes: readonly string[], change: TableChange): Promise<Answer> =>
  answer.then(
    (given) => {
      changes.tell(change);
      return given;
    },
    (error: unknown) => {
      changes.tell(change);
      throw inModelWords(error, writes);
    },
  );

const isOpenOn = (database: Database, transaction: ScopedTransaction): transaction is Transaction =>
  transaction instanceof Transaction && transaction.isOpen && database.isDatabaseOf(transaction);

const uncached = (): ConfigurationError =>
  new ConfigurationError(
    "The query asks for the cache, and the engine was opened without one. Open it with { performance: { queryCache: { ttl: 60 } } }, or take cache() out.",
  );
