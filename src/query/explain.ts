/** How a database means to run a query, as text. */
import type { Plan } from "../engine/plan.ts";
import type { Rows, Runner } from "../engine/run.ts";

/** The plan of `plan`, line by line; steps below others are indented. */
export const planText = async (
  runner: Runner,
  plan: Plan,
  values: readonly unknown[],
  analyze: boolean,
  signal: AbortSignal | undefined,
): Promise<string> => {
  const sql = runner.dialect.explain(plan.sql, { analyze, format: "text" });
  return textOf(await runner.run({ ...plan, sql, bigints: false, batched: false, atMostOne: false, wire: null }, values, signal));
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
