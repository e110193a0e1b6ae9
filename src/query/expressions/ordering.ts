/** `orderBy("-createdAt", "author.name")`. */
import { ConfigurationError } from "../../base/errors.ts";
import type { OrderingNode } from "../../ast/expression.ts";
import { orderingOf as orderingNodeOf } from "../../ast/ordering.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import type { StepMaker } from "../../engine/plans/shape.ts";
import { describe } from "../../types/column-type.ts";
import type { Draft, Step } from "../draft.ts";
import type { LookupScope } from "../lookups/lookup-scope.ts";

export const addOrdering = (draft: Draft, ordering: OrderingNode): void => {
  draft.orderBy ??= [];
  draft.orderBy.push(ordering);
};

/** One key of `orderBy`; it makes the step of a shape. */
export class OrderMaker implements StepMaker<Step> {
  readonly #ordering: OrderingNode;

  constructor(ordering: OrderingNode) {
    this.#ordering = ordering;
  }

  makeStep(): Step {
    return { parameters: [], apply: (draft) => addOrdering(draft, this.#ordering) };
  }
}

/** What a key such as `"-author.name"` orders by. Throws `ConfigurationError` for an unknown name or a to-many relation. */
export const ordering = (scope: LookupScope, key: unknown): OrderMaker => {
  if (typeof key !== "string")
    throw new ConfigurationError(`orderBy() takes names such as "-createdAt" or a callback, not ${describe(key)}.`);
  const descending = key.startsWith("-");
  const column = scope.column(descending ? key.slice(1) : key, "orderBy()");
  return new OrderMaker({ expression: column.expression, direction: descending ? "desc" : "asc", nulls: null });
};

/** What an `orderBy` callback returned: `row.age.desc().nullsLast()`, or an expression to sort upwards. */
export const orderingOf = (given: unknown): OrderingNode => {
  const node = orderingNodeOf(given);
  if (node !== undefined) return node;
  const expression = nodeOf(given);
  if (expression !== undefined) return { expression, direction: "asc", nulls: null };
  throw new ConfigurationError(
    `The callback of orderBy() returns an order such as (row) => row.age.desc(); it returned ${describe(given)}.`,
  );
};

/** The other way round, for `last()`. NULLs change sides too. */
export const reversed = ({ expression, direction, nulls }: OrderingNode): OrderingNode => ({
  expression,
  direction: direction === "asc" ? "desc" : "asc",
  nulls: nulls === null ? null : nulls === "first" ? "last" : "first",
});
