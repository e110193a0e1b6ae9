/** How the database runs a statement that somebody just ran. */
import type { WatchedStatement } from "../engine/watched-statement.ts";

/** The plan as text; `null` for statements that may write, run in a transaction (which waits for nobody's plan), or cannot be explained. */
export const planOf = async ({ sql, values, mayWrite, transaction, host }: WatchedStatement): Promise<string | null> => {
  if (mayWrite || transaction !== null) return null;
  try {
    const text = host.dialect.explain(sql, { analyze: false, format: "text" });
    const { rows } = await host.driver.run({ text, values, writes: false, bigints: false, batched: false });
    // PostgreSQL gives lines; the last of SQLite's columns says what the step does.
    return rows.map((row) => String(row.at(-1))).join("\n");
  } catch {
    // The database may be closed by now, and a plan is not worth an error.
    return null;
  }
};
