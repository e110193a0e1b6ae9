/**
 * An INSERT for many lists of values: one text for any number of rows. SQLite takes several rows by one statement in two thirds of the time of one
 * statement each (`npm run bench -- bulk-10000`), so the driver is told what behind the text inserts one more.
 */
import type { Statement } from "../../ast/statement.ts";
import type { Compiled, Repeats } from "../dialect.ts";

/** `null` for a statement that is run once. */
export const repeatsOf = (statement: Statement, { sql }: Compiled, compile: (statement: Statement) => Compiled): Repeats | null => {
  if (statement.statement !== "insert" || statement.repeats !== true) return null;
  const { table, rows } = statement;
  // SQLite does not promise that RETURNING gives the rows in their order.
  if (statement.returning.length > 0) return { table: table.name, oneMore: null };
  return { table: table.name, oneMore: compile({ ...statement, rows: [...rows, ...rows] }).sql.slice(sql.length) };
};
