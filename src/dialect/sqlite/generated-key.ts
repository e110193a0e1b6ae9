/**
 * An INSERT whose only question is the key of its one new row. SQLite tells that key anyway, so RETURNING is left out.
 *
 * SQLite runs RETURNING as a trigger, and keeps a copy of every page such a statement changes: it takes more than twice as long,
 * and inside a savepoint seven times (`npm run bench -- inserts`).
 */
import type { Statement } from "../../ast/statement.ts";
import type { InsertStatement } from "../../ast/write.ts";
import type { TableColumn } from "../../schema/table.ts";

/** The same INSERT without RETURNING; `null` where something else is asked, or a value of the row could be it. */
export const withoutGeneratedKey = (statement: Statement): InsertStatement | null => {
  if (statement.statement !== "insert" || statement.conflict !== null || statement.rows.length !== 1) return null;
  const [item, ...others] = statement.returning;
  if (item === undefined || others.length > 0 || item.expression.node !== "column") return null;
  // Statements about models name the columns of their tables.
  const column = item.expression.column as Partial<TableColumn>;
  const isAsked = column.generated === true && column.type?.kind === "int" && !statement.columns.some((given) => given === column);
  return isAsked ? { ...statement, returning: [] } : null;
};
