/** The answer of PostgreSQL's `EXPLAIN (FORMAT JSON)` as nodes. */
import type { PlanNode, UnjudgedPlan } from "./explained-plan.ts";

type Facts = Readonly<Record<string, unknown>>;

const numberOf = (facts: Facts, name: string): number => {
  const given = facts[name];
  return typeof given === "number" ? given : 0;
};
const textOf = (facts: Facts, name: string): string | null => {
  const given = facts[name];
  return typeof given === "string" ? given : null;
};

const actualOf = (facts: Facts): PlanNode["actual"] =>
  facts["Actual Loops"] === undefined
    ? null
    : {
        rows: numberOf(facts, "Actual Rows"),
        removed: numberOf(facts, "Rows Removed by Filter") + numberOf(facts, "Rows Removed by Join Filter"),
        loops: numberOf(facts, "Actual Loops"),
        startupMs: numberOf(facts, "Actual Startup Time"),
        totalMs: numberOf(facts, "Actual Total Time"),
      };

const buffersOf = (facts: Facts): PlanNode["buffers"] =>
  facts["Shared Hit Blocks"] === undefined
    ? null
    : {
        hit: numberOf(facts, "Shared Hit Blocks"),
        read: numberOf(facts, "Shared Read Blocks"),
        written: numberOf(facts, "Shared Written Blocks"),
        temporaryRead: numberOf(facts, "Temp Read Blocks"),
        temporaryWritten: numberOf(facts, "Temp Written Blocks"),
      };

const nodeOf = (given: Facts): PlanNode => {
  const { Plans: below = [], ...facts } = given;
  return {
    kind: textOf(facts, "Node Type") ?? "",
    schema: textOf(facts, "Schema"),
    table: textOf(facts, "Relation Name"),
    alias: textOf(facts, "Alias"),
    index: textOf(facts, "Index Name"),
    indexCondition: textOf(facts, "Index Cond") ?? textOf(facts, "Recheck Cond"),
    filter: textOf(facts, "Filter"),
    estimated: {
      rows: numberOf(facts, "Plan Rows"),
      width: numberOf(facts, "Plan Width"),
      startupCost: numberOf(facts, "Startup Cost"),
      totalCost: numberOf(facts, "Total Cost"),
    },
    actual: actualOf(facts),
    buffers: buffersOf(facts),
    facts,
    children: (below as readonly Facts[]).map(nodeOf),
  };
};

/** `answer`: what the only row holds, as text or read already. */
export const postgresPlan = (sql: string, answer: unknown): UnjudgedPlan => {
  const [said = {}] = (typeof answer === "string" ? JSON.parse(answer) : answer) as readonly Facts[];
  const isAnalyzed = said["Execution Time"] !== undefined;
  return {
    database: "postgres",
    sql,
    nodes: said["Plan"] === undefined ? [] : [nodeOf(said["Plan"] as Facts)],
    planningMs: isAnalyzed ? numberOf(said, "Planning Time") : null,
    executionMs: isAnalyzed ? numberOf(said, "Execution Time") : null,
  };
};
