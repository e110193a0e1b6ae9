/** How the database runs a statement that somebody just ran. */
import type { WatchedStatement } from "../engine/watching/watched-statement.ts";

/** Lines that hold conditions, and so the values of parameters. */
const conditionLine = /^\s*[\w ]*(?:Cond|Filter|Key|Limit|Search|Output|Function Call)[\w ]*:/;
const numbers = /(?<![\w.$"])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w"])/gi;

/** PostgreSQL puts the values of parameters into its plans: they are taken out. */
const withoutValues = (plan: string): string =>
  plan
    .replaceAll(/'(?:[^']|'')*'/g, "'…'")
    .split("\n")
    .map((line) => (conditionLine.test(line) ? line.replaceAll(numbers, "…") : line))
    .join("\n");

/** The plan as text, without the values of parameters unless they are wanted; `null` for statements that may write, run in a transaction (which waits for nobody's plan), or cannot be explained. */
export const planOf = async (
  { sql, values, mayWrite, transaction, host }: WatchedStatement,
  parameters: boolean,
): Promise<string | null> => {
  if (mayWrite || transaction !== null) return null;
  try {
    const text = host.dialect.explain(sql, { analyze: false, format: "text" });
    const { rows } = await host.driver.run({ text, values, writes: false, bigints: false, batched: false });
    // PostgreSQL gives lines; the last of SQLite's columns says what the step does.
    const plan = rows.map((row) => String(row.at(-1))).join("\n");
    return parameters ? plan : withoutValues(plan);
  } catch {
    // The database may be closed by now, and a plan is not worth an error.
    return null;
  }
};
