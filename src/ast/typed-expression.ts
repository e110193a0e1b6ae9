/** The types of SQL expressions as users write them: `user.age.gte(18)`. The objects behind them are made by `ast/expression-builder.ts`. */
import type { Kind } from "../types/column-type.ts";
import type { DateUnit } from "./operator.ts";
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

declare const rows: unique symbol;
/** A query of one column, as `subquery()` makes it: its one value where an expression stands, all of its values for `in()`. */
export interface Subquery<out T> {
  readonly [rows]: T;
}

export interface EqualExpression<out T> extends Expression<T> {
  eq(value: Operand<T>): Condition;
  ne(value: Operand<T>): Condition;
  in(values: readonly NonNullable<T>[] | Subquery<T | NonNullable<T> | null>): Condition;
  /** No value of the list, or of the query; NULLs among the query's are passed over. */
  notIn(values: readonly NonNullable<T>[] | Subquery<T | NonNullable<T> | null>): Condition;
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
  abs(): NumberExpression<T>;
  /** To so many digits behind the point, 0 unless given; halves go away from zero. */
  round(digits?: number): NumberExpression<T>;
  floor(): NumberExpression<T>;
  ceil(): NumberExpression<T>;
  /** The whole number before the point. */
  toInt(): NumberExpression<number | NullOf<T>>;
  toFloat(): NumberExpression<number | NullOf<T>>;
  /** The digits of a whole number or a decimal. Throws for a floating-point number, which databases write in different ways. */
  toText(): TextExpression<string | NullOf<T>>;
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
  /** Without spaces at both ends. */
  trim(): TextExpression<string | NullOf<T>>;
  /** Part of the text; the first character is number 1, as in SQL. */
  substring(start: number, length?: number): TextExpression<string | NullOf<T>>;
  /** Every `search` replaced, as it is: neither is a pattern. */
  replace(search: Operand<string>, replacement: Operand<string>): TextExpression<string | NullOf<T>>;
}
export interface DateExpression<out T> extends OrderedExpression<T> {
  year(): NumberExpression<number>;
  month(): NumberExpression<number>;
  day(): NumberExpression<number>;
  hour(): NumberExpression<number | NullOf<T>>;
  minute(): NumberExpression<number | NullOf<T>>;
  second(): NumberExpression<number | NullOf<T>>;
  /** 1 is Sunday, 7 is Saturday. */
  weekDay(): NumberExpression<number | NullOf<T>>;
  /** The start (UTC) of its year, month, week (a Monday), day, hour or minute. A day has no hours. */
  truncate(unit: DateUnit): DateExpression<T>;
  /** The calendar day (UTC). */
  toDate(): DateExpression<string | NullOf<T>>;
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

type NullOf<T> = T extends null ? null : never;

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

/** The expression of a value that TypeScript knows as `T`. */
export type ExpressionOfValue<T> = [NonNullable<T>] extends [number] | [bigint]
  ? NumberExpression<T>
  : [NonNullable<T>] extends [string]
    ? TextExpression<T>
    : [NonNullable<T>] extends [boolean]
      ? EqualExpression<T>
      : [NonNullable<T>] extends [Date]
        ? DateExpression<T>
        : [NonNullable<T>] extends [Uint8Array]
          ? EqualExpression<T>
          : JsonExpression<T>;

/** What a value or an expression gives. */
export type ValueOf<X> = X extends Expression<infer T> ? T : X extends Sql<infer T> ? T : X;

/** An expression of the kind that `X` is of, with values of type `T`: a decimal is a number although its value is a string. */
export type Retyped<X, T> =
  X extends NumberExpression<unknown>
    ? NumberExpression<T>
    : X extends TextExpression<unknown>
      ? TextExpression<T>
      : X extends DateExpression<unknown>
        ? DateExpression<T>
        : X extends JsonExpression<unknown>
          ? JsonExpression<T>
          : X extends OrderedExpression<unknown>
            ? OrderedExpression<T>
            : X extends EqualExpression<unknown>
              ? EqualExpression<T>
              : ExpressionOfValue<T>;
