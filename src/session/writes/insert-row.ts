/** Inserting one row: which columns are sent, and which come back. */
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { ParameterNode } from "../../ast/expression.ts";
import type { ColumnRef } from "../../ast/source.ts";
import type { ConflictClause, InsertValue } from "../../ast/write.ts";
import type { Runner } from "../../engine/run.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import type { PreparedRow } from "./prepared-row.ts";
import type { RowForm } from "./row-form.ts";
import { listFor, parameterFor, runWrite } from "./write-plan.ts";
import type { WritePlan } from "./write-plan.ts";

/** What the database returned for the columns that were not given, in column order; `undefined` when there was nothing to return. */
export type Returned = readonly unknown[] | undefined;

/** What the statement says for a column without a value; `null` leaves it to the database. */
const computedValue = (column: TableColumn): InsertValue | null => (column.default?.from === "sql" ? column.default.expression : null);

export interface OnConflict {
  readonly clause: ConflictClause;
  /** Parameters of the clause's own. */
  readonly parameters: readonly ParameterNode[];
}

/**
 * An INSERT of the given columns: of one row, of many with a list for each column except those that are the `same` in all, or of `each` of many that come
 * as lists of values. It returns those that were not given, or all when a row in the way may have other values.
 */
export const insertPlan = (
  table: Table,
  { given, absent }: RowForm,
  conflict: OnConflict | null,
  form: "one" | "column" | "each" = "one",
  same: readonly ColumnRef[] = [],
): WritePlan => {
  const parameters = given.map((column): ParameterNode =>
    form === "column" && !same.includes(column) ? listFor(table, column) : { ...parameterFor(column), isChecked: true },
  );
  const computed = absent.filter((column) => computedValue(column) !== null);
  return {
    parameters: conflict === null ? parameters : [...parameters, ...conflict.parameters],
    returning: conflict === null ? absent : table.columns,
    statement: (_source, items) => ({
      statement: "insert",
      table,
      columns: [...given, ...computed],
      rows: [[...parameters, ...computed.map((column) => computedValue(column)!)]],
      conflict: conflict?.clause ?? null,
      returning: items,
      ...(form === "each" ? { repeats: true } : {}),
    }),
  };
};

/** Inserts the row, and leaves the instance alone until `readBack`. */
export const insertRow = (runner: Runner, row: PreparedRow, signal?: AbortSignal): MaybePromise<Returned> => {
  const { root, form, values } = row;
  const written = runWrite(runner, root, form.insertKey, () => insertPlan(root.table, form, null), values, signal);
  return whenDone(written, ({ rows }) => rows[0]);
};

/** Sets on the instance what the row got from defaults and the database. */
export const readBack = ({ instance, form: { absent }, filled }: PreparedRow, returned: Returned): void => {
  if (filled !== null) Object.assign(instance, filled);
  if (returned === undefined) return;
  for (let index = 0; index < absent.length; index++) instance[absent[index]!.property] = returned[index];
};
