/** A plan as lines for people: steps below others are indented, estimates and what happened behind each. */
import type { ExplainedPlan, PlanNode } from "./explained-plan.ts";

const numbers = ({ estimated, actual }: PlanNode): string => {
  const expected =
    estimated === null
      ? ""
      : `  (cost=${estimated.startupCost.toFixed(2)}..${estimated.totalCost.toFixed(2)} rows=${estimated.rows} width=${estimated.width})`;
  if (actual === null) return expected;
  const { startupMs, totalMs, rows, loops } = actual;
  return `${expected} (actual time=${startupMs.toFixed(3)}..${totalMs.toFixed(3)} rows=${rows} loops=${loops})`;
};

const headOf = (node: PlanNode): string => {
  const { kind, schema, table, alias, index, facts } = node;
  if (typeof facts["detail"] === "string") return facts["detail"];
  const relation =
    table === null ? "" : ` on ${schema === null ? "" : `${schema}.`}${table}${alias === null || alias === table ? "" : ` ${alias}`}`;
  const join = typeof facts["Join Type"] === "string" && facts["Join Type"] !== "Inner" ? ` (${facts["Join Type"]})` : "";
  return `${kind}${join}${index === null ? "" : ` using ${index}`}${relation}${numbers(node)}`;
};

/** What is worth a line of its own below a step. */
const shown = ["Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "Sort Key", "Sort Method", "Group Key"];

const linesOf = (node: PlanNode, depth: number): string[] => {
  const indent = "  ".repeat(depth);
  const below = shown
    .filter((name) => node.facts[name] !== undefined)
    .map((name) => `${indent}    ${name}: ${[node.facts[name]].flat().map(String).join(", ")}`);
  return [`${indent}${headOf(node)}`, ...below, ...node.children.flatMap((child) => linesOf(child, depth + 1))];
};

export const planText = ({ nodes, planningMs, executionMs }: Omit<ExplainedPlan, "hints">): string =>
  [
    ...nodes.flatMap((node) => linesOf(node, 0)),
    ...(planningMs === null ? [] : [`Planning Time: ${planningMs.toFixed(3)} ms`]),
    ...(executionMs === null ? [] : [`Execution Time: ${executionMs.toFixed(3)} ms`]),
  ].join("\n");
