/** The types of SQL expressions as users write them: `user.age.gte(18)`. The objects behind them are made by `ast/expression-builder.ts`. */
import type { Kind } from "../types/column-type.ts";
import type { Sql } from "./sql-tag.ts";

declare const value: unique symbol;

/** Anything SQL can compute, of TypeScript type `T`. */
export interface Expression<out T> {
  readonly [value]: T;
}
/** What an expression of type `T` can be compared with. */
export type Operand<T> = NonNullable<T> | Expression<T | NonNullable<T> | null> | Sql<unknown>;

export interface Condition extends Expression<boolean> {
  and(...conditions: Condition[]): Condition;
  or(...conditions: Condition[]): Condition;
  not(): Condition;
}
export interface Ordering {
  nullsFirst(): Ordering;
  nullsLast(): Ordering;
  readonly direction: "asc" | "desc";
}

export interface EqualExpression<out T> extends Expression<T> {
  eq(value: Operand<T>): Condition;
  ne(value: Operand<T>): Condition;
  in(values: readonly NonNullable<T>[]): Condition;
  notIn(values: readonly NonNullable<T>[]): Condition;
  isNull(): Condition;
  isNotNull(): Condition;
  asc(): Ordering;
  desc(): Ordering;
}
export interface OrderedExpression<out T> extends EqualExpression<T> {
  gt(value: Operand<T>): Condition;
  gte(value: Operand<T>): Condition;
  lt(value: Operand<T>): Condition;
  lte(value: Operand<T>): Condition;
  between(low: Operand<T>, high: Operand<T>): Condition;
}
/** Numbers of all kinds compare with each other. */
type ComparedNumber<T> = Operand<T> | NumberExpression<number | bigint | string | null>;
/** Decimals (strings) are calculated with whole numbers too, exactly; other kinds only with their own. */
type CalculatedNumber<T> = Operand<T> | ([NonNullable<T>] extends [string] ? NumberExpression<number | bigint | null> : never);

export interface NumberExpression<out T> extends OrderedExpression<T> {
  eq(value: ComparedNumber<T>): Condition;
  ne(value: ComparedNumber<T>): Condition;
  gt(value: ComparedNumber<T>): Condition;
  gte(value: ComparedNumber<T>): Condition;
  lt(value: ComparedNumber<T>): Condition;
  lte(value: ComparedNumber<T>): Condition;
  between(low: ComparedNumber<T>, high: ComparedNumber<T>): Condition;
  plus(value: CalculatedNumber<T>): NumberExpression<T>;
  minus(value: CalculatedNumber<T>): NumberExpression<T>;
  times(value: CalculatedNumber<T>): NumberExpression<T>;
  dividedBy(value: CalculatedNumber<T>): NumberExpression<T>;
}
export interface TextExpression<out T> extends OrderedExpression<T> {
  like(pattern: string): Condition;
  ilike(pattern: string): Condition;
  contains(part: string): Condition;
  icontains(part: string): Condition;
  startsWith(part: string): Condition;
  istartsWith(part: string): Condition;
  endsWith(part: string): Condition;
  iendsWith(part: string): Condition;
  matches(pattern: RegExp | string): Condition;
  lower(): TextExpression<T>;
  upper(): TextExpression<T>;
  length(): NumberExpression<number>;
}
export interface DateExpression<out T> extends OrderedExpression<T> {
  year(): NumberExpression<number>;
  month(): NumberExpression<number>;
  day(): NumberExpression<number>;
}
export interface JsonExpression<out T> extends EqualExpression<T> {
  /** A value inside the JSON document. */
  at<K extends keyof NonNullable<T> & string>(key: K): JsonExpressionOf<NonNullable<T>[K]>;
}
export type JsonExpressionOf<T> = [NonNullable<T>] extends [string]
  ? TextExpression<T>
  : [NonNullable<T>] extends [number]
    ? NumberExpression<T>
    : JsonExpression<T>;

interface ByKind<T> {
  int: NumberExpression<T>;
  bigint: NumberExpression<T>;
  float: NumberExpression<T>;
  decimal: NumberExpression<T>;
  text: TextExpression<T>;
  bool: EqualExpression<T>;
  uuid: EqualExpression<T>;
  timestamp: DateExpression<T>;
  date: DateExpression<T>;
  time: OrderedExpression<T>;
  json: JsonExpression<T>;
  bytes: EqualExpression<T>;
  array: EqualExpression<T>;
}
/** The expression that a column of kind `K` is. */
export type ExpressionOfKind<T, K extends Kind> = ByKind<T>[K];
