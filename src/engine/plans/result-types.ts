/** What the columns of a statement's result hold. */
import type { ColumnNode, SelectItem, SelectStatement } from "../../ast/expression.ts";
import type { Statement } from "../../ast/statement.ts";
import type { ColumnType } from "../../types/column-type.ts";

export interface ResultType {
  /** `null` where only the database knows. */
  readonly type: ColumnType | null;
  /** Whether it is a column of a table: what is computed from columns may be greater than they are. */
  readonly isStored: boolean;
}

const isColumn = ({ expression }: SelectItem): boolean => expression.node === "column";

const computed: ResultType = { type: { kind: "int" }, isStored: false };

/** Columns of rows in sight, of `from()` and of lateral joins, are columns only by name. */
const selectTypes = ({ items, with: commons = [], laterals = [] }: SelectStatement): readonly ResultType[] => {
  const isTable = ({ source }: ColumnNode): boolean =>
    !commons.some(({ table }) => table === source.table) && !laterals.some((lateral) => lateral.source === source);
  return items.map((item) => ({ type: item.type, isStored: item.expression.node === "column" && isTable(item.expression) }));
};

/** In order; none for raw SQL. */
export const resultTypes = (statement: Statement): readonly ResultType[] => {
  if (statement.statement === "raw") return [];
  if (statement.statement !== "select") return statement.returning.map((item) => ({ type: item.type, isStored: isColumn(item) }));
  if (statement.wrap !== null) return [statement.wrap === "count" ? computed : { type: { kind: "bool" }, isStored: false }];
  return selectTypes(statement);
};
