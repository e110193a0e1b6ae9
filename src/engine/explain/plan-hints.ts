/** What could be better about a plan: rules over its nodes, each with the number from which on it speaks. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { comparedColumns, indexFor, whereOf } from "./compared-columns.ts";
import { eachNode } from "./explained-plan.ts";
import type { PlanHint, PlanNode, UnjudgedPlan } from "./explained-plan.ts";

export interface HintThresholds {
  /** From how many rows on reading a whole table is worth a word: 10,000 unless said. Without `analyze` the plan's cost stands for them, 0.02 a row. SQLite's plans have no numbers: there every scan counts. */
  readonly scanRows?: number | undefined;
  /** The share of the read rows that a condition may keep for an index to be worth it, with `analyze`: 0.1 unless said. */
  readonly keptShare?: number | undefined;
  /** How many times more or fewer rows than expected are far off: 10 unless said. */
  readonly estimateFactor?: number | undefined;
  /** From how many rows on, expected or real, estimates are judged: 100 unless said. */
  readonly estimateRows?: number | undefined;
}

type Thresholds = { readonly [K in keyof HintThresholds]-?: number };

const usual: Thresholds = { scanRows: 10_000, keptShare: 0.1, estimateFactor: 10, estimateRows: 100 };
/** What reading a row of usual width costs by PostgreSQL's usual constants. */
const costPerRow = 0.02;

const thresholdsOf = (given: HintThresholds): Thresholds => {
  const known = Object.keys(usual);
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) throw new ConfigurationError(`explainHints() has no threshold '${name}'.${didYouMean(name, known)}`);
    if (value !== undefined && !(typeof value === "number" && value >= 0))
      throw new ConfigurationError(`explainHints(): ${name} is a number from 0 on.`);
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...usual, ...said };
};

type Rule = (node: PlanNode, plan: UnjudgedPlan, thresholds: Thresholds) => PlanHint | null;

const count = (rows: number): string => Math.round(rows).toLocaleString("en-US");

const rowsRead = ({ actual, estimated }: PlanNode): number => {
  if (actual !== null) return (actual.rows + actual.removed) * actual.loops;
  return (estimated?.totalCost ?? 0) / costPerRow;
};

const postgresScan: Rule = (node, _plan, { scanRows, keptShare }) => {
  const { actual, filter, table, schema, alias } = node;
  if (node.kind !== "Seq Scan" || table === null || rowsRead(node) < scanRows) return null;
  const size = actual === null ? "many rows" : `${count(rowsRead(node))} rows`;
  const isSelective = actual === null || actual.rows * actual.loops <= keptShare * rowsRead(node);
  const sql = filter === null || !isSelective ? null : indexFor(schema, table, comparedColumns(filter, alias ?? table), true);
  if (sql !== null) {
    const kept = actual === null ? "a condition picks some of them" : `${count(actual.rows * actual.loops)} are kept`;
    return {
      kind: "missingIndex",
      message: `${table} is read as a whole, ${size}, and ${kept}: no index serves the condition.`,
      table,
      sql,
    };
  }
  return { kind: "largeScan", message: `${table} is read as a whole: ${size}.`, table, sql: null };
};

const sqliteScan: Rule = (node, { sql }) => {
  const { table, schema, alias, facts, index, indexCondition } = node;
  if (table === null) return null;
  const detail = String(facts["detail"]);
  if (detail.includes("USING AUTOMATIC")) {
    const equal = [...(indexCondition ?? "").matchAll(/(\w+)=\?/g)].map(([, name]) => name!);
    const add = indexFor(schema, table, { equal, range: [] }, false);
    return { kind: "missingIndex", message: `SQLite makes an index of ${table} for each run of the statement.`, table, sql: add };
  }
  if (node.kind !== "SCAN" || index !== null) return null;
  const add = indexFor(schema, table, comparedColumns(whereOf(sql), alias ?? table), false);
  if (add === null) return null;
  return { kind: "missingIndex", message: `${table} is read as a whole: no index serves the condition.`, table, sql: add };
};

const wrongEstimate: Rule = ({ actual, estimated, kind, table, schema }, _plan, { estimateFactor, estimateRows }) => {
  // A step that was never needed, or that a LIMIT above it stopped, says nothing of the estimate.
  if (actual === null || estimated === null || actual.loops === 0 || table === null) return null;
  const [real, expected] = [Math.max(1, actual.rows), Math.max(1, estimated.rows)];
  if (Math.max(real, expected) < estimateRows || Math.max(real / expected, expected / real) < estimateFactor) return null;
  const named = schema === null ? `"${table}"` : `"${schema}"."${table}"`;
  return {
    kind: "wrongEstimate",
    message: `${kind} on ${table}: ${count(expected)} rows were expected and ${count(actual.rows)} came. The table's statistics are old, or too coarse for this condition.`,
    table,
    sql: `ANALYZE ${named}`,
  };
};

const spill: Rule = ({ facts, kind }) => {
  const kilobytes = facts["Sort Space Type"] === "Disk" ? facts["Sort Space Used"] : facts["Disk Usage"];
  const batches = facts["Hash Batches"];
  const isSpilled = (typeof kilobytes === "number" && kilobytes > 0) || (typeof batches === "number" && batches > 1);
  if (!isSpilled) return null;
  const size = typeof kilobytes === "number" ? `${count(kilobytes)} kB on disk` : `${String(batches)} batches on disk`;
  return {
    kind: "spill",
    message: `${kind} did not fit into work_mem: ${size}. Give the statement more, or fewer rows and columns.`,
    table: null,
    sql: null,
  };
};

const sort: Rule = (node, plan) =>
  node.kind === "USE TEMP B-TREE FOR ORDER BY"
    ? { kind: "sort", message: "The rows are sorted: no index gives them in this order.", table: onlyTable(plan), sql: null }
    : null;

const onlyTable = ({ nodes }: UnjudgedPlan): string | null => {
  const tables = new Set([...eachNode(nodes)].map(({ table }) => table).filter((table) => table !== null));
  return tables.size === 1 ? [...tables][0]! : null;
};

const rules: Readonly<Record<UnjudgedPlan["database"], readonly Rule[]>> = {
  postgres: [postgresScan, wrongEstimate, spill],
  sqlite: [sqliteScan, sort],
};

/** A step below a LIMIT is stopped when there are enough rows: what it would have read nobody knows. */
const isCut = (plan: UnjudgedPlan): ReadonlySet<PlanNode> =>
  new Set([...eachNode(plan.nodes)].filter(({ kind }) => kind === "Limit").flatMap(({ children }) => [...eachNode(children)]));

/**
 * What could be better about a plan, in the order of its steps. `query.explain({ format: "json" })` has asked already, with the usual thresholds.
 *
 *     explainHints(plan, { scanRows: 1000 });
 *     // [{ kind: "missingIndex", table: "posts", sql: 'CREATE INDEX CONCURRENTLY ON "public"."posts" ("author_id")', … }]
 */
export const explainHints = (plan: UnjudgedPlan, given: HintThresholds = {}): PlanHint[] => {
  const thresholds = thresholdsOf(given);
  const cut = isCut(plan);
  const found = new Map<string, PlanHint>();
  for (const node of eachNode(plan.nodes)) {
    for (const rule of rules[plan.database]) {
      const hint = rule === wrongEstimate && cut.has(node) ? null : rule(node, plan, thresholds);
      if (hint !== null) found.set(`${hint.kind} ${hint.message} ${hint.sql}`, hint);
    }
  }
  return [...found.values()];
};
