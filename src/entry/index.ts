/// <reference lib="esnext.disposable" preserve="true" />
/** What `import … from "petrel"` gives. Every interface that an inferred type may show is here too, or projects that emit declarations could not name it. */
export {
  AuthenticationFailed,
  BugError,
  CheckViolation,
  ColumnNotLoaded,
  CommitOutcomeUnknown,
  ConfigurationError,
  ConnectionError,
  ConnectionLost,
  ConstraintViolation,
  DatabaseBusy,
  DatabaseClosed,
  DatatypeMismatch,
  DeadlockDetected,
  ExclusionViolation,
  ForeignKeyViolation,
  InvalidCursor,
  isPetrelError,
  LockNotAvailable,
  MigrationError,
  MultipleResultsFound,
  NoResultFound,
  NotNullViolation,
  NPlusOneDetected,
  ParameterError,
  PetrelError,
  PoolTimeout,
  ProtocolError,
  QueryCanceled,
  QueryError,
  RelationNotLoaded,
  SerializationFailure,
  ServerUnavailable,
  StaleObject,
  TransactionAborted,
  TransactionError,
  UnexpectedQueries,
  UniqueViolation,
  UnreadableValue,
  ValidationError,
  type ErrorDetails,
} from "../base/errors.ts";
export type { BoundValue } from "../base/bound-value.ts";
export type { Codec, ColumnType, Kind } from "../types/column-type.ts";
export { now, sql, type Sql, type SqlTag } from "../ast/sql-tag.ts";
export type {
  Condition,
  DateExpression,
  EqualExpression,
  Expression,
  ExpressionOfValue,
  JsonExpression,
  NumberExpression,
  Operand,
  OrderedExpression,
  Ordering,
  Retyped,
  Subquery,
  TextExpression,
  ValueOf,
} from "../ast/typed-expression.ts";
export type { DateUnit } from "../ast/operator.ts";
export type { FrameBound } from "../ast/select.ts";
export type { Frame, FramedWindow, Window } from "../ast/window.ts";
export type { Action, AnyColumn, Column, ForeignKeyOptions } from "../schema/columns/column.ts";
export type { AnyEntity, AnyModel, Entity, Insert, ModelOf, ModelOptions, NoOptions, Shape } from "../schema/entity.ts";
export type { New } from "../schema/new-instance.ts";
export type { PrimaryKey } from "../schema/primary-key.ts";
export { belongsTo, hasMany, hasOne, manyToMany } from "../schema/relations/relation.ts";
export type { BelongsTo, HasMany, HasOne, ManyToMany } from "../schema/relations/relation.ts";
export type { Annotated, Collection, Columns } from "../schema/scope.ts";
export {
  array,
  bigint,
  bool,
  bytes,
  date,
  decimal,
  float,
  int,
  json,
  oneOf,
  smallint,
  text,
  time,
  timestamp,
  uuid,
} from "../schema/columns/column-factories.ts";
export type { DecimalOptions, NumberOptions, TextOptions } from "../schema/columns/column-factories.ts";
export { softDelete } from "../schema/columns/soft-delete.ts";
export { timestamps } from "../schema/columns/timestamps.ts";
export { avg, count, max, min, sum } from "../query/expressions/aggregate.ts";
export type { Aggregate, AggregateOf, Annotate, Annotations, Computed, CountExpression } from "../query/expressions/aggregate.ts";
export { when, type Case } from "../query/expressions/case.ts";
export type { NoColumns, PlainRow, PlainSource, Selecting, SourceOf } from "../query/derived/derived-scope.ts";
export { from, recursive, type RecursiveOptions, type SelfRelation } from "../query/derived/from.ts";
export { coalesce, concat, greatest, least, nullIf, value, type Given, type Scalar } from "../query/expressions/functions.ts";
export { except, intersect, union, unionAll } from "../query/derived/set-operations.ts";
export { exists, subquery } from "../query/derived/subquery.ts";
export { textSearch, type TextSearch, type TextSearchOptions } from "../query/expressions/text-search.ts";
export {
  cumeDist,
  denseRank,
  firstValue,
  lag,
  lastValue,
  lead,
  nthValue,
  ntile,
  percentRank,
  rank,
  rowNumber,
  type Over,
} from "../query/expressions/window-functions.ts";
export { F } from "../query/expressions/f.ts";
export type { LoadInto } from "../query/loading/load-into.ts";
export { joined, noLoad, selectIn, type Load, type Strategy } from "../query/loading/load.ts";
export type { InvalidRelation, Loaded, RefinedValue, RelationValue, Rows, With } from "../query/loading/loaded.ts";
export type { Filter, LookupHints, LookupKey, Lookups, NoSuchLookup } from "../query/lookups/lookups.ts";
export type { ColumnPath, OrderKey, RelationPath } from "../query/lookups/paths.ts";
export type { CursorPage, CursorPageOptions, Page, PageOptions } from "../query/paging/page.ts";
export type { Nest, Selected, Tuple } from "../query/results/projection.ts";
export { jsonSet, type JsonChange, type JsonPartial } from "../query/expressions/json-set.ts";
export { prepare, type Parameters, type ParameterValues, type PreparedQuery } from "../query/prepared.ts";
export { Q } from "../query/lookups/q.ts";
export type {
  CallOptions,
  CompiledQuery,
  ExplainedWrite,
  ExplainOptions,
  GroupedQuery,
  LockOptions,
  Query,
  StreamOptions,
  WriteOptions,
} from "../query/query.ts";
export { skip } from "../query/lookups/skip.ts";
export type { IfSoftDeletable, NotSoftDeletable, Update } from "../query/update.ts";
export { select } from "../query/select.ts";
export type { ExplainTextOptions } from "../engine/explain/explain-text.ts";
export type { ExplainedPlan, PlanHint, PlanNode } from "../engine/explain/explained-plan.ts";
export { outside } from "../engine/transactions/scope.ts";
export type { ArrowBatch, ArrowTable, Tabular } from "../engine/results/arrow-door.ts";
export type { CallLimit } from "../engine/call-limit.ts";
export type { Context } from "../engine/context.ts";
export type { CopyToOptions } from "../engine/copy.ts";
export type { Heard, ListenOptions, Subscription } from "../engine/listen.ts";
export type { Health, ReplicaHealth, ServerHealth } from "../engine/health.ts";
export type { PoolStatus } from "../engine/pool-status.ts";
export type { Server } from "../engine/replicas/replicated-driver.ts";
export type { Result } from "../engine/results/result.ts";
export type { RawOptions, RawParameters } from "../engine/raw.ts";
export type { TransactionOptions } from "../engine/transactions/transaction-options.ts";
export type { ColumnValues, ColumnVector } from "../rows/columns/column.ts";
export type { ColumnFormat } from "../rows/columns/column-format.ts";
export type { ColumnSet, ColumnsOf } from "../rows/columns/column-set.ts";
export type { BatchPiece, BatchResults } from "../session/batch.ts";
export { Engine } from "../session/engine.ts";
export { Session } from "../session/session.ts";
export type { HookName, RowHook, TransactionHook } from "../session/hooks.ts";
export { RelationCollection } from "../session/tracking/collection.ts";
export type { Inserted, InsertedColumn, InsertFromOptions, NoSuchColumn, RowsFor } from "../session/writes/insert-from.ts";
export type { CollectionKey, ConflictTarget, MemberOf, SessionOptions, UpsertOptions } from "../session/session-types.ts";
export { createEngine } from "./create-engine.ts";
export type {
  EngineOptions,
  PoolEngineOptions,
  PostgresEngineOptions,
  ReplicaOptions,
  ReplicasOptions,
  SqliteEngineOptions,
} from "./engine-options.ts";
export type { Duration } from "../config/duration.ts";
export { Model, type ModelClass } from "../active-record/model.ts";
export { Objects } from "../active-record/objects.ts";
export { currentEngine } from "../active-record/current-engine.ts";
export { health } from "../active-record/health.ts";
export { raw } from "../active-record/raw.ts";
export { transaction, type AmbientOptions, type Propagation } from "../active-record/transaction.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export { defineConfig, type Config, type DatabaseOptions, type Databases, type OptionSections } from "./define-config.ts";
export type { LoggingOptions, ObserveOptions } from "../observe/configure.ts";
export type { NPlusOne } from "../observe/n-plus-one.ts";
