/** An engine: an opened database with its two doors, queries without a session and sessions. */
import type { Sql } from "../ast/sql-tag.ts";
import { createAll, dropAll } from "../engine/create-all.ts";
import { Database } from "../engine/database.ts";
import { runText } from "../engine/raw.ts";
import type { RawOptions, RawParameters } from "../engine/raw.ts";
import type { Result } from "../engine/result.ts";
import type { TransactionOptions } from "../engine/transaction-options.ts";
import { loadCall, loadInto } from "../query/load-into.ts";
import type { LoadInto } from "../query/load-into.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import type { Query } from "../query/query.ts";
import { rootOf } from "../query/root.ts";
import type { AnyEntity, AnyModel, ModelOf } from "../schema/entity.ts";
import { executeOn } from "./execute.ts";
import { Session } from "./session.ts";
import type { SessionOptions } from "./session-types.ts";

export class Engine extends Database {
  /** A query without a session: no identity map, no tracking, the fastest way to models. */
  query<E extends AnyEntity>(model: ModelOf<E>): Query<E, E> {
    return QueryBuilder.about(rootOf(model), this) as unknown as Query<E, E>;
  }

  /** Loads relations of objects that are there, where they are not loaded yet: `await engine.load(users, "posts.comments")`. */
  get load(): LoadInto {
    return loadCall((objects, relations) => loadInto(this, objects, relations));
  }

  /** A session. Each statement commits by itself until a transaction is begun. */
  session(options: SessionOptions = {}): Session {
    return new Session(this, options);
  }

  /** Runs `work` in a transaction: commits when it returns, rolls back when it throws, and throws what it threw. */
  async transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return new Session(this).transaction(work, options);
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
   * Creates the tables of the models, and their indexes, where they do not exist yet; all or nothing. Without models: of every model defined so far.
   * Tables that exist are left as they are: changing them is a migration's business.
   */
  createAll(models?: readonly AnyModel[]): Promise<void> {
    return createAll(this, models);
  }

  /** Drops the tables of the models where they exist, with all their rows; all or nothing. */
  dropAll(models?: readonly AnyModel[]): Promise<void> {
    return dropAll(this, models);
  }
}
