/** Work with the rows of a database, one transaction at a time: reading, writing at once, and beginning transactions. */
import { ConfigurationError, NoResultFound, TransactionError } from "../base/errors.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Sql } from "../ast/sql-tag.ts";
import type { Database } from "../engine/database.ts";
import type { Plan } from "../engine/plan.ts";
import { runSql, runText } from "../engine/raw.ts";
import type { RawOptions, RawParameters } from "../engine/raw.ts";
import { Result } from "../engine/result.ts";
import type { Rows, Runner } from "../engine/run.ts";
import type { Transaction, TransactionOptions } from "../engine/transaction.ts";
import { findByKey } from "../query/by-key.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import type { CallOptions, Query } from "../query/query.ts";
import { rootOf } from "../query/root.ts";
import type { Root } from "../query/root.ts";
import type { IfSoftDeletable, Update } from "../query/update.ts";
import type { AnyEntity, AnyModel, Insert, ModelOf } from "../schema/entity.ts";
import { describe } from "../types/column-type.ts";
import { deleteRow, updateRow } from "./change-row.ts";
import { insertRow, upsertRow } from "./insert-row.ts";
import type { PrimaryKey, UpsertOptions } from "./session-types.ts";

type Constructor = AnyModel & (new (values: object) => object);

export class Session implements Runner {
  readonly #database: Database;
  /** The transaction that this session stands in; `null` for one that works without. */
  readonly #transaction: Transaction | null;

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
   * The row with this primary key, or `null`. Composite keys by name: `get(PostTag, { postId: 1, tagId: 2 })`. Soft-deleted rows are not found.
   *
   *     get(User, 1)     // SELECT … FROM "users" WHERE "id" = ?
   */
  async get<E extends AnyEntity>(model: ModelOf<E>, key: PrimaryKey<E>, options: CallOptions = {}): Promise<E | null> {
    return findByKey(this, rootOf(model), key, options.signal) as MaybePromise<E | null>;
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
  insert<E extends AnyEntity>(instance: E): Promise<E>;
  insert<E extends AnyEntity>(model: ModelOf<E>, values: Insert<E>): Promise<E>;
  async insert(given: object, values?: object): Promise<object> {
    const { root, instance } = instanceOf(given, values, "insert()");
    await insertRow(this, root, instance);
    return instance;
  }

  /** Inserts rows in their order, all or none, and returns their instances. */
  insertAll<E extends AnyEntity>(instances: readonly E[]): Promise<E[]>;
  insertAll<E extends AnyEntity>(model: ModelOf<E>, values: readonly Insert<E>[]): Promise<E[]>;
  async insertAll(given: object, values?: readonly object[]): Promise<object[]> {
    const rows = instancesOf(given, values, "insertAll()");
    if (rows.length > 0)
      await this.#atOnce(async (runner) => forEachInOrder(rows, ({ root, instance }) => insertRow(runner, root, instance)));
    return rows.map(({ instance }) => instance);
  }

  /** Changes columns of one row, then sets them on the instance. Throws `StaleObject` when the row is gone; a failed write leaves the instance as it was. */
  async update<E extends AnyEntity>(instance: E, values: Update<E>): Promise<E> {
    await updateRow(this, rootOfInstance(instance, "update()"), instance, values);
    return instance;
  }

  /** Deletes the instance's row for good, also on soft-deletable models. Does nothing when it is gone already. */
  async remove(instance: AnyEntity): Promise<void> {
    await deleteRow(this, rootOfInstance(instance, "remove()"), instance, "remove()");
  }

  /**
   * Inserts a row, or updates the one that has the same `conflictTarget`, in one statement. The instance is what the table holds afterwards.
   *
   *     // INSERT INTO "users" (…) VALUES (…) ON CONFLICT ("email") DO UPDATE SET "name" = excluded."name" RETURNING …
   */
  upsert<E extends AnyEntity>(instance: E, options: UpsertOptions<E>): Promise<E>;
  upsert<E extends AnyEntity>(model: ModelOf<E>, values: Insert<E>, options: UpsertOptions<E>): Promise<E>;
  async upsert(given: object, second: object, third?: object): Promise<object> {
    const { root, instance } = instanceOf(given, third === undefined ? undefined : second, "upsert()");
    await upsertOne(this, root, instance, (third ?? second) as UpsertOptions<AnyEntity>);
    return instance;
  }

  /** Upserts rows in their order, all or none. A key that comes twice is written twice; the last one stays. */
  upsertAll<E extends AnyEntity>(model: ModelOf<E>, values: readonly Insert<E>[], options: UpsertOptions<E>): Promise<E[]>;
  async upsertAll(model: object, values: readonly object[], options: object): Promise<object[]> {
    const rows = instancesOf(model, values, "upsertAll()");
    const write = ({ root, instance }: Prepared, runner: Runner): MaybePromise<void> =>
      upsertOne(runner, root, instance, options as UpsertOptions<AnyEntity>);
    if (rows.length > 0) await this.#atOnce(async (runner) => forEachInOrder(rows, (row) => write(row, runner)));
    return rows.map(({ instance }) => instance);
  }

  /** Marks the row as deleted: queries leave it out until `restore`. */
  async softDelete<E extends AnyEntity>(instance: IfSoftDeletable<E, E>): Promise<E> {
    return this.#mark(instance, new Date(), "softDelete()") as Promise<E>;
  }

  /** Takes the mark of `softDelete` away. */
  async restore<E extends AnyEntity>(instance: IfSoftDeletable<E, E>): Promise<E> {
    return this.#mark(instance, null, "restore()") as Promise<E>;
  }

  async #mark(instance: object, deletedAt: Date | null, use: string): Promise<object> {
    const root = rootOfInstance(instance, use);
    const { softDelete, modelName } = root.table;
    if (softDelete === null) {
      throw new ConfigurationError(`${use}: ${modelName} cannot be soft-deleted. Spread ...softDelete into the model first.`, {
        model: modelName,
      });
    }
    await updateRow(this, root, instance, { [softDelete.property]: deletedAt }, use);
    return instance;
  }

  /** Deletes the row of a soft-deletable model for good. */
  async forceDelete(instance: AnyEntity): Promise<void> {
    await deleteRow(this, rootOfInstance(instance, "forceDelete()"), instance, "forceDelete()");
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
    return new Session(this.#database, this.#transaction?.nested(options) ?? this.#database.newTransaction(options));
  }

  /** Runs `work` in a transaction, or in a savepoint inside one: commits when it returns, rolls back when it throws, and throws what it threw. */
  transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const inner = (transaction: Transaction): Promise<T> => work(new Session(this.#database, transaction));
    return this.#transaction === null ? this.#database.runInTransaction(inner, options) : this.#transaction.nestedRun(inner, options);
  }

  /** Makes everything since `begin()` permanent. The session cannot be used afterwards. */
  async commit(): Promise<void> {
    await this.#assertBegun("commit()").commit();
  }

  /** Undoes everything since `begin()`. The session cannot be used afterwards. */
  async rollback(): Promise<void> {
    await this.#assertBegun("rollback()").rollback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transaction?.rollback();
  }

  #assertBegun(use: string): Transaction {
    if (this.#transaction !== null) return this.#transaction;
    throw new TransactionError(
      `${use}: this session has no transaction; each statement commits by itself. Begin one with session.begin() or session.transaction(…).`,
    );
  }

  /** Runs `work` so that all of it happens or nothing. */
  async #atOnce(work: (runner: Runner) => Promise<void>): Promise<void> {
    if (this.#transaction === null) return this.#database.runInTransaction(work);
    return this.#transaction.nestedRun(work);
  }
}

interface Prepared {
  readonly root: Root;
  readonly instance: object;
}

/** Runs the writes one after another, and waits only where one does not answer at once. */
const forEachInOrder = async <T>(rows: readonly T[], write: (row: T) => MaybePromise<unknown>): Promise<void> => {
  for (const row of rows) {
    const written = write(row);
    if (written instanceof Promise) await written;
  }
};

const rootOfInstance = (instance: object, use: string): Root => {
  if (typeof instance === "object" && instance !== null && typeof instance.constructor === "function")
    return rootOf(instance.constructor as unknown as AnyModel);
  throw new ConfigurationError(`${use} takes an instance of a model, not ${describe(instance)}.`);
};

const instanceOf = (given: object, values: object | undefined, use: string): Prepared => {
  if (typeof given !== "function") return { root: rootOfInstance(given, use), instance: given };
  const root = rootOf(given as unknown as AnyModel);
  if (typeof values !== "object" || values === null) {
    throw new ConfigurationError(`${use} of ${root.table.modelName} takes an object of values, not ${describe(values)}.`, {
      model: root.table.modelName,
    });
  }
  return { root, instance: values.constructor === given ? values : new (given as unknown as Constructor)(values) };
};

const instancesOf = (given: object, values: readonly object[] | undefined, use: string): Prepared[] => {
  const list: unknown = values ?? given;
  if (!Array.isArray(list)) throw new ConfigurationError(`${use} takes an array, not ${describe(list)}.`);
  return (list as object[]).map((each) => (values === undefined ? instanceOf(each, undefined, use) : instanceOf(given, each, use)));
};

/** Upserts; when nothing was to be updated, the row that stands in the way is read. */
const upsertOne = (runner: Runner, root: Root, instance: object, options: UpsertOptions<AnyEntity>): MaybePromise<void> =>
  whenDone(upsertRow(runner, root, instance, options as never), (read) => {
    if (read) return undefined;
    const target = options.conflictTarget as string | readonly string[];
    const names = typeof target === "string" ? [target] : target;
    const lookups = Object.fromEntries(names.map((name) => [name, (instance as Record<string, unknown>)[name]]));
    const query = QueryBuilder.about(root, runner).filter(lookups);
    return (root.table.softDelete === null ? query : query.withDeleted()).first().then((found) => void Object.assign(instance, found));
  });

/** Runs whatever `execute` takes. */
export const executeOn = async (target: Database | Transaction, statement: unknown, options: RawOptions): Promise<Result<unknown>> => {
  if (!(statement instanceof QueryBuilder)) return runSql(target, statement as Sql<unknown>, options);
  const { plan, answer } = await statement.on(target).execute(options.signal === undefined ? {} : { signal: options.signal });
  return Result.planned(answer, plan, target.dialect);
};
