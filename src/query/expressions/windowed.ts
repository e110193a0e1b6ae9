/** What is computed over windows is known when a query's rows are: only a query around it may test it. */
import { ConfigurationError } from "../../base/errors.ts";
import type { ExpressionNode } from "../../ast/expression.ts";
import { walk } from "../../ast/walk.ts";

/** Whether a window is part of an expression, its subqueries aside. */
export const holdsWindow = (root: ExpressionNode): boolean => {
  const ofOthers = new Set<unknown>();
  let found = false;
  walk(root, (node) => {
    if (node.node === "subquery" || node.node === "existsIn" || node.node === "inSubquery")
      walk(node.select, (inner) => void ofOthers.add(inner));
    else if (node.node === "window" && !ofOthers.has(node)) found = true;
  });
  return found;
};

/** Refuses a condition on a window. `what` is the condition, `use` the call. */
export const refuseWindow = (what: string, use: string, model: string): never => {
  throw new ConfigurationError(
    `${use}: ${what} is computed over a window, which is known only when the rows are. ` +
      "Make the query a source, as in from(query.annotate(…)).filter(…).",
    { model },
  );
};
