/** The expressions directly inside an expression. */
import type { ExpressionNode, RawPart } from "../ast/expression.ts";

const inParts = (parts: readonly RawPart[]): ExpressionNode[] => parts.flatMap(inPart);

const inPart = (part: RawPart): ExpressionNode[] => {
  switch (part.node) {
    case "tableName":
    case "columnName":
    case "identifier":
      return [];
    case "joinedParts":
      return inParts(part.parts);
    default:
      return [part];
  }
};

/**
 * In the order in which they are spelled. Subqueries of any kind have sources of their own and are the caller's business:
 * `exists`, `collectionAggregate`, `subquery` and `existsIn` give nothing here, `inSubquery` only its operand.
 */
export const operandsOf = (node: ExpressionNode): readonly ExpressionNode[] => {
  switch (node.node) {
    case "column":
    case "parameter":
    case "literal":
    case "now":
    case "proposed":
    case "given":
    case "exists":
    case "collectionAggregate":
    case "subquery":
    case "existsIn":
      return [];
    case "logical":
    case "inRows":
      return node.operands;
    case "comparison":
    case "arithmetic":
      return [node.left, node.right];
    case "between":
      return [node.operand, node.low, node.high];
    case "function":
    case "windowFunction":
      return node.arguments;
    case "window":
      return [node.function, ...node.partitionBy, ...node.orderBy.map((term) => term.expression)];
    case "case":
      return [...node.whens, ...node.thens, ...(node.otherwise === null ? [] : [node.otherwise])];
    case "textSearch":
      return [...node.documents, node.query];
    case "aggregate":
      return [node.argument, node.filter].filter((each) => each !== null);
    case "raw":
      return inParts(node.parts);
    default:
      return [node.operand];
  }
};
