/** What may be named of the rows of `from(query)`. */
import type { Column } from "../schema/column.ts";
import type { Entity, NoOptions } from "../schema/entity.ts";
import type { HasOne } from "../schema/relation.ts";
import type { Annotated } from "../schema/scope.ts";
import type { KindOfValue } from "./aggregate.ts";

/** The model of a query, whatever it computes besides. */
export type EntityIn<E> = E extends Annotated<infer B, unknown> ? B : E;

/** Rows of no model: they have computed columns only. */
export type PlainRow = Entity<string, NoColumns, NoOptions>;
export interface NoColumns {}

/** Rows of a model stay rows of that model, with its relations; others are known by their properties. */
export type SourceOf<E, Row> = [E] extends [never] ? PlainSource<Row> : [Row] extends [EntityIn<E>] ? E : PlainSource<Row>;
/** `E` with the rows of a lateral join beside each of its own: a relation to one row of no model. */
export type Beside<E, N extends string, R> =
  E extends Annotated<infer B, infer A>
    ? Annotated<B, A & { readonly [K in N]: () => HasOne<BesideModel<R>> }>
    : Annotated<E, { readonly [K in N]: () => HasOne<BesideModel<R>> }>;
type BesideModel<R> = abstract new () => Entity<
  string,
  { readonly [K in keyof NonNullable<R>]: Column<NonNullable<R>[K] | Extract<R, null>, KindOfValue<NonNullable<R>[K]>, never> },
  NoOptions
>;
type PlainSource<Row> = Annotated<PlainRow, { [K in keyof Row]: Column<Row[K], KindOfValue<Row[K]>, never> }>;
