/** `User.objects`: the calls about a model without an engine or a session in hand. Inside a transaction they are part of it. */
import type { Condition } from "../ast/typed-expression.ts";
import type { Sql } from "../ast/sql-tag.ts";
import type { Load } from "../query/loading/load.ts";
import type { Loaded } from "../query/loading/loaded.ts";
import type { Filter, LookupKey } from "../query/lookups/lookups.ts";
import type { CursorPage, CursorPageOptions, Page, PageOptions } from "../query/paging/page.ts";
import type { GroupPath, OrderKey, RelationPath } from "../query/lookups/paths.ts";
import type { CallOptions, Query } from "../query/query.ts";
import type { Server } from "../engine/replicas/replicated-driver.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import { rootOf } from "../query/root.ts";
import type { Update } from "../query/update.ts";
import type { AnyEntity, Insert, ModelOf, ShapeOf, WrittenKey } from "../schema/entity.ts";
import { modelDefinitionOf } from "../schema/model-definition.ts";
import type { PrimaryKey } from "../schema/primary-key.ts";
import type { Columns, Scope } from "../schema/scope.ts";
import type { ManyRows } from "../session/session-types.ts";
import type { Session } from "../session/session.ts";
import { ambientSession, AmbientRunner, assertSameDatabase } from "./ambient.ts";
import { currentEngine, defaultName } from "./current-engine.ts";

/** The database that the model says it is in. */
const ownDatabase = (model: unknown): string => modelDefinitionOf(model)?.options.database ?? defaultName;

export class Objects<E extends AnyEntity> {
  readonly #model: ModelOf<E>;
  readonly #name: string;
  readonly #server: Server | null;

  constructor(model: ModelOf<E>, name: string = ownDatabase(model), server: Server | null = null) {
    this.#model = model;
    this.#name = name;
    this.#server = server;
  }

  /** The same calls on another of the databases that `connect()` opened. */
  using(name: string): Objects<E> {
    return new Objects(this.#model, name, this.#server);
  }

  /** The same calls, with reads answered by the primary alone, or by a replica that may not have yet what this process wrote. */
  on(server: Server): Objects<E> {
    return new Objects(this.#model, this.#name, server);
  }

  /** A query about all rows. Nothing runs before one of its verbs; it runs in the transaction that stands around that. */
  query(): Query<E, E> {
    return this.#query() as unknown as Query<E, E>;
  }
  filter<K extends LookupKey<E>>(lookups: Filter<E, K>): Query<E, E> {
    return this.#query().filter(lookups) as unknown as Query<E, E>;
  }
  exclude<K extends LookupKey<E>>(lookups: Filter<E, K>): Query<E, E> {
    return this.#query().exclude(lookups) as unknown as Query<E, E>;
  }
  where(condition: Condition | Sql<unknown> | ((row: Columns<E>) => Condition | Sql<unknown>)): Query<E, E> {
    return this.#query().where(condition) as unknown as Query<E, E>;
  }
  orderBy(...keys: OrderKey<E>[]): Query<E, E> {
    return this.#query().orderBy(...keys) as unknown as Query<E, E>;
  }
  with<P extends RelationPath<E>>(...relations: (P | Load<P>)[]): Query<E, E & Loaded<Scope<E>, P>> {
    return this.#query().with(...relations) as unknown as Query<E, E & Loaded<Scope<E>, P>>;
  }
  all(options?: CallOptions): Promise<E[]> {
    return this.#query().all(options) as Promise<E[]>;
  }
  first(options?: CallOptions): Promise<E | null> {
    return this.#query().first(options) as Promise<E | null>;
  }
  count(options?: CallOptions): Promise<number> {
    return this.#query().count(options);
  }
  exists(options?: CallOptions): Promise<boolean> {
    return this.#query().exists(options);
  }

  last(options?: CallOptions): Promise<E | null> {
    return this.#query().last(options) as Promise<E | null>;
  }
  latest(column: GroupPath<E>, options?: CallOptions): Promise<E | null> {
    return this.#query().latest(column, options) as Promise<E | null>;
  }
  earliest(column: GroupPath<E>, options?: CallOptions): Promise<E | null> {
    return this.#query().earliest(column, options) as Promise<E | null>;
  }
  none(): Query<E, E> {
    return this.#query().none() as unknown as Query<E, E>;
  }
  /** The rows with these primary keys, by key. */
  inBulk(ids: Iterable<PrimaryKey<E>>, options?: CallOptions): Promise<Map<PrimaryKey<E>, E>> {
    return this.#query().inBulk(ids, options) as Promise<Map<PrimaryKey<E>, E>>;
  }
  /** All rows, and how many there are; with a limit: `User.objects.query().limit(10).findAndCount()`. */
  findAndCount(options?: CallOptions): Promise<[E[], number]> {
    return this.#query().findAndCount(options) as Promise<[E[], number]>;
  }
  paginate(options: PageOptions): Promise<Page<E>> {
    return this.#query().paginate(options) as Promise<Page<E>>;
  }
  pageAfter(cursor: string | null, options: CursorPageOptions): Promise<CursorPage<E>> {
    return this.#query().pageAfter(cursor, options) as Promise<CursorPage<E>>;
  }

  /** The only row that matches. Throws `NoResultFound` or `MultipleResultsFound`. */
  get<K extends LookupKey<E>>(lookups: Filter<E, K>, options?: CallOptions): Promise<E> {
    return this.#query().get(lookups, options) as Promise<E>;
  }

  /** Inserts one row. */
  async create(values: Insert<E>, options: CallOptions = {}): Promise<E> {
    return this.#session().insert(this.#model, values, options);
  }

  /** Inserts rows in their order, all or none. Hooks are not called. */
  async bulkCreate(rows: ManyRows<Insert<E>>, options: CallOptions = {}): Promise<E[]> {
    return this.#session().insertAll(this.#model, rows, options);
  }

  /**
   * Writes these columns of the objects as they are now, all or none, in one statement on PostgreSQL, and returns how many there were. Hooks are not called.
   * Throws `StaleObject` for one whose row is gone or has another version.
   */
  async bulkUpdate(objects: readonly E[], fields: readonly WrittenKey<ShapeOf<E>>[], options: CallOptions = {}): Promise<number> {
    return this.#session().bulkUpdate(objects, fields, options);
  }

  /**
   * The row with these values, and whether it was made just now: `[user, true]`. `defaults` are further values for a new row.
   * Two that ask at once get one row when a unique constraint covers the values.
   */
  async getOrCreate(values: Partial<Insert<E>>, defaults: Partial<Insert<E>> = {}, options: CallOptions = {}): Promise<[E, boolean]> {
    return this.#session().getOrCreate(this.#model, values, defaults, options);
  }

  /** The row with these values, changed to `changes`, or made of both; and whether it was made just now. */
  async updateOrCreate(values: Partial<Insert<E>>, changes: Update<E>, options: CallOptions = {}): Promise<[E, boolean]> {
    return this.#session().updateOrCreate(this.#model, values, changes, options);
  }

  // The types of a query are those of its model, which the builder behind it does not know.
  #query(): QueryBuilder {
    return QueryBuilder.about(rootOf(this.#model), new AmbientRunner(this.#name, this.#server));
  }

  #session(): Session {
    const around = ambientSession(this.#name);
    if (around !== null) return around;
    assertSameDatabase(this.#name);
    return currentEngine(this.#name).session();
  }
}
