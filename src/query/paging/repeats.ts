/** Whether rows of a common table may be equal in what tells them apart: then no cursor can say after which of them a page goes on. */
import type { CommonTable, SelectStatement } from "../../ast/expression.ts";
import type { TableRef } from "../../ast/source.ts";
import type { Table } from "../../schema/table.ts";

/** Sources of a query are tables of models, or common tables made of one. */
const keyOf = (table: TableRef): Table["primaryKey"] => (table as Table).primaryKey;

const partRepeats = (select: SelectStatement): boolean => {
  if (select.distinct || select.groupBy.length > 0) return false;
  if ((select.with ?? []).some(repeats)) return true;
  if ((select.laterals ?? []).length > 0) return true;
  const key = keyOf(select.source.table);
  const holds = (column: Table["primaryKey"][number]): boolean =>
    select.items.some(({ expression: at }) => at.node === "column" && at.source === select.source && at.column === column);
  // Without a group, an aggregate is one row.
  return (key.length === 0 || !key.every(holds)) && !select.items.some(({ expression: at }) => at.node === "aggregate");
};

/** A set operation but UNION ALL gives each row once. A tree gives each row once, or with its depth once for each number of steps. */
export const repeats = ({ table, columns, recursive, parts }: CommonTable): boolean => {
  if (recursive) return columns.length > (table as Table).columns.length;
  if (parts.length === 1) return partRepeats(parts[0]!.select);
  return parts.some(({ operator }) => operator === "unionAll");
};
