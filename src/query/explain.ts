/** How a database means to run a query, as text or as data. */
import { ConfigurationError } from "../base/errors.ts";
import type { ExplainedPlan } from "../engine/explain/explained-plan.ts";
import { explainedPlan } from "../engine/explain/explain-text.ts";
import type { Plan } from "../engine/plans/plan.ts";
import type { Rows, Runner } from "../engine/run.ts";

/** The plan of `plan`, line by line; steps below others are indented. */
const planText = async (
  runner: Runner,
  plan: Plan,
  values: readonly unknown[],
  analyze: boolean,
  signal: AbortSignal | undefined,
): Promise<string> => {
  return textOf(await asked(runner, plan, values, { analyze, format: "text" }, signal));
};

/** The same as data, with hints. */
const planData = async (
  runner: Runner,
  plan: Plan,
  values: readonly unknown[],
  analyze: boolean,
  signal: AbortSignal | undefined,
): Promise<ExplainedPlan> => {
  const { rows } = await asked(runner, plan, values, { analyze, format: "json" }, signal);
  return explainedPlan(runner.dialect.name, plan.sql, rows);
};

type Explainer = typeof planText | typeof planData;

/** Throws `ConfigurationError` for a format that there is not. */
export const explainerOf = (format: "text" | "json"): Explainer => {
  if (format !== "text" && format !== "json") throw new ConfigurationError("explain() got an unknown format. Use 'text' or 'json'.");
  return format === "json" ? planData : planText;
};

const asked = async (
  runner: Runner,
  plan: Plan,
  values: readonly unknown[],
  how: { readonly analyze: boolean; readonly format: "text" | "json" },
  signal: AbortSignal | undefined,
): Promise<Rows> => {
  const sql = runner.dialect.explain(plan.sql, how);
  const asking = { ...plan, sql, bigints: false, batched: false, atMostOne: false, returnsKey: false, wire: null };
  // A write is planned and not run: nobody is told of a change.
  return runner.run(plan.writes.length === 0 ? asking : { ...asking, writes: [], mayWrite: false }, values, signal);
};

/** Throws `ConfigurationError` for an explanation of a write that cannot be had. */
export const assertWriteExplained = (model: string, updates: boolean, deletes: boolean, analyze: boolean): void => {
  if (updates && deletes) throw new ConfigurationError(`explain() of ${model} takes update or delete, not both.`, { model });
  if (!analyze || !(updates || deletes)) return;
  throw new ConfigurationError(
    `explain() of ${model} does not run writes, which analyze would have to. Leave it out, or use engine.explain(text, values, { analyze: true }), which rolls back what it wrote.`,
    { model },
  );
};

/** PostgreSQL gives lines. SQLite gives a tree of steps: number, parent's number, an unused number, and what the step does. */
const textOf = ({ rows, columns }: Rows): string => {
  if (!columns.includes("detail")) return rows.map((row) => String(row[0])).join("\n");
  const depths = new Map<unknown, number>();
  return rows
    .map(([id, parent, , detail]) => {
      const depth = depths.has(parent) ? depths.get(parent)! + 1 : 0;
      depths.set(id, depth);
      return `${"  ".repeat(depth)}${String(detail)}`;
    })
    .join("\n");
};
