/** SQL functions of several values that are equals: `coalesce(user.nickname, user.name)`. Functions of one value are its methods. */
import { ConfigurationError } from "../../base/errors.ts";
import { expression } from "../../ast/expression-builder.ts";
import type { ExpressionNode } from "../../ast/expression.ts";
import type { FunctionName } from "../../ast/operator.ts";
import type { Sql } from "../../ast/sql-tag.ts";
import type { Expression, ExpressionOfValue, Retyped, TextExpression, ValueOf } from "../../ast/typed-expression.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { operandOf, sameType } from "./same-type.ts";
import type { SameType } from "./same-type.ts";

/** A value that a database column may hold. */
export type Scalar = string | number | bigint | boolean | Date;
/** A value, or something that gives one. */
export type Given = Scalar | null | Expression<unknown> | Sql<unknown>;

/** The first of them that says of what kind all are. */
export type Leading<V extends readonly unknown[]> = V extends readonly [infer H, ...infer R]
  ? H extends Expression<unknown>
    ? H
    : R extends readonly []
      ? H
      : Leading<R>
  : V[number];
type Coalesced<V extends readonly unknown[]> = V extends readonly [infer H, ...infer R]
  ? R extends readonly []
    ? Widened<ValueOf<H>>
    : null extends ValueOf<H>
      ? NonNullable<Widened<ValueOf<H>>> | Coalesced<R>
      : Widened<ValueOf<H>>
  : never;
type Extreme<V extends readonly unknown[]> = Exclude<Widened<ValueOf<V[number]>>, null> | AllNull<V>;
/** `null` where every one of them may be null. */
type AllNull<V extends readonly unknown[]> = V extends readonly [infer H, ...infer R]
  ? null extends ValueOf<H>
    ? AllNull<R>
    : never
  : null;
/** A value written in the call is one of many: `0` is a number. */
export type Widened<T> = T extends number ? number : T extends bigint ? bigint : T extends boolean ? boolean : T;

const call = (name: FunctionName, { operands, type }: SameType, nullable: boolean, use: string): never => {
  if (operands.length < 2) throw new ConfigurationError(`${use} takes two values or more.`);
  const args = Object.freeze(operands.map(({ node }) => node));
  return made({ node: "function", name, arguments: args, type: type ?? { kind: "text" } }, type, nullable);
};

/** The declared type of the calling function says what expression it gives. */
const made = (node: ExpressionNode, type: ColumnType | null, nullable: boolean): never => expression(node, type, nullable) as never;

/**
 * The first of the values that is not NULL.
 *
 *     select((user) => ({ name: coalesce(user.nickname, user.name, "nobody") }))   // coalesce("nickname", "name", $1::text)
 */
export const coalesce = <const V extends readonly [Given, Given, ...Given[]]>(...values: V): Retyped<Leading<V>, Coalesced<V>> => {
  const typed = sameType(values, "coalesce()");
  return call(
    "coalesce",
    typed,
    typed.operands.every(({ nullable }) => nullable),
    "coalesce()",
  );
};

/** The value, or NULL where it equals `other`: `nullIf(user.name, "")`. */
export const nullIf = <X extends Expression<unknown>, const V extends Given>(value: X, other: V): Retyped<X, ValueOf<X> | null> =>
  call("nullif", sameType([value, other], "nullIf()"), true, "nullIf()");

/** The greatest of the values; NULLs are passed over. */
export const greatest = <const V extends readonly [Given, Given, ...Given[]]>(...values: V): Retyped<Leading<V>, Extreme<V>> => {
  const typed = sameType(values, "greatest()");
  return call(
    "greatest",
    typed,
    typed.operands.every(({ nullable }) => nullable),
    "greatest()",
  );
};

/** The least of the values; NULLs are passed over. */
export const least = <const V extends readonly [Given, Given, ...Given[]]>(...values: V): Retyped<Leading<V>, Extreme<V>> => {
  const typed = sameType(values, "least()");
  return call(
    "least",
    typed,
    typed.operands.every(({ nullable }) => nullable),
    "least()",
  );
};

/** Texts one after another; a NULL among them counts as no text. Numbers become text by `toText()`. */
export const concat = (...texts: readonly (string | TextExpression<string | null> | Sql<unknown>)[]): TextExpression<string> => {
  const typed = sameType(texts, "concat()");
  if (typed.type !== null && typed.type.kind !== "text")
    throw new ConfigurationError(`concat() joins texts, and was given something of kind ${typed.type.kind}. Use toText().`);
  return call("concat", { ...typed, type: { kind: "text" } }, false, "concat()");
};

/**
 * A value as an expression of its own, bound like any other: a column of constants, or the start of a calculation.
 *
 *     select((user) => ({ name: user.name, source: value("users") }))
 */
export const value = <T extends Scalar>(given: T): ExpressionOfValue<T extends string ? string : Widened<T>> => {
  const { node, type } = operandOf(given, "value()");
  if (node.node !== "parameter") throw new ConfigurationError("value() takes a value: a text, a number, a boolean or a date.");
  return made(node, type, false);
};
