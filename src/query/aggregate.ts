/** Aggregates by name: `annotate({ postCount: count("posts") })`, and the types of what they give. */
import type { AggregateName } from "../ast/operator.ts";
import type { DateExpression, Expression, NumberExpression } from "../ast/typed-expression.ts";
import type { Column, KindOf, TypeOf } from "../schema/column.ts";
import type { ShapeOf } from "../schema/entity.ts";
import type { Annotated, Scope } from "../schema/scope.ts";
import type { ColumnAt, ColumnPath, NumberPath, RelationPath } from "./paths.ts";

/** `path` is `"*"` for `count()` without one. */
export interface Aggregate<out N extends AggregateName, out P extends string> {
  readonly name: N;
  readonly path: P;
}

/** The object behind `count("posts")`. */
export class AggregateCall {
  readonly name: AggregateName;
  readonly path: string;
  readonly #distinct: boolean;

  constructor(name: AggregateName, path: string, distinct: boolean) {
    this.name = name;
    this.path = path;
    this.#distinct = distinct;
  }

  /** Name, path and distinctness, or `null` for anything that the functions below did not make. */
  static of(value: unknown): { readonly name: AggregateName; readonly path: string; readonly distinct: boolean } | null {
    if (typeof value !== "object" || value === null || !(#distinct in value)) return null;
    return { name: value.name, path: value.path, distinct: value.#distinct };
  }
}

/** How many rows: `count()` of this model, `count("posts")` of a relation, `count("age")` of values that are not NULL. */
export function count(): Aggregate<"count", never>;
export function count<const P extends string>(path: P, options?: { readonly distinct?: boolean }): Aggregate<"count", P>;
export function count(path = "*", options: { readonly distinct?: boolean } = {}): Aggregate<"count", string> {
  return new AggregateCall("count", path, options.distinct ?? false) as unknown as Aggregate<"count", string>;
}
const named =
  <N extends AggregateName>(name: N) =>
  <const P extends string>(path: P): Aggregate<N, P> =>
    new AggregateCall(name, path, false) as unknown as Aggregate<N, P>;
/** The sum of a number column here, behind relations (`"posts.views"`), or computed by `annotate()`; `null` without rows. Exact for integers and decimals. */
export const sum: <const P extends string>(path: P) => Aggregate<"sum", P> = named("sum");
/** The mean as a floating-point number; `null` without rows. */
export const avg: <const P extends string>(path: P) => Aggregate<"avg", P> = named("avg");
/** The least value; `null` without rows. */
export const min: <const P extends string>(path: P) => Aggregate<"min", P> = named("min");
/** The greatest value; `null` without rows. */
export const max: <const P extends string>(path: P) => Aggregate<"max", P> = named("max");

type CountPath<E> = ColumnPath<E> | RelationPath<E>;
/** `{ posts: count("posts"), newest: max("posts.createdAt") }` */
export interface Annotations<E> {
  readonly [name: string]:
    | Expression<unknown>
    | Aggregate<"count", CountPath<E>>
    | Aggregate<"sum" | "avg", NumberPath<E>>
    | Aggregate<"min" | "max", ColumnPath<E>>;
}
type AggregateColumn<S, X> =
  X extends Expression<infer T>
    ? Column<T, KindOfExpression<X, T>, never>
    : X extends Aggregate<infer N, infer P>
      ? N extends "count"
        ? Column<number, "int", never>
        : N extends "avg"
          ? Column<number | null, "float", never>
          : Column<TypeOf<ColumnAt<S, P>> | null, KindOf<ColumnAt<S, P>>, never>
      : never;
// What can be calculated with is a number, whatever its type in TypeScript: decimals are strings.
type KindOfExpression<X, T> =
  X extends NumberExpression<unknown>
    ? [NonNullable<T>] extends [string]
      ? "decimal"
      : KindOfValue<T>
    : X extends DateExpression<unknown>
      ? [NonNullable<T>] extends [string]
        ? "date"
        : KindOfValue<T>
      : KindOfValue<T>;
type KindOfValue<T> = [NonNullable<T>] extends [number]
  ? "float"
  : [NonNullable<T>] extends [string]
    ? "text"
    : [NonNullable<T>] extends [boolean]
      ? "bool"
      : [NonNullable<T>] extends [Date]
        ? "timestamp"
        : [NonNullable<T>] extends [bigint]
          ? "bigint"
          : "json";
type AnnotationShape<S, A> = { [K in keyof A]: AggregateColumn<S, A[K]> };
/** The properties that annotations `A` add to a row of `E`. */
export type Computed<E, A> = [A] extends [infer X] ? { -readonly [K in keyof X]: TypeOf<AggregateColumn<Scope<E>, X[K]>> } : never;
/** `E` with the annotations `A` in scope. */
export type Annotate<E, A> =
  E extends Annotated<infer B, infer A0> ? Annotated<B, A0 & AnnotationShape<Scope<E>, A>> : Annotated<E, AnnotationShape<ShapeOf<E>, A>>;
