/**
 * The one way into an expression from outside: an object that privately holds a node.
 * Recognised by its private field, which no JSON, no forged object and no other copy of a class can have.
 */
import type { ExpressionNode } from "./expression.ts";

/** Parent of everything users hold that stands for a node. */
export class NodeHolder {
  readonly #node: ExpressionNode;

  constructor(node: ExpressionNode) {
    this.#node = node;
  }

  static nodeOf(value: unknown): ExpressionNode | undefined {
    return typeof value === "object" && value !== null && #node in value ? value.#node : undefined;
  }
}

/** The node behind an expression, a condition or a piece of `sql`; `undefined` for anything else. */
export const nodeOf = (value: unknown): ExpressionNode | undefined => NodeHolder.nodeOf(value);
