/** Aggregates of some rows only: `FILTER (WHERE …)`. And which expressions are made of aggregates at all. */
import { ConfigurationError } from "../base/errors.ts";
import type { AggregateNode, ExpressionNode } from "./expression.ts";
import { walk } from "./walk.ts";

/**
 * Whether an expression is made of aggregates of grouped rows. What a subquery aggregates is a value of each row, and so is what a window does.
 */
export const holdsAggregate = (root: ExpressionNode): boolean => {
  const ofOthers = new Set<unknown>();
  let found = false;
  walk(root, (node) => {
    if (node.node === "collectionAggregate") ofOthers.add(node.aggregate);
    else if (node.node === "window") ofOthers.add(node.function);
    else if (node.node === "subquery" || node.node === "existsIn" || node.node === "inSubquery")
      walk(node.select, (inner) => void ofOthers.add(inner));
    else if (node.node === "aggregate" && !ofOthers.has(node)) found = true;
  });
  return found;
};

/** The aggregate of the rows that meet a condition; of those that it was of, where it has one already. */
export const aggregateWhere = (node: AggregateNode, condition: ExpressionNode): AggregateNode => {
  if (holdsAggregate(condition)) {
    throw new ConfigurationError(
      `where() of ${node.name}() chooses rows before they are aggregated, and was given a condition on an aggregate. Test aggregates with having().`,
    );
  }
  const filter: ExpressionNode =
    node.filter === null
      ? condition
      : Object.freeze({ node: "logical", operator: "and", operands: Object.freeze([node.filter, condition]) });
  return Object.freeze({ ...node, filter });
};
