/** What may be named of the rows of `from(query)`. */
import type { AnyColumn, Column, KindOf } from "../../schema/columns/column.ts";
import type { Entity, NoOptions, ShapeOf } from "../../schema/entity.ts";
import type { HasOne } from "../../schema/relations/relation.ts";
import type { Annotated } from "../../schema/scope.ts";
import type { KindOfExpression, KindOfValue } from "../expressions/aggregate.ts";

/** The model of a query, whatever it computes besides. */
export type EntityIn<E> = E extends Annotated<infer B, unknown> ? B : E;

/** Rows of no model: they have computed columns only. */
export type PlainRow = Entity<string, NoColumns, NoOptions>;
export interface NoColumns {}

/** `E` with its rows replaced by expressions `X`, whose kinds a query about these rows goes on knowing: a decimal is a string to TypeScript. */
export type Selecting<E, X> = E extends Annotated<infer B, infer A> ? Annotated<B, A, X> : Annotated<E, NoColumns, X>;

/** The kind of `K` in rows of a query of `E`, where TypeScript knows its value as `T`. */
type KindAt<E, K, T> =
  E extends Annotated<infer B, infer A, infer X>
    ? K extends keyof X
      ? KindOfExpression<X[K], T>
      : K extends keyof A
        ? KindOfColumn<A[K], T>
        : KindOfShape<ShapeOf<B>, K, T>
    : KindOfShape<ShapeOf<E>, K, T>;
type KindOfShape<S, K, T> = K extends keyof S ? KindOfColumn<S[K], T> : KindOfValue<T>;
type KindOfColumn<C, T> = C extends AnyColumn ? KindOf<C> : KindOfValue<T>;

/** Rows of a model stay rows of that model, with its relations; others are known by their properties. */
export type SourceOf<E, Row> = [Row] extends [EntityIn<E>] ? E : PlainSource<E, Row>;
/** `E` with the rows of a lateral join beside each of its own: a relation to one row of no model. */
export type Beside<E, N extends string, R, Q> =
  E extends Annotated<infer B, infer A>
    ? Annotated<B, A & { readonly [K in N]: () => HasOne<BesideModel<R, Q>> }>
    : Annotated<E, { readonly [K in N]: () => HasOne<BesideModel<R, Q>> }>;
type BesideModel<R, Q> = abstract new () => Entity<
  string,
  { readonly [K in keyof NonNullable<R>]: Column<NonNullable<R>[K] | Extract<R, null>, KindAt<Q, K, NonNullable<R>[K]>, never> },
  NoOptions
>;
/** Rows of no model, from a query of `E`. */
export type PlainSource<E, Row> = Annotated<PlainRow, { [K in keyof Row]: Column<Row[K], KindAt<E, K, Row[K]>, never> }>;
