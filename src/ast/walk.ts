/** Visits every node of an expression or statement, parents first, always in the same order for the same structure. */
import type { ExpressionNode, ParameterNode } from "./expression.ts";
import { type AnyNode, type Content, type Field, nodeLayouts, partLayouts, statementLayouts } from "./layout.ts";
import type { Statement } from "./statement.ts";

type Visit = (node: AnyNode) => void;

const walkNode = (node: AnyNode, visit: Visit): void => {
  visit(node);
  walkFields(node, nodeLayouts[node.node], visit);
};
const walkAll = (nodes: readonly AnyNode[], visit: Visit): void => {
  for (const node of nodes) walkNode(node, visit);
};
const walkParts = (parts: readonly object[], layout: readonly Field<never>[], visit: Visit): void => {
  for (const part of parts) walkFields(part, layout, visit);
};
const walkStatement = (statement: Statement, visit: Visit): void => walkFields(statement, statementLayouts[statement.statement], visit);

type Walker = (value: never, visit: Visit) => void;
/** What `layout.ts` calls a content is what the field holds, so each of these gets what it takes. Contents without nodes are left out. */
const walkers: { readonly [C in Content]?: Walker } = {
  one: (node: AnyNode | null, visit) => {
    if (node !== null) walkNode(node, visit);
  },
  many: walkAll,
  rows: (rows: readonly (readonly AnyNode[])[], visit) => {
    for (const row of rows) walkAll(row, visit);
  },
  set: (pairs: readonly (readonly [unknown, AnyNode])[], visit) => {
    for (const [, node] of pairs) walkNode(node, visit);
  },
  items: (items: readonly object[], visit) => walkParts(items, partLayouts.items, visit),
  orderings: (terms: readonly object[], visit) => walkParts(terms, partLayouts.orderings, visit),
  select: walkStatement,
  commonTables: (tables: readonly object[] | undefined, visit) => walkParts(tables ?? [], partLayouts.commonTables, visit),
  laterals: (joins: readonly object[] | undefined, visit) => walkParts(joins ?? [], partLayouts.laterals, visit),
  compound: (parts: readonly object[], visit) => walkParts(parts, partLayouts.compound, visit),
  conflict: (clause: object | null, visit) => {
    if (clause !== null) walkFields(clause, partLayouts.conflict, visit);
  },
};

const walkFields = (owner: object, layout: readonly (readonly [string, Content])[], visit: Visit): void => {
  for (const [name, content] of layout) walkers[content]?.((owner as Readonly<Record<string, never>>)[name]!, visit);
};

/** Calls `visit` with every node, `root` itself included where it is one. */
export const walk = (root: ExpressionNode | Statement, visit: Visit): void =>
  "statement" in root ? walkStatement(root, visit) : walkNode(root, visit);

/** The bound values in the order of `walk`: the same places for expressions with the same `fingerprint`. */
export const parametersOf = (root: ExpressionNode | Statement): ParameterNode[] => {
  const found: ParameterNode[] = [];
  walk(root, (node) => {
    if (node.node === "parameter") found.push(node);
  });
  return found;
};
