/** `when(condition, value).when(condition, value).otherwise(value)`: CASE. */
import { conditionNode, expression } from "../../ast/expression-builder.ts";
import type { ExpressionNode } from "../../ast/expression.ts";
import type { Condition, Retyped, ValueOf } from "../../ast/typed-expression.ts";
import type { Given } from "./functions.ts";
import { sameType } from "./same-type.ts";

/** A CASE that lacks its end. `X` says of what kind its values are, `T` is the union of what its branches give. */
export interface Case<X, T> {
  /** What the value is where this condition holds, and none before it does. */
  when<const V extends Given>(condition: Condition, value: V): Case<X extends null ? V : X, T | ValueOf<V>>;
  /** What the value is where no condition holds; `null` for NULL. */
  otherwise<const V extends Given>(value: V): Retyped<X extends null ? V : X, T | ValueOf<V>>;
}

class Branches {
  readonly #whens: readonly ExpressionNode[];
  readonly #values: readonly unknown[];

  constructor(whens: readonly ExpressionNode[], values: readonly unknown[]) {
    this.#whens = whens;
    this.#values = values;
  }

  when(condition: unknown, value: unknown): Branches {
    return new Branches([...this.#whens, conditionNode(condition, "when()")], [...this.#values, value]);
  }

  otherwise(value: unknown): unknown {
    const { operands, type } = sameType([...this.#values, value], "when()");
    const last = operands.at(-1)!.node;
    const node: ExpressionNode = {
      node: "case",
      whens: Object.freeze(this.#whens),
      thens: Object.freeze(operands.slice(0, -1).map((operand) => operand.node)),
      otherwise: last.node === "literal" && last.value === null ? null : last,
      type,
    };
    return expression(
      node,
      type,
      operands.some(({ nullable }) => nullable),
    );
  }
}

/**
 * A value chosen by conditions, the first that holds. Its type is the union of what the branches give.
 *
 *     select((user) => ({ group: when(user.age.lt(18), "young").when(user.age.lt(65), "grown").otherwise("old") }))
 *     // CASE WHEN "age" < $1 THEN $2::text WHEN "age" < $3 THEN $4::text ELSE $5::text END
 */
export const when = <const V extends Given>(condition: Condition, value: V): Case<V, ValueOf<V>> =>
  new Branches([], []).when(condition, value) as unknown as Case<V, ValueOf<V>>;
