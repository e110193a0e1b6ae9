/**
 * Inserting many rows, in their order, by as few statements as the database allows: one for all that give the same columns where it takes a list
 * per column, else one per row.
 */
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Runner } from "../engine/run.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import { insertPlan, insertRow, readBack } from "./insert-row.ts";
import { hasValue } from "./prepared-row.ts";
import type { PreparedRow, Row } from "./prepared-row.ts";
import { runWrite } from "./write-plan.ts";

/** Rows of one model that give the same columns. */
export type Uniform = readonly [PreparedRow, ...PreparedRow[]];

/** What the database would store for a column that is left out: NULL, so that it may be said as well. */
const isNullByDefault = (column: TableColumn): boolean => column.nullable && !column.generated && column.default === null;

/** The row with NULL for columns that others give; `null` when it leaves out something else than NULL. */
export const widened = (row: PreparedRow, columns: readonly TableColumn[], given: string): PreparedRow | null => {
  if (row.given === given) return row;
  const values: unknown[] = [];
  const filled: Row = { ...row.filled };
  let next = 0;
  for (const column of columns) {
    if (hasValue(row.given, column)) values.push(row.values[next++]);
    else if (isNullByDefault(column)) {
      values.push(null);
      filled[column.property] = null;
    } else return null;
  }
  return next === row.values.length ? { ...row, given, values, filled } : null;
};

/** The columns that a row gives, and those that are NULL without being given. */
export const columnsWithNulls = (table: Table, given: string): readonly TableColumn[] =>
  table.columns.filter((column) => hasValue(given, column) || isNullByDefault(column));

/** Columns that any of the rows gives, in the table's order. */
const columnsGiven = (table: Table, rows: readonly PreparedRow[]): readonly TableColumn[] => {
  const shapes = [...new Set(rows.map((row) => row.given))];
  return table.columns.filter((column) => shapes.some((given) => hasValue(given, column)));
};

/** Runs of neighbours for which `same` holds. */
const runsOf = <T>(items: readonly T[], same: (a: T, b: T) => boolean): (readonly [T, ...T[]])[] => {
  const runs: [T, ...T[]][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last !== undefined && same(last[0], item)) last.push(item);
    else runs.push([item]);
  }
  return runs;
};

/** The rows in their order, in as few groups as can be. */
export const uniformRows = (rows: readonly PreparedRow[]): readonly Uniform[] =>
  runsOf(rows, (a, b) => a.root === b.root).flatMap((run): readonly Uniform[] => {
    const columns = columnsGiven(run[0].root.table, run);
    const given = columns.map((column) => `${column.position},`).join("");
    const wide = run.map((row) => widened(row, columns, given));
    const [first, ...rest] = wide.every((row) => row !== null) ? wide : [];
    return first === undefined ? runsOf(run, (a, b) => a.given === b.given) : [[first, ...rest]];
  });

/** Whether `insertUniform` takes one statement for all of them. */
export const isOneStatement = (runner: Runner, rows: Uniform): boolean =>
  rows.length === 1 || (runner.dialect.takesColumns && rows[0].given !== "");

/** Inserts the rows, and gives back what sets generated keys and defaults on their instances, once nothing can fail any more. */
export const insertUniform = (runner: Runner, rows: Uniform, signal?: AbortSignal): MaybePromise<() => void> => {
  const [{ root, given, values }] = rows;
  if (rows.length === 1 || !isOneStatement(runner, rows)) return insertEach(runner, rows, signal);
  const lists = values.map((_, index) => rows.map((row) => row.values[index]));
  const written = runWrite(runner, root, `insert many ${given}`, () => insertPlan(root.table, given, null, "column"), lists, signal);
  return whenDone(written, (answer) => () => rows.forEach((row, index) => readBack(row, answer.rows[index])));
};

const insertEach = (runner: Runner, rows: Uniform, signal: AbortSignal | undefined): MaybePromise<() => void> => {
  const returned: (readonly unknown[] | undefined)[] = [];
  const after = (): void => rows.forEach((row, index) => readBack(row, returned[index]));
  const from = (index: number): MaybePromise<() => void> => {
    for (let at = index; at < rows.length; at++) {
      const written = insertRow(runner, rows[at]!, signal);
      if (!(written instanceof Promise)) returned[at] = written;
      else
        return written.then((values) => {
          returned[at] = values;
          return from(at + 1);
        });
    }
    return after;
  };
  return from(0);
};
