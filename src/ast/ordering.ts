/** The objects behind `Ordering`: `user.name.asc()`. */
import type { OrderingNode } from "./expression.ts";
import type { Ordering } from "./typed-expression.ts";

export class BuiltOrdering {
  readonly #node: OrderingNode;

  constructor(node: OrderingNode) {
    this.#node = Object.freeze(node);
  }

  static nodeOf(value: unknown): OrderingNode | undefined {
    return typeof value === "object" && value !== null && #node in value ? value.#node : undefined;
  }

  get direction(): "asc" | "desc" {
    return this.#node.direction;
  }
  nullsFirst(): BuiltOrdering {
    return new BuiltOrdering({ ...this.#node, nulls: "first" });
  }
  nullsLast(): BuiltOrdering {
    return new BuiltOrdering({ ...this.#node, nulls: "last" });
  }
}

/** The term of ORDER BY behind `user.name.asc()`; `undefined` for anything else. */
export const orderingOf = (value: unknown): OrderingNode | undefined => BuiltOrdering.nodeOf(value);

/** `user.name.asc()` from a node. */
export const ordering = (node: OrderingNode): Ordering => new BuiltOrdering(node);
