/** Work with the rows of a database, one transaction at a time: reading, writing at once or as a unit of work, and beginning transactions. */
import { ConfigurationError } from "../base/errors.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Sql } from "../ast/sql-tag.ts";
import { ifAsked, onlyAsked, type CacheChoice } from "../engine/cache-choice.ts";
import type { CopyToOptions } from "../engine/copy.ts";
import type { Database } from "../engine/database.ts";
import { signalOf } from "../engine/call-limit.ts";
import { withOwnReason } from "../engine/own-reason.ts";
import type { Plan } from "../engine/plans/plan.ts";
import { runText, type RawOptions, type RawParameters, type Sender } from "../engine/raw.ts";
import type { Result } from "../engine/results/result.ts";
import { runAll, type PlannedRead, type Rows, type Runner } from "../engine/run.ts";
import type { Transaction } from "../engine/transactions/transaction.ts";
import type { TransactionOptions } from "../engine/transactions/transaction-options.ts";
import { loadCall } from "../query/loading/load-into.ts";
import type { LoadInto } from "../query/loading/load-into.ts";
import type { Rows as Rowset } from "../query/loading/loaded.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import type { CallOptions, Query } from "../query/query.ts";
import { rootOf } from "../query/root.ts";
import type { IfSoftDeletable, Update } from "../query/update.ts";
import type { AnyEntity, Insert, ModelOf, ShapeOf, WrittenKey } from "../schema/entity.ts";
import type { PrimaryKey } from "../schema/primary-key.ts";
import { admit } from "./tracking/admission.ts";
import { bulkUpdateNow } from "./writes/bulk-update.ts";
import { runBatchIn, type BatchPiece, type BatchResults } from "./batch.ts";
import { startedSignal } from "./started-signal.ts";
import { copyInto, copyOut } from "./writes/copy-rows.ts";
import { collectionOf, type RelationCollection } from "./tracking/collection.ts";
import { findInHand, noSuchRow } from "./tracking/find-by-key.ts";
import { beforeText, executeOn } from "./execute.ts";
import { changedObjects, hasWork } from "./flush/flush.ts";
import { getOrCreate, updateOrCreate } from "./writes/get-or-create.ts";
import { registerHook, type RowHook, type TransactionHook } from "./hooks.ts";
import { runInner, type InnerSession } from "./inner-session.ts";
import { LoadTogether } from "./tracking/load-together.ts";
import { insertFrom, type Inserted, type InsertedColumn, type InsertFromOptions, type RowsFor } from "./writes/insert-from.ts";
import { insertNow, markDeleted, refreshNow, removeNow, updateNow, upserted } from "./writes/write-now.ts";
import { prepareRow, type Row as Values } from "./writes/prepared-row.ts";
import { afterFlush, plainScope, SessionScope } from "./session-scope.ts";
import type { CollectionKey, ManyRows, MemberOf, SessionOptions, UpsertOptions } from "./session-types.ts";
import { tableOfInstance } from "./tracking/unit-of-work.ts";
import type { UnitOfWork } from "./tracking/unit-of-work.ts";
import { valuesAndOptions } from "./writes/values-and-options.ts";
import { upsertPlan, upsertRow } from "./writes/upsert-row.ts";
import { insertMany, upsertMany } from "./writes/write-many.ts";

export class Session implements Runner {
  readonly #scope: SessionScope;
  #load: LoadInto | null = null;

  /** A session on an engine. Each statement commits by itself, until a transaction is begun or a flush begins one. */
  constructor(engine: Database, options: SessionOptions = {}, scope: SessionScope = plainScope(engine, options)) {
    this.#scope = scope;
  }

  get #target(): Runner & Sender {
    return this.#scope.target;
  }

  get #unit(): UnitOfWork {
    return this.#scope.unit;
  }

  get dialect(): Runner["dialect"] {
    return this.#scope.database.dialect;
  }

  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal, cache?: CacheChoice | null): MaybePromise<Rows> {
    const work = (): MaybePromise<Rows> => {
      if (plan.writes.length > 0) this.#unit.isTainted = this.#unit.isRecording;
      return this.#target.run(plan, values, signal, ifAsked(cache));
    };
    return afterFlush(this.#scope, work, signal);
  }

  runAll(reads: readonly PlannedRead[], signal?: AbortSignal): MaybePromise<readonly Rows[]> {
    return afterFlush(this.#scope, () => runAll(this.#target, onlyAsked(reads), signal), signal);
  }

  async *stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Rows> {
    await afterFlush(this.#scope, () => {}, signal);
    yield* this.#target.stream(plan, values, batchSize, signal);
  }

  adopt(plan: Plan, rows: Rows["rows"], objects: unknown[]): void {
    const unit = this.#unit;
    admit(unit.identities, plan, rows, objects, (state) => unit.admitted(state));
  }

  get untracked(): Runner {
    return this.#target;
  }

  /** A query about a model. Nothing runs before one of its verbs. */
  query<E extends AnyEntity>(model: ModelOf<E>): Query<E, E> {
    return QueryBuilder.about(rootOf(model), this) as unknown as Query<E, E>;
  }

  /**
   * Loads relations of objects that are there, where they are not loaded yet: `await session.load(users, "posts.comments")`.
   * Calls that are made in one turn of the event loop share their statements. A commit waits for those that nobody awaited, and fails when one fails.
   */
  get load(): LoadInto {
    return (this.#load ??= this.#loading());
  }

  /**
   * The row with this primary key, or `null`. A row that the session has already is returned without asking the database.
   * Composite keys by name: `get(PostTag, { postId: 1, tagId: 2 })`. Soft-deleted rows are not found.
   *
   *     get(User, 1)     // SELECT … FROM "users" WHERE "id" = ?
   */
  get<E extends AnyEntity>(model: ModelOf<E>, key: PrimaryKey<E>, options: CallOptions = {}): Promise<E | null> {
    // Not an async function: that would put a second promise around the first, and three turns of the queue.
    try {
      return Promise.resolve(findInHand(this, this.#unit, model, key, options) as MaybePromise<E | null>);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The row with this primary key. Throws `NoResultFound`. */
  async getOrThrow<E extends AnyEntity>(model: ModelOf<E>, key: PrimaryKey<E>, options: CallOptions = {}): Promise<E> {
    const known = findInHand(this, this.#unit, model, key, options);
    const found = known instanceof Promise ? await known : known;
    if (found === null) throw noSuchRow(model);
    return found as E;
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
  insert(given: object, second?: object, third: CallOptions = {}): Promise<object> {
    const { values, options } = valuesAndOptions(given, second, third);
    return insertNow(this.#scope, this, given, values, options);
  }

  /**
   * Inserts rows in their order, all or none, and returns their instances. All are checked before the first is written; an (async) iterable is read to its
   * end first. `engine.copyFrom` takes more rows than memory holds.
   *
   *     insertAll(User, users)     // INSERT INTO "users" ("name", …) SELECT … FROM unnest($1::text[], …) RETURNING "id", …
   */
  insertAll<E extends AnyEntity>(instances: ManyRows<E>): Promise<E[]>;
  insertAll<E extends AnyEntity>(model: ModelOf<E>, values: ManyRows<Insert<E>>, options?: CallOptions): Promise<E[]>;
  async insertAll(given: object, second?: object, third: CallOptions = {}): Promise<object[]> {
    const { values, options } = valuesAndOptions(given, second, third);
    return insertMany(this.#scope, given, values, options);
  }

  /**
   * Inserts the rows of a query, which says each column by `select(…)` or `groupBy(…)`, and returns how many there were, or the columns named by
   * `returning`. Nothing passes through this process, so no hook and no validator sees it; defaults are values or SQL.
   *
   *     insertFrom(Archive, posts.select((post) => ({ title: post.title })))     // INSERT INTO "archive" ("title") SELECT "title" FROM "posts"
   */
  async insertFrom<E extends AnyEntity, R, const P extends InsertedColumn<E> = never>(
    model: ModelOf<E>,
    query: Rowset<R> & RowsFor<E, R>,
    options: InsertFromOptions<P> = {},
  ): Promise<Inserted<E, P>> {
    return insertFrom(this, model, query, options) as Promise<Inserted<E, P>>;
  }

  /** Changes columns of one row, then sets them on the instance. Throws `StaleObject` when the row is gone; a failed write leaves the instance as it was. */
  async update<E extends AnyEntity>(instance: E, values: Update<E>, options: CallOptions = {}): Promise<E> {
    await updateNow(this.#scope, this, instance, values, { signal: signalOf(options) });
    return instance;
  }

  /**
   * The row with these values, and whether it was made just now: `[user, true]`. `defaults` are further values for a new row. Those who ask at once get one
   * row when a unique constraint covers the values.
   *
   *     getOrCreate(User, { email })     // SELECT …; where there is none, INSERT …, and SELECT … again when another was faster
   */
  async getOrCreate<E extends AnyEntity>(
    model: ModelOf<E>,
    values: Partial<Insert<E>>,
    defaults: Partial<Insert<E>> = {},
    options: CallOptions = {},
  ): Promise<[E, boolean]> {
    return getOrCreate(this, model, values, defaults, options) as Promise<[E, boolean]>;
  }

  /**
   * The row with these values, changed to `changes`, or made of both; and whether it was made just now. In a transaction, with the row locked in between.
   *
   *     updateOrCreate(User, { email }, { name })     // SELECT … FOR UPDATE, then UPDATE … or INSERT …
   */
  async updateOrCreate<E extends AnyEntity>(
    model: ModelOf<E>,
    values: Partial<Insert<E>>,
    changes: Update<E>,
    options: CallOptions = {},
  ): Promise<[E, boolean]> {
    return updateOrCreate(this, model, values, changes, options) as Promise<[E, boolean]>;
  }

  /**
   * Writes these columns of the objects as they are now, all or none, in one statement on PostgreSQL, and returns how many there were. Hooks are not called;
   * versions are compared and counted. Throws `StaleObject` when a row is gone or has another version.
   *
   *     bulkUpdate(users, ["isActive"])     // UPDATE "users" SET "is_active" = "given"."1" FROM unnest($1::boolean[], $2::int[]) … WHERE …
   */
  async bulkUpdate<E extends AnyEntity>(
    objects: readonly E[],
    fields: readonly WrittenKey<ShapeOf<E>>[],
    options: CallOptions = {},
  ): Promise<number> {
    return bulkUpdateNow(this.#scope, objects, fields, signalOf(options));
  }

  /** Deletes the instance's row for good, also on soft-deletable models. Does nothing when it is gone already. */
  async remove(instance: AnyEntity, options: CallOptions = {}): Promise<void> {
    await removeNow(this.#scope, this, instance, { signal: signalOf(options) });
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
    return upserted(this.#unit, row, await upsertRow(this.#target, row, upsertPlan(row.root.table, options)));
  }

  /** Upserts rows in their order, all or none, on PostgreSQL by one statement, and returns each one's row. When a key comes twice, the last one stays. */
  upsertAll<E extends AnyEntity>(instances: readonly E[], options: UpsertOptions<E>): Promise<E[]>;
  upsertAll<E extends AnyEntity>(model: ModelOf<E>, values: readonly Insert<E>[], options: UpsertOptions<E>): Promise<E[]>;
  async upsertAll(given: object, second: object, third?: object): Promise<object[]> {
    const { values, options } = valuesAndOptions(given, second, third);
    return upsertMany(this.#scope, given, values, options);
  }

  /** Marks the row as deleted: queries leave it out until `restore`. */
  async softDelete<E extends AnyEntity>(instance: IfSoftDeletable<E, E>, options: CallOptions = {}): Promise<E> {
    return markDeleted(this.#scope, this, instance, new Date(), { use: "softDelete()", signal: signalOf(options) }) as Promise<E>;
  }

  /** Takes the mark of `softDelete` away. */
  async restore<E extends AnyEntity>(instance: IfSoftDeletable<E, E>, options: CallOptions = {}): Promise<E> {
    return markDeleted(this.#scope, this, instance, null, { use: "restore()", signal: signalOf(options) }) as Promise<E>;
  }

  /** Deletes the row of a soft-deletable model for good. */
  async forceDelete(instance: AnyEntity, options: CallOptions = {}): Promise<void> {
    await removeNow(this.#scope, this, instance, { use: "forceDelete()", signal: signalOf(options) });
  }

  /**
   * New objects, to be inserted by the next flush together with the new objects that their relations lead to. Objects of `delete()` are kept after all.
   *
   *     session.add(new Post({ title: "Hello", author: new User({ name: "Ann" }) }));
   *     await session.commit();          // INSERT INTO "users" …; INSERT INTO "posts" … with the user's new id
   */
  add(...objects: readonly AnyEntity[]): this {
    for (const object of objects) this.#unit.add(object as unknown as Values);
    return this;
  }

  addAll(objects: Iterable<AnyEntity>): this {
    return this.add(...objects);
  }

  /** Objects whose rows the next flush deletes, children before parents. Objects that were only added are let go of. Soft-deletable ones go for good, too. */
  delete(...objects: readonly AnyEntity[]): this {
    for (const object of objects) this.#unit.delete(object as unknown as Values);
    return this;
  }

  /**
   * Writes what is in hand without committing: new objects, the changed columns of tracked ones, deletions. Everything is checked first, all of it is
   * written or nothing, and after a failure the objects are as before. On a session without a transaction it begins one that `commit()` ends.
   */
  async flush(options: CallOptions = {}): Promise<void> {
    const signal = startedSignal(options);
    await withOwnReason(this.#scope.flush(this, signal), signal);
  }

  /** Objects to be inserted, those with changes, and those to be deleted by the next flush. */
  get new(): object[] {
    return [...this.#unit.added];
  }
  get dirty(): object[] {
    return changedObjects(this.#unit);
  }
  get deleted(): object[] {
    return [...this.#unit.deleted];
  }

  /** Whether this object, or any, has something to be written. */
  isDirty(object?: AnyEntity): boolean {
    if (object === undefined) return hasWork(this.#unit);
    const row = object as unknown as Values;
    return this.#unit.added.has(row) || this.#unit.deleted.has(row) || this.dirty.includes(row);
  }

  /** Whether the session holds this object: tracked, or to be inserted. */
  has(object: AnyEntity): boolean {
    const row = object as unknown as Values;
    return this.#unit.added.has(row) || this.#unit.identities.search(tableOfInstance(row, "has()"), row) !== undefined;
  }

  /** Reads the object's row again; changes that were not written are lost. Throws `StaleObject` when the row is gone. */
  async refresh<E extends AnyEntity>(object: E, options: CallOptions = {}): Promise<E> {
    await refreshNow(this.#scope, object as unknown as Values, signalOf(options));
    return object;
  }

  /** Lets go of an object: it is not tracked any more, and nothing of it is written. Without objects: of all. */
  expunge(...objects: readonly AnyEntity[]): void {
    if (objects.length === 0) this.#unit.clear();
    for (const object of objects) this.#unit.expunge(object as unknown as Values);
  }

  /** The members of a many-to-many relation, to be changed at once: `await session.collection(post, "tags").add(tag)`. The options are for each call of it. */
  collection<E extends AnyEntity, R extends CollectionKey<E>>(
    owner: E,
    relation: R,
    options: CallOptions = {},
  ): RelationCollection<MemberOf<E, R>> {
    return collectionOf(this.#scope, owner as unknown as Values, relation, options);
  }

  /**
   * Calls `call` for every object of the model (`beforeInsert`, `afterInsert`, `beforeUpdate`, `afterUpdate`, `beforeDelete`, `afterDelete`, `afterLoad`),
   * or for every transaction (`beforeCommit`, `afterCommit`, `afterRollback`) of this session.
   */
  on(name: TransactionHook, call: () => unknown): this;
  on<E extends AnyEntity>(name: RowHook, model: ModelOf<E>, call: (object: E, session: Session) => unknown): this;
  on(name: RowHook | TransactionHook, second: unknown, third?: unknown): this {
    registerHook(this.#unit, name, second, third);
    return this;
  }

  /** Calls `call` once, when everything has been committed (at once when there is nothing to commit), `otherwise` when it is rolled back; neither when nobody knows. */
  async afterCommit(call: () => unknown, otherwise?: () => unknown): Promise<void> {
    await this.#scope.afterCommit(call, otherwise);
  }

  /** Runs a statement made by `select()`, or SQL made by the `sql` tag. */
  execute<E, Row>(statement: Query<E, Row>, options?: RawOptions): Promise<Result<Row>>;
  execute<Row>(statement: Sql<Row>, options?: RawOptions): Promise<Result<Row>>;
  async execute(statement: unknown, options: RawOptions = {}): Promise<Result<unknown>> {
    const limit = await beforeText(this.#scope, options);
    return executeOn(this.#target, statement, limit);
  }

  /** Runs SQL text with `$1`, `?` or `:name` placeholders. */
  async executeRaw<Row = Record<string, unknown>>(
    text: string,
    parameters: RawParameters = [],
    options: RawOptions = {},
  ): Promise<Result<Row>> {
    const limit = await beforeText(this.#scope, options);
    return runText<Row>(this.#target, text, parameters, limit);
  }

  /**
   * Queries and pieces of SQL in one round trip, all or nothing, behind what is in hand: in the transaction, where a failure undoes these alone, or in one of
   * their own. As `engine.batch`, and what queries give are the session's objects.
   */
  async batch<const P extends readonly BatchPiece[]>(pieces: P, options: CallOptions = {}): Promise<BatchResults<P>> {
    return (await runBatchIn(this.#scope, this, pieces, startedSignal(options))) as BatchResults<P>;
  }

  /** Copies rows into the model's table by COPY, as `engine.copyFrom`: in the transaction, which cannot be asked for the rows meanwhile. */
  async copyFrom<E extends AnyEntity>(model: ModelOf<E>, rows: ManyRows<Insert<E>>, options: CallOptions = {}): Promise<number> {
    return copyInto(this.#scope, model, rows, startedSignal(options));
  }

  /** The model's table as a file, as `engine.copyTo`, with what the transaction has written. Until the loop ends the transaction takes no other calls. */
  copyTo<E extends AnyEntity>(model: ModelOf<E>, options: CopyToOptions = {}): AsyncIterable<Uint8Array> {
    return copyOut(this.#scope, rootOf(model).table, options);
  }

  /**
   * Begins a transaction, or a savepoint inside one, that ends with `commit()`; leaving an `await using` block before that rolls it back.
   * The session it gives works with the same objects; this one stands by until then.
   * BEGIN is sent with the first statement.
   */
  async begin(options: TransactionOptions = {}): Promise<Session> {
    if (options.retry !== undefined)
      throw new ConfigurationError("begin() has nothing to run again: the option retry belongs to transaction(work).");
    const { current, database } = this.#scope;
    return this.#inside(await (current?.nested(options) ?? database.newTransaction(options)), this.#scope.unitForInner()).session;
  }

  /**
   * Runs `work` in a transaction, or in a savepoint inside one: commits when it returns, rolls back when it throws, and throws what it threw.
   * Calls that `work` did not await are waited for, and roll everything back when they fail.
   */
  async transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return runInner(this.#scope, (transaction, unit) => this.#inside(transaction, unit), work, options);
  }

  #inside(transaction: Transaction, unit: UnitOfWork): InnerSession<Session> {
    const { database, autoflush } = this.#scope;
    const scope = new SessionScope(database, transaction, unit, autoflush);
    return { session: new Session(database, {}, scope), scope };
  }

  /**
   * Writes what is in hand and makes everything permanent, in one transaction: the one that was begun, which cannot be used afterwards, or the session's
   * own. When that fails, it is rolled back, and objects are what they were before. Does nothing when there is nothing to write or to end.
   * Throws `CommitOutcomeUnknown` when the commit had no answer: everything is let go then, so that nothing is written twice.
   */
  async commit(options: CallOptions = {}): Promise<void> {
    const signal = startedSignal(options);
    await withOwnReason(this.#scope.commit(this, signal), signal);
  }

  /**
   * Undoes everything since `begin()`, after which the session cannot be used, or since a plain session's last `commit()`. Objects are what they were
   * then: their values and keys, and whether they are tracked. Throws `TransactionError` after `commit()` of a begun transaction: that cannot be undone.
   */
  async rollback(): Promise<void> {
    await this.#scope.rollback();
  }

  /** Rolls back what was not committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.dispose();
  }

  #loading(): LoadInto {
    const together = new LoadTogether(this);
    return loadCall((objects, relations, options) => this.#scope.loading(together.load(objects, relations, options)));
  }
}
