/** An engine: an opened database with its two doors, queries without a session and sessions. */
import type { Sql } from "../ast/sql-tag.ts";
import { signalOf } from "../engine/call-limit.ts";
import { inContext } from "../engine/context.ts";
import type { Context } from "../engine/context.ts";
import { copyTable } from "../engine/copy.ts";
import type { CopyToOptions } from "../engine/copy.ts";
import { createAll, dropAll } from "../engine/create-all.ts";
import { Database } from "../engine/database.ts";
import { listenOn, notifyOn } from "../engine/listen.ts";
import type { Heard, ListenOptions, Subscription } from "../engine/listen.ts";
import { poolStatus } from "../engine/pool-status.ts";
import type { PoolStatus } from "../engine/pool-status.ts";
import { runText } from "../engine/raw.ts";
import type { RawOptions, RawParameters } from "../engine/raw.ts";
import { lastWrite } from "../engine/replicas/log-position.ts";
import type { Result } from "../engine/results/result.ts";
import type { Transaction } from "../engine/transactions/transaction.ts";
import type { TransactionOptions } from "../engine/transactions/transaction-options.ts";
import { loadCall, loadInto } from "../query/loading/load-into.ts";
import { explainText } from "../engine/explain/explain-text.ts";
import type { ExplainTextOptions } from "../engine/explain/explain-text.ts";
import type { ExplainedPlan } from "../engine/explain/explained-plan.ts";
import type { LoadInto } from "../query/loading/load-into.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import type { CallOptions, Query } from "../query/query.ts";
import { rootOf } from "../query/root.ts";
import type { AnyEntity, AnyModel, Insert, ModelOf } from "../schema/entity.ts";
import { runBatch } from "./batch.ts";
import type { BatchPiece, BatchResults } from "./batch.ts";
import { copyFrom } from "./writes/copy-rows.ts";
import { executeOn } from "./execute.ts";
import { runOutermost } from "./inner-session.ts";
import type { InnerSession } from "./inner-session.ts";
import { Session } from "./session.ts";
import { SessionScope } from "./session-scope.ts";
import type { SessionOptions } from "./session-types.ts";
import { UnitOfWork } from "./tracking/unit-of-work.ts";

export class Engine extends Database {
  /** A query without a session: no identity map, no tracking, the fastest way to models. */
  query<E extends AnyEntity>(model: ModelOf<E>): Query<E, E> {
    return QueryBuilder.about(rootOf(model), this) as unknown as Query<E, E>;
  }

  /** Loads relations of objects that are there, where they are not loaded yet: `await engine.load(users, "posts.comments")`. */
  get load(): LoadInto {
    return loadCall((objects, relations, options) => loadInto(this, objects, relations, options));
  }

  /**
   * The same database, in whose every statement and transaction a role acts and settings hold, for PostgreSQL's row security. They travel with the
   * statement or with BEGIN, and end with the transaction: the next user of the connection sees nothing of them. It costs next to nothing to make, so
   * make one per request; closing it closes nothing. `on` and `after` say which server answers reads, where there are replicas. SQL of your own could take the context off (`RESET ROLE`): run none that is not yours.
   * `role` and `settings` throw `ConfigurationError` on SQLite.
   *
   *     const mine = engine.with({ role: "tenant", settings: { "app.tenant_id": 7 } });
   *     await mine.query(Order).all();     // SELECT set_config('app.tenant_id', '7', true), set_config('role', 'tenant', true); SELECT … FROM "orders"
   */
  with(context: Context): Engine {
    return new Engine(this.dialect, inContext(this.driver, context), this);
  }

  /**
   * Where the writes of this engine ended, as text to give to whoever reads next: `engine.with({ after })`, in this process or another one. Call it after
   * the commit. One round trip to the primary; of `engine.with({ after })` none, and what it was given, as long as nothing was written there.
   * `null` where the server has no such positions, and on SQLite, which has one server.
   *
   *     const mine = engine.with({ after: request.cookies.lastWrite ?? null });
   *     await mine.session().insert(Order, { … });
   *     response.cookie("lastWrite", await mine.lastWrite());     // SELECT pg_current_wal_insert_lsn()
   */
  lastWrite(): Promise<string | null> {
    return lastWrite(this);
  }

  /** A session. Each statement commits by itself until a transaction is begun. */
  session(options: SessionOptions = {}): Session {
    return new Session(this, options);
  }

  /** Runs `work` in a transaction: commits when it returns, rolls back when it throws, and throws what it threw. */
  transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    // As of a new session, which nobody would ever see.
    const open = (transaction: Transaction, unit: UnitOfWork): InnerSession<Session> => {
      const scope = new SessionScope(this, transaction, unit, true);
      return { session: new Session(this, {}, scope), scope };
    };
    return this.withTransaction((transaction) => runOutermost(transaction, open, work, new UnitOfWork()), options);
  }

  /**
   * Queries and pieces of SQL in one round trip, all or nothing: `const [users, { rowCount }] = await engine.batch([engine.query(User), sql`…`])`.
   * A query gives all its rows, relations included (by further round trips). SQLite runs them in order, in one transaction.
   */
  async batch<const P extends readonly BatchPiece[]>(pieces: P, options: CallOptions = {}): Promise<BatchResults<P>> {
    return (await runBatch(this, pieces, options)) as BatchResults<P>;
  }

  /** How the connections are used at this moment. SQLite's are the writer and the readers that are opened beside it for a file. */
  poolStatus(): PoolStatus {
    return poolStatus(this);
  }

  /** Hears what others `notify`, on a connection of its own that is opened again when it is lost. Throws `ConfigurationError` on SQLite. */
  listen(channel: string, heard: Heard, options: ListenOptions = {}): Promise<Subscription> {
    return listenOn(this, channel, heard, options);
  }

  /** Tells everyone who listens to the channel. Inside a transaction, `SELECT pg_notify($1, $2)` tells them when it commits. */
  notify(channel: string, payload = "", options: CallOptions = {}): Promise<void> {
    return notifyOn(this, channel, payload, options);
  }

  /**
   * Copies rows into the model's table by COPY, the fastest way in, and returns their number; all or nothing, and nothing is read back.
   * Rows may come from an async iterable and are never held. Throws `ConfigurationError` on SQLite: use `insertAll` there.
   */
  async copyFrom<E extends AnyEntity>(
    model: ModelOf<E>,
    rows: Iterable<Insert<E>> | AsyncIterable<Insert<E>>,
    options: CallOptions = {},
  ): Promise<number> {
    return copyFrom({ database: this, transaction: null }, model, rows, signalOf(options));
  }

  /** The model's table as a CSV file, in chunks of bytes. Throws `ConfigurationError` on SQLite: use `query(…).stream()` there. */
  copyTo<E extends AnyEntity>(model: ModelOf<E>, options: CopyToOptions = {}): AsyncIterable<Uint8Array> {
    return copyTable({ database: this, transaction: null }, rootOf(model).table, options);
  }

  /** Runs a statement made by `select()`, SQL made by the `sql` tag, or SQL text with `$1`, `?` or `:name` placeholders. */
  execute<E, Row>(statement: Query<E, Row>, options?: RawOptions): Promise<Result<Row>>;
  execute<Row>(statement: Sql<Row>, options?: RawOptions): Promise<Result<Row>>;
  execute<Row = Record<string, unknown>>(text: string, parameters?: RawParameters, options?: RawOptions): Promise<Result<Row>>;
  async execute(statement: unknown, second: unknown = {}, third: RawOptions = {}): Promise<Result<unknown>> {
    if (typeof statement === "string") return runText(this, statement, second as RawParameters, third);
    return executeOn(this, statement, second as RawOptions);
  }

  /**
   * How the database means to run SQL text, or SQL made by the `sql` tag, as data, with hints. With `analyze` (PostgreSQL) it runs, in a transaction that is
   * rolled back. `query.explain({ format: "json" })` does the same for a query.
   *
   *     const { executionMs, hints } = await engine.explain("DELETE FROM posts WHERE views = $1", [0], { analyze: true });
   */
  explain(statement: Sql<unknown>, options?: ExplainTextOptions): Promise<ExplainedPlan>;
  explain(text: string, parameters?: RawParameters, options?: ExplainTextOptions): Promise<ExplainedPlan>;
  explain(
    statement: string | Sql<unknown>,
    second: RawParameters | ExplainTextOptions = {},
    third: ExplainTextOptions = {},
  ): Promise<ExplainedPlan> {
    if (typeof statement !== "string") return explainText(this, statement, [], second as ExplainTextOptions);
    return explainText(this, statement, second as RawParameters, third);
  }

  /**
   * Creates the tables of the models, and their indexes, where they do not exist yet; all or nothing. Without models: of every model defined so far.
   * Tables that exist are left as they are: changing them is a migration's business.
   */
  createAll(models?: readonly AnyModel[], options: CallOptions = {}): Promise<void> {
    return createAll(this, models, options);
  }

  /** Drops the tables of the models where they exist, with all their rows; all or nothing. */
  dropAll(models?: readonly AnyModel[], options: CallOptions = {}): Promise<void> {
    return dropAll(this, models, options);
  }
}
