/** Work with the rows of a database, one transaction at a time: reading, writing at once, and beginning transactions. */
import { ConfigurationError, NoResultFound, TransactionError } from "../base/errors.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Sql } from "../ast/sql-tag.ts";
import type { Database } from "../engine/database.ts";
import { signalOf } from "../engine/call-limit.ts";
import type { Plan } from "../engine/plan.ts";
import { runText } from "../engine/raw.ts";
import type { RawOptions, RawParameters } from "../engine/raw.ts";
import type { Result } from "../engine/result.ts";
import type { Rows, Runner } from "../engine/run.ts";
import type { Transaction } from "../engine/transaction.ts";
import type { TransactionOptions } from "../engine/transaction-options.ts";
import { findByKey } from "../query/by-key.ts";
import { loadCall } from "../query/load-into.ts";
import type { LoadInto } from "../query/load-into.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import type { CallOptions, Query } from "../query/query.ts";
import { rootOf } from "../query/root.ts";
import type { IfSoftDeletable, Update } from "../query/update.ts";
import type { AnyEntity, Insert, ModelOf } from "../schema/entity.ts";
import { describe } from "../types/column-type.ts";
import { deleteRow, updateRow } from "./change-row.ts";
import type { ChangeOptions } from "./change-row.ts";
import { executeOn } from "./execute.ts";
import { insertRow, readBack } from "./insert-row.ts";
import { insertUniform, isOneStatement, uniformRows } from "./insert-rows.ts";
import type { Uniform } from "./insert-rows.ts";
import { LoadTogether } from "./load-together.ts";
import { prepareRow, prepareRows, rootOfInstance } from "./prepared-row.ts";
import type { PreparedRow } from "./prepared-row.ts";
import type { PrimaryKey, UpsertOptions } from "./session-types.ts";
import { upsertPlan, upsertRow } from "./upsert-row.ts";

export class Session implements Runner {
  readonly #database: Database;
  /** The transaction that this session stands in; `null` for one that works without. */
  readonly #transaction: Transaction | null;
  #load: LoadInto | null = null;

  /** A session on an engine. Each statement commits by itself, until a transaction is begun. */
  constructor(engine: Database, transaction: Transaction | null = null) {
    this.#database = engine;
    this.#transaction = transaction;
  }

  get #target(): Database | Transaction {
    return this.#transaction ?? this.#database;
  }

  get dialect(): Runner["dialect"] {
    return this.#database.dialect;
  }

  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Rows> {
    return this.#target.run(plan, values, signal);
  }

  stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Rows> {
    return this.#target.stream(plan, values, batchSize, signal);
  }

  /** A query about a model. Nothing runs before one of its verbs. */
  query<E extends AnyEntity>(model: ModelOf<E>): Query<E, E> {
    return QueryBuilder.about(rootOf(model), this) as unknown as Query<E, E>;
  }

  /**
   * Loads relations of objects that are there, where they are not loaded yet: `await session.load(users, "posts.comments")`.
   * Calls that are made in one turn of the event loop share their statements.
   */
  get load(): LoadInto {
    return (this.#load ??= this.#loading());
  }

  /**
   * The row with this primary key, or `null`. Composite keys by name: `get(PostTag, { postId: 1, tagId: 2 })`. Soft-deleted rows are not found.
   *
   *     get(User, 1)     // SELECT … FROM "users" WHERE "id" = ?
   */
  get<E extends AnyEntity>(model: ModelOf<E>, key: PrimaryKey<E>, options: CallOptions = {}): Promise<E | null> {
    // Not an async function: that would put a second promise around the first, and three turns of the queue.
    try {
      return Promise.resolve(findByKey(this, rootOf(model), key, signalOf(options)) as MaybePromise<E | null>);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The row with this primary key. Throws `NoResultFound`. */
  async getOrThrow<E extends AnyEntity>(model: ModelOf<E>, key: PrimaryKey<E>, options: CallOptions = {}): Promise<E> {
    const found = await this.get(model, key, options);
    if (found !== null) return found;
    const { modelName, primaryKey } = rootOf(model).table;
    throw new NoResultFound(
      `There is no ${modelName} with this ${primaryKey.map((column) => column.property).join(" and ")}. Use get() if there may be none.`,
      {
        model: modelName,
      },
    );
  }

  /**
   * Inserts one row, and returns its instance with generated keys and defaults read back.
   * Throws `ValidationError` before anything is written, `UniqueViolation` and its like afterwards.
   *
   *     insert(User, { name: "Ann" })     // INSERT INTO "users" ("name") VALUES (?) RETURNING "id", …
   */
  // Overloads of one length would spoil each other's messages: an instance with options is insert(User, user, { signal }).
  insert<E extends AnyEntity>(instance: E): Promise<E>;
  insert<E extends AnyEntity>(model: ModelOf<E>, values: Insert<E>, options?: CallOptions): Promise<E>;
  async insert(given: object, second?: object, third: CallOptions = {}): Promise<object> {
    const { values, options } = valuesAndOptions(given, second, third);
    const row = prepareRow(given, values, "insert()");
    const written = insertRow(this, row, signalOf(options));
    readBack(row, written instanceof Promise ? await written : written);
    return row.instance;
  }

  /** Inserts rows in their order, all or none, and returns their instances. All are checked before the first is written. */
  insertAll<E extends AnyEntity>(instances: readonly E[]): Promise<E[]>;
  insertAll<E extends AnyEntity>(model: ModelOf<E>, values: readonly Insert<E>[], options?: CallOptions): Promise<E[]>;
  async insertAll(given: object, second?: object, third: CallOptions = {}): Promise<object[]> {
    const { values, options } = valuesAndOptions(given, second, third);
    const rows = prepareRows(given, values, "insertAll()");
    const groups = uniformRows(rows);
    const signal = signalOf(options);
    const insert = (runner: Runner, group: Uniform): MaybePromise<() => void> => insertUniform(runner, group, signal);
    // Inside a transaction it fails alone, which takes a savepoint.
    const alone = this.#transaction === null && groups.length === 1 && isOneStatement(this, groups[0]!) ? groups[0]! : null;
    const settle = alone === null ? await this.#allOrNone(groups, insert, options) : [await insert(this, alone)];
    for (const readAllBack of settle) readAllBack();
    return rows.map(({ instance }) => instance);
  }

  /** Changes columns of one row, then sets them on the instance. Throws `StaleObject` when the row is gone; a failed write leaves the instance as it was. */
  async update<E extends AnyEntity>(instance: E, values: Update<E>, options: CallOptions = {}): Promise<E> {
    await updateRow(this, rootOfInstance(instance, "update()"), instance, values, { signal: signalOf(options) });
    return instance;
  }

  /** Deletes the instance's row for good, also on soft-deletable models. Does nothing when it is gone already. */
  async remove(instance: AnyEntity, options: CallOptions = {}): Promise<void> {
    await deleteRow(this, rootOfInstance(instance, "remove()"), instance, { signal: signalOf(options) });
  }

  /**
   * Inserts a row, or updates the one that has the same `conflictTarget`, in one statement. The instance is what the table holds afterwards.
   *
   *     // INSERT INTO "users" (…) VALUES (…) ON CONFLICT ("email") DO UPDATE SET "name" = excluded."name" RETURNING …
   */
  upsert<E extends AnyEntity>(instance: E, options: UpsertOptions<E>): Promise<E>;
  upsert<E extends AnyEntity>(model: ModelOf<E>, values: Insert<E>, options: UpsertOptions<E>): Promise<E>;
  async upsert(given: object, second: object, third?: object): Promise<object> {
    const { values, options } = valuesAndOptions(given, second, third);
    const row = prepareRow(given, values, "upsert()");
    return Object.assign(row.instance, await upsertRow(this, row, upsertPlan(row.root.table, options)));
  }

  /** Upserts rows in their order, all or none. A key that comes twice is written twice; the last one stays. */
  upsertAll<E extends AnyEntity>(instances: readonly E[], options: UpsertOptions<E>): Promise<E[]>;
  upsertAll<E extends AnyEntity>(model: ModelOf<E>, values: readonly Insert<E>[], options: UpsertOptions<E>): Promise<E[]>;
  async upsertAll(given: object, second: object, third?: object): Promise<object[]> {
    const { values, options } = valuesAndOptions(given, second, third);
    const rows = prepareRows(given, values, "upsertAll()");
    const upsert = (runner: Runner, row: PreparedRow): MaybePromise<object> => upsertRow(runner, row, upsertPlan(row.root.table, options));
    const found = await this.#allOrNone(rows, upsert, options);
    return rows.map(({ instance }, index) => Object.assign(instance, found[index]));
  }

  /** Marks the row as deleted: queries leave it out until `restore`. */
  async softDelete<E extends AnyEntity>(instance: IfSoftDeletable<E, E>, options: CallOptions = {}): Promise<E> {
    return this.#mark(instance, new Date(), { use: "softDelete()", signal: signalOf(options) }) as Promise<E>;
  }

  /** Takes the mark of `softDelete` away. */
  async restore<E extends AnyEntity>(instance: IfSoftDeletable<E, E>, options: CallOptions = {}): Promise<E> {
    return this.#mark(instance, null, { use: "restore()", signal: signalOf(options) }) as Promise<E>;
  }

  async #mark(instance: object, deletedAt: Date | null, options: ChangeOptions & { readonly use: string }): Promise<object> {
    const root = rootOfInstance(instance, options.use);
    const { softDelete, modelName } = root.table;
    if (softDelete === null) {
      throw new ConfigurationError(`${options.use}: ${modelName} cannot be soft-deleted. Spread ...softDelete into the model first.`, {
        model: modelName,
      });
    }
    await updateRow(this, root, instance, { [softDelete.property]: deletedAt }, options);
    return instance;
  }

  /** Deletes the row of a soft-deletable model for good. */
  async forceDelete(instance: AnyEntity, options: CallOptions = {}): Promise<void> {
    await deleteRow(this, rootOfInstance(instance, "forceDelete()"), instance, { use: "forceDelete()", signal: signalOf(options) });
  }

  /** Runs a statement made by `select()`, or SQL made by the `sql` tag. */
  execute<E, Row>(statement: Query<E, Row>, options?: RawOptions): Promise<Result<Row>>;
  execute<Row>(statement: Sql<Row>, options?: RawOptions): Promise<Result<Row>>;
  async execute(statement: unknown, options: RawOptions = {}): Promise<Result<unknown>> {
    return executeOn(this.#target, statement, options);
  }

  /** Runs SQL text with `$1`, `?` or `:name` placeholders. */
  async executeRaw<Row = Record<string, unknown>>(
    text: string,
    parameters: RawParameters = [],
    options: RawOptions = {},
  ): Promise<Result<Row>> {
    return runText<Row>(this.#target, text, parameters, options);
  }

  /**
   * Begins a transaction, or a savepoint inside one, that ends with `commit()`; leaving an `await using` block before that rolls it back.
   * BEGIN is sent with the first statement.
   */
  async begin(options: TransactionOptions = {}): Promise<Session> {
    if (options.retry !== undefined)
      throw new ConfigurationError("begin() has nothing to run again: the option retry belongs to transaction(work).");
    const transaction = await (this.#transaction?.nested(options) ?? this.#database.newTransaction(options));
    return new Session(this.#database, transaction);
  }

  /**
   * Runs `work` in a transaction, or in a savepoint inside one: commits when it returns, rolls back when it throws, and throws what it threw.
   * Calls that `work` did not await are waited for, and roll everything back when they fail.
   */
  async transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (typeof work !== "function") throw new ConfigurationError(`transaction() takes a function of the session, not ${describe(work)}.`);
    const inner = (transaction: Transaction): Promise<T> => work(new Session(this.#database, transaction));
    return this.#transaction === null ? this.#database.runInTransaction(inner, options) : this.#transaction.nestedRun(inner, options);
  }

  /** Makes everything since `begin()` permanent. When that fails, it is rolled back. The session cannot be used afterwards. */
  async commit(): Promise<void> {
    await this.#begun("commit()").commit();
  }

  /** Undoes everything since `begin()`. The session cannot be used afterwards. Throws `TransactionError` after `commit()`: that cannot be undone. */
  async rollback(): Promise<void> {
    const transaction = this.#begun("rollback()");
    if (transaction.isCommitted) throw new TransactionError("rollback(): the transaction has been committed, and cannot be undone.");
    await transaction.rollback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transaction?.rollback();
  }

  #loading(): LoadInto {
    const together = new LoadTogether(this);
    return loadCall((objects, relations) => together.load(objects, relations));
  }

  #begun(use: string): Transaction {
    if (this.#transaction !== null) return this.#transaction;
    throw new TransactionError(
      `${use}: this session has no transaction; each statement commits by itself. Begin one with session.begin() or session.transaction(…).`,
    );
  }

  async #allOrNone<T, R>(rows: readonly T[], write: (runner: Runner, row: T) => MaybePromise<R>, call: CallOptions): Promise<R[]> {
    if (rows.length === 0) return [];
    const all = (runner: Runner): Promise<R[]> => eachInOrder(rows, (row) => write(runner, row));
    const signal = signalOf(call);
    const options = signal === undefined ? {} : { signal };
    return this.#transaction === null ? this.#database.runInTransaction(all, options) : this.#transaction.nestedRun(all, options);
  }
}

/** What stands behind the first argument: values and options after a model, options after instances. */
const valuesAndOptions = (given: object, second: object | undefined, third: object | undefined): ValuesAndOptions =>
  typeof given === "function" ? { values: second, options: third ?? {} } : { values: undefined, options: second ?? {} };

interface ValuesAndOptions {
  readonly values: object | undefined;
  readonly options: CallOptions;
}

/** Runs the writes one after another, and waits only where one does not answer at once. Returns what each returned. */
const eachInOrder = async <T, R>(rows: readonly T[], write: (row: T) => MaybePromise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (const row of rows) {
    const written = write(row);
    results.push(written instanceof Promise ? await written : written);
  }
  return results;
};
