/** `Q`: lookups that can be combined with or, and, not. Typed as the lookups it holds, so that `filter` needs neither union nor overload. */
import { ConfigurationError } from "../../base/errors.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import { describe } from "../../types/column-type.ts";

/** Lookups that can be combined: `Q({ age__gt: 65 }).or({ vip: true })`. */
export type Q<L> = L & Combinators;
export interface Combinators {
  or<L extends Combinators, const G extends object>(this: L, other: G): Q<Merge<L, G>>;
  and<L extends Combinators, const G extends object>(this: L, other: G): Q<Merge<L, G>>;
  not<L extends Combinators>(this: L): L;
}
type Merge<A, B> = [A, B] extends [infer X, infer Y]
  ? {
      readonly [K in Exclude<keyof X | keyof Y, keyof Combinators>]:
        | (K extends keyof X ? X[K] : never)
        | (K extends keyof Y ? Y[K] : never);
    }
  : never;

/** What a `Q` holds at run time: lookups that must all match, or a combination of such. */
export type Combination =
  | { readonly combine: "lookups"; readonly lookups: object }
  | { readonly combine: "and" | "or"; readonly operands: readonly Combination[] }
  | { readonly combine: "not"; readonly operand: Combination };

/** The object behind `Q(…)`. Recognised by its private field, so no object from outside can pass for one. */
class Condition {
  readonly #combination: Combination;

  constructor(combination: Combination) {
    this.#combination = combination;
  }

  static of(value: object): Combination | null {
    return #combination in value ? value.#combination : null;
  }

  or(other: object): Condition {
    return new Condition({ combine: "or", operands: [this.#combination, combinationOf(other)] });
  }

  and(other: object): Condition {
    return new Condition({ combine: "and", operands: [this.#combination, combinationOf(other)] });
  }

  not(): Condition {
    return new Condition({ combine: "not", operand: this.#combination });
  }
}

/** Lookups, or a `Q`, as a combination. Throws for anything that is neither. */
export const combinationOf = (value: unknown): Combination => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigurationError("filter(), exclude() and Q() take an object of lookups, as in { age__gte: 18 }. Pass an object, or a Q.");
  }
  const combination = Condition.of(value);
  if (combination !== null) return combination;
  assertLookups(value);
  return { combine: "lookups", lookups: { ...value } };
};

/**
 * Refuses an object without lookups of its own that is something else: a promise that nobody awaited, a Map, an SQL expression. It would mean
 * "every row". `{}` is no lookups, on purpose.
 */
export const assertLookups = (value: object): void => {
  if (Object.keys(value).length > 0) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  const remedy = nodeOf(value) === undefined ? "Pass an object of lookups, as in { age__gte: 18 }." : "Pass SQL expressions to where().";
  const what = nodeOf(value) === undefined ? describe(value) : "an SQL expression";
  throw new ConfigurationError(`filter(), exclude() and Q() were given ${what}, which holds no lookups. ${remedy}`);
};

/** Whether `value` was made by `Q()`. */
export const isQ = (value: object): boolean => Condition.of(value) !== null;

/**
 * Lookups that can be combined with `.or()`, `.and()` and `.not()`, and passed to `filter`, `exclude` and `having`.
 * `.not()` means "does not match": rows where a lookup compares NULL do not match, so they are kept.
 *
 *     filter(Q({ age__gt: 65 }).or({ vip: true }))     // WHERE "age" > ? OR "vip" = ?
 */
export function Q<const L extends object>(lookups: L): Q<L> {
  return new Condition(combinationOf(lookups)) as unknown as Q<L>;
}
