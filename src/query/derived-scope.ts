/** What may be named of the rows of `from(query)`. */
import type { Column } from "../schema/column.ts";
import type { Entity, NoOptions } from "../schema/entity.ts";
import type { Annotated } from "../schema/scope.ts";
import type { KindOfValue } from "./aggregate.ts";

/** The model of a query, whatever it computes besides. */
export type EntityIn<E> = E extends Annotated<infer B, unknown> ? B : E;

/** Rows of no model: they have computed columns only. */
export type PlainRow = Entity<string, NoColumns, NoOptions>;
export interface NoColumns {}

/** Rows of a model stay rows of that model, with its relations; others are known by their properties. */
export type SourceOf<E, Row> = [E] extends [never] ? PlainSource<Row> : [Row] extends [EntityIn<E>] ? E : PlainSource<Row>;
type PlainSource<Row> = Annotated<PlainRow, { [K in keyof Row]: Column<Row[K], KindOfValue<Row[K]>, never> }>;
