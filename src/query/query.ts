/** The public face of a query. `query-builder.ts` is what stands behind it. */
import type { Sql } from "../ast/sql-tag.ts";
import type { Condition, Expression, Ordering } from "../ast/typed-expression.ts";
import type { ArrowBatch, ArrowTable } from "../engine/results/arrow-door.ts";
import type { ExplainedPlan } from "../engine/explain/explained-plan.ts";
import type { CacheOptions } from "../engine/cache-choice.ts";
import type { CallLimit } from "../engine/call-limit.ts";
import type { ColumnSet } from "../rows/columns/column-set.ts";
import type { TypeOf } from "../schema/columns/column.ts";
import type { ColumnKey, RelationKey, ShapeOf } from "../schema/entity.ts";
import type { TargetOf } from "../schema/relations/relation.ts";
import type { PrimaryKey } from "../schema/primary-key.ts";
import type { Annotated, Columns, Scope } from "../schema/scope.ts";
import type { Annotate, Annotations, Computed } from "./expressions/aggregate.ts";
import type { Load } from "./loading/load.ts";
import type { Beside, EntityIn, Selecting } from "./derived/derived-scope.ts";
import type { Loaded, Refined, RefinedValue, Rows } from "./loading/loaded.ts";
import type { Filter, LookupKey } from "./lookups/lookups.ts";
import type { CursorPage, CursorPageOptions, Page, PageOptions } from "./paging/page.ts";
import type { ColumnAt, ColumnPath, GroupPath, NumberColumn, OrderKey, RelationPath } from "./lookups/paths.ts";
import type { Nest, Selected, Tuple } from "./results/projection.ts";
import type { IfSoftDeletable, Update } from "./update.ts";

/** What stops a call early: `{ signal }` rejects with its own reason, `{ timeout: "5s" }` with `QueryCanceled`. */
export interface CallOptions extends CallLimit {}

/** The columns that were named, where options stand behind them. */
type WithoutOptions<P extends readonly unknown[]> = P extends readonly [...infer C extends string[], CallOptions] ? C : P;

export interface StreamOptions extends CallOptions {
  /** Rows fetched and decoded at a time; 1,000 by default. */
  readonly batchSize?: number;
}

/** Consent to write to every row of a table. */
export interface WriteOptions extends CallOptions {
  readonly all?: boolean;
}

export interface LockOptions {
  /** Leave out rows that are locked by others. */
  readonly skipLocked?: boolean;
  /** Fail at once when a row is locked. */
  readonly noWait?: boolean;
}

export interface ExplainOptions extends CallOptions {
  /** Run the query and report what really happened (PostgreSQL). */
  readonly analyze?: boolean;
  /** `text`, the database's own, or `json`: typed data with hints. `text` unless said. */
  readonly format?: "text" | "json" | undefined;
}

/** A write to explain in place of the query: its plan, and nothing runs. */
export interface ExplainedWrite<E> {
  /** The plan of `update(values)`. */
  readonly update?: Update<E> | ((row: Columns<E>) => Update<E>) | undefined;
  /** The plan of `delete()`. */
  readonly delete?: true | undefined;
}

/** A statement as it would be sent: the text, and the values in the order of its placeholders. */
export interface CompiledQuery {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The primary key of the model behind a query, whatever it computes besides. */
type KeyOf<E> = PrimaryKey<E extends Annotated<infer B, infer _> ? B : E>;

/** What the model behind a query says: no computed columns, and nothing that is joined. */
type OwnShape<E> = ShapeOf<EntityIn<E>>;

/** A query over model `E` whose results are `Row`. Immutable: every method returns a new query; nothing runs before a verb such as `all()`. */
export interface Query<in out E, out Row> extends AsyncIterable<Row>, Rows<Row, E> {
  /**
   * Keeps rows that match all lookups: `filter({ age__gte: 18, author__name__icontains: "ann" })`.
   * Lookups through one to-many relation in one call ask for one row that matches them all. NULL matches nothing but `null` and `__isNull`.
   * Throws `ConfigurationError` for an unknown name and for `undefined`; `skip` leaves a lookup out.
   *
   *     filter({ age__gte: 18, role__in: ["admin"] })   // WHERE "age" >= $1 AND "role" = ANY($2)
   */
  filter<K extends LookupKey<E>>(lookups: Filter<E, K>): Query<E, Row>;
  /** Drops rows that match all lookups. Rows where a lookup meets NULL do not match, so they stay. */
  exclude<K extends LookupKey<E>>(lookups: Filter<E, K>): Query<E, Row>;
  /** Keeps rows that match an SQL expression: `where((user) => user.age.gte(18))`. */
  where(condition: Condition | Sql<unknown> | ((row: Columns<E>) => Condition | Sql<unknown>)): Query<E, Row>;

  /** Orders by columns, `"-name"` for descending, through to-one relations too; adds to an order given before. NULLs come last ascending, first descending. */
  orderBy(...keys: (OrderKey<E> | ((row: Columns<E>) => Ordering))[]): Query<E, Row>;
  /** At most this many rows. Throws for anything but a whole number from 0. */
  limit(count: number): Query<E, Row>;
  /** Leaves out this many rows first. Throws for anything but a whole number from 0. */
  offset(count: number): Query<E, Row>;
  /** No row at all: what a program passes on where it has nothing to ask for. Rows, counts and writes of it send no statement. */
  none(): Query<E, Row>;
  /**
   * Takes the answer from the cache, where the engine was opened with one: an answer younger than `ttl` that no write has made void since. Relations
   * of `with()` are kept by themselves. Inside a transaction the database is asked. Throws `ConfigurationError` without a cache, and where the
   * query holds SQL of your own without `tables`.
   *
   *     engine.query(Country).cache({ ttl: "1h" }).all()     // no statement, but for the first time
   */
  cache(options?: CacheOptions): Query<E, Row>;
  /** Asks the database, though the engine keeps answers. */
  noCache(): Query<E, Row>;
  /** Leaves out rows that repeat an earlier one in every fetched column. */
  distinct(): Query<E, Row>;
  /** Locks the rows until the transaction ends (PostgreSQL; SQLite locks the whole database for a writer, and refuses this). */
  forUpdate(options?: LockOptions): Query<E, Row>;

  /**
   * Loads one relation through a query of your own: `with("posts", (posts) => posts.limit(3))`. The limit counts per parent. A relation to one
   * is `null` where the query leaves its row out, and typed so.
   */
  with<R extends RelationKey<OwnShape<E>>, V>(
    relation: R,
    refine: (query: Query<TargetOf<OwnShape<E>, R>, TargetOf<OwnShape<E>, R>>) => Refined<V>,
  ): Query<E, Row & { [P in R]: RefinedValue<OwnShape<E>, R, V> }>;
  /** Loads relations together with the rows: `with("profile", "posts.comments")`. To-one relations are joined, to-many ones take one statement each unless `joined("posts")` asks for one. */
  with<P extends RelationPath<EntityIn<E>>>(...relations: (P | Load<P>)[]): Query<E, Row & Loaded<OwnShape<E>, P>>;

  /** Fetches only these columns, and the primary key. Reading another one throws `ColumnNotLoaded`. */
  only<P extends ColumnKey<Scope<E>>>(...columns: P[]): Query<E, Pick<Row, (P | RelationKey<Scope<E>>) & keyof Row>>;
  /** Fetches everything but these columns. */
  defer<P extends ColumnKey<Scope<E>>>(...columns: P[]): Query<E, Omit<Row, P>>;
  /** Adds computed columns to every row: `annotate({ postCount: count("posts") })`. */
  annotate<const A extends Annotations<E>>(annotations: A | ((row: Columns<E>) => A)): Query<Annotate<E, A>, Row & Computed<E, A>>;
  /** Replaces the results by expressions of your own: `select((post) => ({ title: post.title, by: post.author.name }))`. */
  select<const X extends { readonly [name: string]: Expression<unknown> | Sql<unknown> }>(
    projection: (row: Columns<E>) => X,
  ): Query<Selecting<E, X>, Selected<X>>;
  /**
   * One result per combination of these columns, of columns behind to-one relations (`"customer.country"` gives `{ customer: { country } }`),
   * and of what `annotate()` computed before.
   */
  groupBy<P extends GroupPath<E>>(...columns: P[]): GroupedQuery<E, Nest<Scope<E>, P>>;

  /**
   * Puts beside each row the rows of a query that may name it; a row comes once for each of them, and not at all without one. What follows may name
   * their columns, as in `best.views`. The query says its columns by `select(…)` or `groupBy(…)`. Rows are not tracked, as one may come several times.
   *
   *     joinLateral("best", (user) => select(Post).where((post) => post.authorId.eq(user.id)).orderBy("-views").limit(1).select((post) => ({ views: post.views })))
   *     // SELECT … FROM "users" JOIN LATERAL (SELECT … WHERE "posts"."author_id" = "users"."id" ORDER BY … LIMIT 1) AS "best" ON true
   */
  joinLateral<const N extends string, R, Q>(
    name: N,
    query: (row: Columns<E>) => Rows<R, Q>,
  ): Query<Beside<E, N, R, Q>, Row & { [K in N]: R }>;
  /** The same, and a row without any comes once, with `null` beside it. */
  leftJoinLateral<const N extends string, R, Q>(
    name: N,
    query: (row: Columns<E>) => Rows<R, Q>,
  ): Query<Beside<E, N, R | null, Q>, Row & { [K in N]: R | null }>;

  /** Includes soft-deleted rows. */
  readonly withDeleted: IfSoftDeletable<E, () => Query<E, Row>>;
  /** Returns soft-deleted rows only. */
  readonly onlyDeleted: IfSoftDeletable<E, () => Query<E, Row>>;

  /** Every row; `[]` when there is none. */
  all(options?: CallOptions): Promise<Row[]>;
  /** The first row, by primary key when the query has no order; `null` when there is none. */
  first(options?: CallOptions): Promise<Row | null>;
  /** The last row in the query's order, or by primary key; `null` when there is none. Throws for a query with a limit or an offset. */
  last(options?: CallOptions): Promise<Row | null>;
  /** The only row. Throws `NoResultFound` or `MultipleResultsFound`. */
  one(options?: CallOptions): Promise<Row>;
  /** The only row, or `null`. Throws `MultipleResultsFound`. */
  oneOrNull(options?: CallOptions): Promise<Row | null>;
  /** The only row that matches these lookups. Throws `NoResultFound` or `MultipleResultsFound`. */
  get<K extends LookupKey<E>>(lookups: Filter<E, K>, options?: CallOptions): Promise<Row>;
  /**
   * The row with the greatest value in a column, whatever the query's own order; `null` when no row has a value there. Of equal ones, that with the greatest key.
   *
   *     latest("createdAt")     // … WHERE "created_at" IS NOT NULL ORDER BY "created_at" DESC, "id" DESC LIMIT 1
   */
  latest(column: GroupPath<E>, options?: CallOptions): Promise<Row | null>;
  /** The row with the least value in a column; `null` when no row has a value there. */
  earliest(column: GroupPath<E>, options?: CallOptions): Promise<Row | null>;
  /**
   * The rows with these primary keys, by the keys as they were given and in their order; keys without a row are left out. One statement for any
   * number of keys, none for none. Composite keys by name: `inBulk([{ postId: 1, tagId: 2 }])`.
   *
   *     inBulk([3, 1])     // SELECT … WHERE "id" = ANY($1)
   */
  inBulk(ids: Iterable<KeyOf<E>>, options?: CallOptions): Promise<Map<KeyOf<E>, Row>>;
  /**
   * The rows, and how many there would be without limit and offset: two statements in one round trip.
   *
   *     const [users, total] = await query.limit(10).findAndCount();
   */
  findAndCount(options?: CallOptions): Promise<[Row[], number]>;
  /** A page by its number, from 1, and how many pages there are; in one round trip. Rows that are equal in the query's order are ordered by primary key. */
  paginate(options: PageOptions): Promise<Page<Row>>;
  /**
   * The rows after a page's `next`, or the first ones after `null`: as fast on the thousandth page as on the first, and no row twice or left out when
   * others come and go meanwhile. The order is the query's, then the primary key; conditions may change from page to page, the order may not.
   * Throws `InvalidCursor` for a text that is no cursor of this model and order.
   *
   *     const { items, next } = await query.orderBy("-createdAt").pageAfter(null, { limit: 20 });
   *     // … WHERE "created_at" <= $1 AND ("created_at" < $1 OR "created_at" = $1 AND "id" < $2) ORDER BY "created_at" DESC, "id" DESC LIMIT 21
   */
  pageAfter(cursor: string | null, options: CursorPageOptions): Promise<CursorPage<Row>>;
  /** Rows one at a time, from one snapshot, without holding them all. Leaving the loop early closes the cursor. */
  stream(options?: StreamOptions): AsyncIterable<Row>;
  /** Rows whose columns are decoded when they are first read: cheaper when few are. They are plain rows, without the model's methods. */
  lazy(options?: CallOptions): Promise<Row[]>;

  /**
   * The result by columns: typed arrays with one value per row, and no object per row. On PostgreSQL they are filled from what the socket received. Columns of
   * objects beside a row have dotted names. What is computed of integers has 64 bits, what is computed of decimals is text. Throws `ConfigurationError` for a
   * query with relations, `UnreadableValue` for a value that the column's type does not hold.
   *
   *     const { rowCount, columns } = await query.toColumns();
   *     columns.age.values;     // Int32Array, one per row; columns.age.at(0) is a number, or null
   */
  toColumns(options?: CallOptions): Promise<ColumnSet<Row>>;
  /** The same in batches of at most `batchSize` rows (10,000 by default), from one snapshot, without holding them all. */
  toColumnBatches(options?: StreamOptions): AsyncIterable<ColumnSet<Row>>;
  /**
   * The result as a `Table` of apache-arrow, over the memory of `toColumns()`. Throws `ConfigurationError` where that library is not installed.
   * Import `petrel/arrow` for the library's own type of it, and for what writes and inserts such tables.
   */
  toArrow(options?: CallOptions): Promise<ArrowTable>;
  /** Record batches of apache-arrow, of at most `batchSize` rows (10,000 by default), without holding them all. */
  toArrowBatches(options?: StreamOptions): AsyncIterable<ArrowBatch>;

  /** How many rows the query has, its limit and distinctness included. */
  count(options?: CallOptions): Promise<number>;
  /** Whether the query has a row. */
  exists(options?: CallOptions): Promise<boolean>;
  /** The exact sum of a number column; `null` without rows. */
  sum<P extends NumberColumn<E>>(column: P, options?: CallOptions): Promise<NonNullable<TypeOf<Scope<E>[P]>> | null>;
  /** The mean as a floating-point number; `null` without rows. */
  avg(column: NumberColumn<E>, options?: CallOptions): Promise<number | null>;
  /** The least value; `null` without rows. */
  min<P extends ColumnKey<Scope<E>>>(column: P, options?: CallOptions): Promise<TypeOf<Scope<E>[P]> | null>;
  /** The greatest value; `null` without rows. */
  max<P extends ColumnKey<Scope<E>>>(column: P, options?: CallOptions): Promise<TypeOf<Scope<E>[P]> | null>;
  /** Several aggregates of all rows in one statement. */
  aggregate<const A extends Annotations<E>>(aggregates: A, options?: CallOptions): Promise<Computed<E, A>>;

  /**
   * Plain objects with only these columns; `"author.name"` gives `{ author: { name } }`, `"tags.name"` gives `{ tags: [{ name }] }`.
   * Options come last: `values("id", "name", { timeout: "5s" })`.
   */
  values<const P extends readonly (ColumnPath<E> | CallOptions)[]>(...columns: P): Promise<Nest<Scope<E>, P[number] & string>[]>;
  /** Tuples of these columns. Options come last: `valuesList("id", "name", { signal })`. */
  valuesList<const P extends readonly (ColumnPath<E> | CallOptions)[]>(...columns: P): Promise<Tuple<Scope<E>, WithoutOptions<P>>[]>;
  /** The values of one column. */
  column<P extends ColumnPath<E>>(column: P, options?: CallOptions): Promise<TypeOf<ColumnAt<Scope<E>, P>>[]>;

  /**
   * Updates the rows in one statement and returns how many there were. A query without a condition needs `{ all: true }`.
   *
   *     filter({ id: 1 }).update({ views: F("views").plus(1) })   // UPDATE "posts" SET "views" = "views" + $1 WHERE "id" = $2
   */
  update(values: Update<E> | ((row: Columns<E>) => Update<E>), options?: WriteOptions): Promise<number>;
  /** Deletes the rows in one statement and returns how many there were. A query without a condition needs `{ all: true }`. */
  delete(options?: WriteOptions): Promise<number>;

  /** The statement that `all()` would send, and its values. Nothing runs. Throws for a statement made by `select()`, which has no database yet. */
  toSQL(): CompiledQuery;
  /**
   * How the database means to run the query, as data, with hints: what reads too much, was estimated wrongly or did not fit into memory, and the statement
   * that helps. On PostgreSQL conditions show the values of parameters.
   *
   *     const { nodes, hints } = await query.explain({ format: "json", analyze: true });   // EXPLAIN (ANALYZE, BUFFERS, VERBOSE, FORMAT JSON) SELECT …
   *     await query.explain({ format: "json", update: { views: 0 } });                      // EXPLAIN (VERBOSE, FORMAT JSON) UPDATE … SET "views" = $1 …
   *
   * With `update` or `delete` it is the plan of that write, which is not run, and so needs no `{ all: true }` and cannot be measured.
   */
  explain(options: ExplainOptions & ExplainedWrite<E> & { readonly format: "json" }): Promise<ExplainedPlan>;
  /** The same as the database's own text. */
  explain(options?: ExplainOptions & ExplainedWrite<E> & { readonly format?: "text" | undefined }): Promise<string>;
}

/** A query whose results are groups. */
export interface GroupedQuery<in out E, out Row> extends Rows<Row, E> {
  /** Adds aggregates of each group: `annotate({ people: count(), meanAge: avg("age") })`. They may be of what was computed before `groupBy()`. */
  annotate<const A extends Annotations<E>>(annotations: A | ((row: Columns<E>) => A)): GroupedQuery<Annotate<E, A>, Row & Computed<E, A>>;
  /** Keeps groups that match lookups on their aggregates or columns. */
  having<K extends LookupKey<E>>(lookups: Filter<E, K>): GroupedQuery<E, Row>;
  /** Keeps rows before they are grouped; lookups on aggregates keep groups. */
  filter<K extends LookupKey<E>>(lookups: Filter<E, K>): GroupedQuery<E, Row>;
  orderBy(...keys: (OrderKey<E> | ((row: Columns<E>) => Ordering))[]): GroupedQuery<E, Row>;
  limit(count: number): GroupedQuery<E, Row>;
  offset(count: number): GroupedQuery<E, Row>;
  /** Every group; `[]` when there is none. */
  all(options?: CallOptions): Promise<Row[]>;
  first(options?: CallOptions): Promise<Row | null>;
  /** The groups by columns, as `Query.toColumns()` has rows. */
  toColumns(options?: CallOptions): Promise<ColumnSet<Row>>;
  /** The groups as a `Table` of apache-arrow. */
  toArrow(options?: CallOptions): Promise<ArrowTable>;
  /** How many groups there are. */
  count(options?: CallOptions): Promise<number>;
  toSQL(): CompiledQuery;
}
