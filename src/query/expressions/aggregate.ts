/** Aggregates by name: `annotate({ postCount: count("posts") })`, and the types of what they give. */
import { ConfigurationError } from "../../base/errors.ts";
import { aggregateWhere } from "../../ast/aggregate-where.ts";
import { conditionNode, expression, overWindow } from "../../ast/expression-builder.ts";
import type { AggregateNode, ExpressionNode } from "../../ast/expression.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import { nodeType } from "../../ast/node-type.ts";
import type { AggregateName } from "../../ast/operator.ts";
import type { Sql } from "../../ast/sql-tag.ts";
import type { Condition, DateExpression, Expression, NumberExpression, Retyped, ValueOf } from "../../ast/typed-expression.ts";
import type { Column, KindOf, TypeOf } from "../../schema/columns/column.ts";
import type { ShapeOf } from "../../schema/entity.ts";
import type { Annotated, Scope } from "../../schema/scope.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType, Kind } from "../../types/column-type.ts";
import { comparable } from "../lookups/lookup-scope.ts";
import type { Over } from "./window-functions.ts";
import type { ColumnAt, ColumnPath, NumberPath, RelationPath } from "../lookups/paths.ts";

const whole: ColumnType = { kind: "int" };
const float: ColumnType = { kind: "float" };

const resultType = (name: AggregateName, argument: ColumnType | null): ColumnType => {
  if (name === "count") return whole;
  // What only the database knows the type of (`sql`) is taken for a number, as in any other sum.
  return name === "avg" || argument === null ? float : comparable(argument);
};

/** Without an argument: of rows. */
export const aggregateNode = (name: AggregateName, argument: ExpressionNode | null, distinct: boolean): AggregateNode =>
  Object.freeze({
    node: "aggregate",
    name,
    argument,
    distinct,
    filter: null,
    type: resultType(name, argument === null ? null : nodeType(argument)),
  });

export const summable: readonly Kind[] = ["int", "bigint", "float", "decimal"];

const aggregateOf = (name: AggregateName, given: unknown, distinct: boolean): Expression<unknown> => {
  const argument = nodeOf(given);
  if (argument === undefined) {
    throw new ConfigurationError(
      `${name}() takes a name such as ${name}("posts.views"), or an expression such as post.views, not ${describe(given)}.`,
    );
  }
  const kind = nodeType(argument)?.kind;
  if ((name === "sum" || name === "avg") && kind !== undefined && !summable.includes(kind))
    throw new ConfigurationError(`${name}() needs numbers, and was given something of kind ${kind}.`);
  const node = aggregateNode(name, argument, distinct);
  return expression(node, node.type, name !== "count");
};

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

  /** Every row of the window: `count().over(…)`. */
  over(window?: unknown): unknown {
    if (this.path === "*") return overWindow(aggregateNode(this.name, null, this.#distinct), whole, false, window);
    throw new ConfigurationError(
      `${this.name}("${this.path}").over(): a window is computed from expressions. Write ${this.name}(row.${this.path}).over(…) in annotate((row) => …).`,
    );
  }

  /** Of the rows that meet a condition: `count().where(post.views.gt(10))`. */
  where(condition: unknown): unknown {
    if (this.path === "*") {
      const node = aggregateWhere(aggregateNode(this.name, null, this.#distinct), conditionNode(condition, "where()"));
      return expression(node, whole, false);
    }
    throw new ConfigurationError(
      `${this.name}("${this.path}").where(): the condition needs the row that a callback gets. Write ${this.name}(row.${this.path}).where(…) in annotate((row) => …).`,
    );
  }

  /** Name, path and distinctness, or `null` for anything that the functions below did not make. */
  static of(value: unknown): { readonly name: AggregateName; readonly path: string; readonly distinct: boolean } | null {
    if (typeof value !== "object" || value === null || !(#distinct in value)) return null;
    return { name: value.name, path: value.path, distinct: value.#distinct };
  }
}

const made = (name: AggregateName, given: unknown, distinct = false): never =>
  // The declared type of the calling function says which of the two it is.
  (typeof given === "string" ? new AggregateCall(name, given, distinct) : aggregateOf(name, given, distinct)) as never;

/** An aggregate of an expression: of the rows of a group or of a subquery, or with `over()` of the rows beside each row. */
export type AggregateOf<X, T> = Retyped<X, T | null> & Over<Retyped<X, T>, Retyped<X, T | null>> & Where<Retyped<X, T | null>>;
type Mean<X> = NumberExpression<number | null> &
  Over<NumberExpression<number | NullOf<ValueOf<X>>>, NumberExpression<number | null>> &
  Where<NumberExpression<number | null>>;
/** An aggregate that can be of some rows only. */
export interface Where<out Value> {
  /**
   * Only the rows that meet a condition: several aggregates of one group can each have their own.
   *
   *     groupBy("authorId").annotate((post) => ({ popular: count().where(post.views.gt(1000)), total: count() }))
   *     // count(*) FILTER (WHERE "views" > $1)
   */
  where(condition: Condition | Sql<unknown>): Value & Over<Value>;
}
type NullOf<T> = T extends null ? null : never;
/** A count, which is never NULL. */
export interface CountExpression extends NumberExpression<number>, Over<NumberExpression<number>>, Where<NumberExpression<number>> {}

/** How many rows: `count()` of this model, `count("posts")` of a relation, `count("age")` or `count(user.age)` of values that are not NULL. */
export function count(): Aggregate<"count", never> & Over<NumberExpression<number>> & Where<NumberExpression<number>>;
export function count<const P extends string>(path: P, options?: { readonly distinct?: boolean }): Aggregate<"count", P>;
export function count(value: Expression<unknown>, options?: { readonly distinct?: boolean }): CountExpression;
export function count(given: unknown = "*", options: { readonly distinct?: boolean } = {}): unknown {
  return made("count", given, options.distinct ?? false);
}

/** The sum of a number column here, behind relations (`"posts.views"`), or computed by `annotate()`; `null` without rows. Exact for integers and decimals. */
export function sum<const P extends string>(path: P): Aggregate<"sum", P>;
export function sum<X extends NumberExpression<unknown>>(value: X): AggregateOf<X, ValueOf<X>>;
export function sum(given: unknown): unknown {
  return made("sum", given);
}

/** The mean as a floating-point number; `null` without rows. */
export function avg<const P extends string>(path: P): Aggregate<"avg", P>;
export function avg<X extends NumberExpression<unknown>>(value: X): Mean<X>;
export function avg(given: unknown): unknown {
  return made("avg", given);
}

/** The least value; `null` without rows. */
export function min<const P extends string>(path: P): Aggregate<"min", P>;
export function min<X extends Expression<unknown>>(value: X): AggregateOf<X, ValueOf<X>>;
export function min(given: unknown): unknown {
  return made("min", given);
}

/** The greatest value; `null` without rows. */
export function max<const P extends string>(path: P): Aggregate<"max", P>;
export function max<X extends Expression<unknown>>(value: X): AggregateOf<X, ValueOf<X>>;
export function max(given: unknown): unknown {
  return made("max", given);
}

type CountPath<E> = ColumnPath<E> | RelationPath<E>;
/** `{ posts: count("posts"), newest: max("posts.createdAt") }` */
export interface Annotations<E> {
  readonly [name: string]:
    | Expression<unknown>
    | Sql<unknown>
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
      : X extends Sql<infer T>
        ? Column<T, KindOfValue<T>, never>
        : never;
// What can be calculated with is a number, whatever its type in TypeScript: decimals are strings.
export type KindOfExpression<X, T> =
  X extends NumberExpression<unknown>
    ? [NonNullable<T>] extends [string]
      ? "decimal"
      : KindOfValue<T>
    : X extends DateExpression<unknown>
      ? [NonNullable<T>] extends [string]
        ? "date"
        : KindOfValue<T>
      : KindOfValue<T>;
export type KindOfValue<T> = [NonNullable<T>] extends [number]
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
