/// <reference lib="esnext.disposable" preserve="true" />
/** What `import … from "petrel"` gives. Every interface that an inferred type may show is here too, or projects that emit declarations could not name it. */
export {
  BugError,
  CheckViolation,
  ColumnNotLoaded,
  ConfigurationError,
  ConnectionError,
  ConstraintViolation,
  DatabaseBusy,
  DatabaseClosed,
  DatatypeMismatch,
  ForeignKeyViolation,
  isPetrelError,
  MultipleResultsFound,
  NoResultFound,
  NotNullViolation,
  PetrelError,
  QueryError,
  RelationNotLoaded,
  StaleObject,
  TransactionError,
  UniqueViolation,
  ValidationError,
  type ErrorDetails,
} from "../base/errors.ts";
export type { BoundValue } from "../base/bound-value.ts";
export type { Codec, ColumnType, Kind } from "../types/column-type.ts";
export type { Sql } from "../ast/sql-tag.ts";
export type {
  Condition,
  DateExpression,
  EqualExpression,
  Expression,
  JsonExpression,
  NumberExpression,
  Operand,
  OrderedExpression,
  Ordering,
  TextExpression,
} from "../ast/typed-expression.ts";
export type { Action, AnyColumn, Column, ForeignKeyOptions } from "../schema/column.ts";
export type { AnyEntity, AnyModel, Entity, Insert, ModelOf, ModelOptions, NoOptions, Shape } from "../schema/entity.ts";
export { belongsTo, hasMany, hasOne, manyToMany } from "../schema/relation.ts";
export type { BelongsTo, HasMany, HasOne, ManyToMany } from "../schema/relation.ts";
export type { Annotated, Collection, Columns } from "../schema/scope.ts";
