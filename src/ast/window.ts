/** `over({ partitionBy, orderBy, rows })`: which rows a window function sees, and in which order. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { describe } from "../types/column-type.ts";
import type { ExpressionNode, OrderingNode, WindowNode } from "./expression.ts";
import { nodeOf } from "./node-holder.ts";
import { orderingOf } from "./ordering.ts";
import type { FrameBound, FrameClause } from "./select.ts";
import type { Expression, Ordering } from "./typed-expression.ts";

type OneOrMany<T> = T | readonly T[];

/** The rows of a window: all, or those that are equal in `partitionBy`; up to the present one (and its equals) where they have an order. */
export interface Window {
  readonly partitionBy?: OneOrMany<Expression<unknown>>;
  readonly orderBy?: OneOrMany<Ordering | Expression<unknown>>;
}

/** Both ends of a frame: rows from the present one (`-2`: two before it, `0`: itself, `1`: the one after it), or `"start"` and `"end"` of them all. */
export type Frame<B extends FrameBound = FrameBound> = readonly [from: Exclude<B, "end">, to: Exclude<B, "start">];

/** A window of the rows around the present one. It may be empty, so what is computed over it may be NULL. */
export type FramedWindow = Window &
  ({ readonly rows: Frame } | { readonly groups: Frame } | { readonly range: Frame<0 | "start" | "end"> });

const units = ["rows", "range", "groups"] as const;
const known: readonly string[] = ["partitionBy", "orderBy", ...units];

const list = (given: unknown): readonly unknown[] => (given === undefined ? [] : Array.isArray(given) ? (given as unknown[]) : [given]);

const partition = (given: unknown): ExpressionNode => {
  const node = nodeOf(given);
  if (node !== undefined) return node;
  throw new ConfigurationError(`over(): partitionBy takes expressions such as post.authorId, not ${describe(given)}.`);
};

const term = (given: unknown): OrderingNode => {
  const ordering = orderingOf(given);
  if (ordering !== undefined) return ordering;
  const expression = nodeOf(given);
  if (expression !== undefined) return Object.freeze({ expression, direction: "asc", nulls: null });
  throw new ConfigurationError(`over(): orderBy takes orders such as post.views.desc(), not ${describe(given)}.`);
};

const isBound = (bound: unknown, unit: string): bound is FrameBound =>
  bound === "start" || bound === "end" || bound === 0 || (unit !== "range" && Number.isSafeInteger(bound));

const place = (bound: FrameBound): number => (bound === "start" ? -Infinity : bound === "end" ? Infinity : bound);

const frameOf = (unit: FrameClause["unit"], given: unknown): FrameClause => {
  const [from, to, ...more] = Array.isArray(given) ? (given as unknown[]) : [];
  const fits =
    isBound(from, unit) && isBound(to, unit) && more.length === 0 && from !== "end" && to !== "start" && place(from) <= place(to);
  if (fits) return Object.freeze({ unit, from, to });
  const numbers = unit === "range" ? "0" : "whole numbers";
  throw new ConfigurationError(`over(): ${unit} takes [from, to]: "start", ${numbers} and "end", the earlier one first, as in [-2, 0].`);
};

const frame = (window: object): FrameClause | null => {
  const given = units.filter((unit) => (window as Record<string, unknown>)[unit] !== undefined);
  const [unit, ...more] = given;
  if (unit === undefined) return null;
  if (more.length > 0) throw new ConfigurationError(`over() takes one frame, not both ${given.join(" and ")}.`);
  if (unit === "groups" && list((window as Window).orderBy).length === 0)
    throw new ConfigurationError("over(): groups are rows that are equal in orderBy, which is missing. Add it, or use rows.");
  return frameOf(unit, (window as Record<string, unknown>)[unit]);
};

/** Throws `ConfigurationError` for anything that is no window. */
export const windowOf = (given: unknown = {}): Pick<WindowNode, "partitionBy" | "orderBy" | "frame"> => {
  if (typeof given !== "object" || given === null || Array.isArray(given) || nodeOf(given) !== undefined)
    throw new ConfigurationError(`over() takes an object such as { partitionBy: post.authorId }, not ${describe(given)}.`);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new ConfigurationError(`over() has no option '${unknown}'.${didYouMean(unknown, known)}`);
  const window: Window = given;
  return {
    partitionBy: Object.freeze(list(window.partitionBy).map(partition)),
    orderBy: Object.freeze(list(window.orderBy).map(term)),
    frame: frame(given),
  };
};
