/**
 * Inserting many rows, in their order, by as few statements as the database allows: one for all that give the same columns, with a list per column or,
 * on SQLite, a list per row, which is run for each.
 */
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Runner } from "../../engine/run.ts";
import type { TableColumn } from "../../schema/table.ts";
import { insertPlan, insertRow, readBack } from "./insert-row.ts";
import type { Returned } from "./insert-row.ts";
import type { PreparedRow, Row } from "./prepared-row.ts";
import { rowFormsOf } from "./row-form.ts";
import type { RowForm } from "./row-form.ts";
import { runWrite } from "./write-plan.ts";
import type { WritePlan } from "./write-plan.ts";

/** Rows of one model that give the same columns. */
export type Uniform = readonly [PreparedRow, ...PreparedRow[]];

/** What the database would store for a column that is left out: NULL, so that it may be said as well. */
const isNullByDefault = (column: TableColumn): boolean =>
  column.nullable && !column.generated && column.default === null && column.computed === null;

/** The row with NULL for columns that others give; `null` when it leaves out something else than NULL. */
export const widened = (row: PreparedRow, form: RowForm): PreparedRow | null => {
  if (row.form === form) return row;
  const values: unknown[] = [];
  const filled: Row = { ...row.filled };
  let next = 0;
  for (const column of form.given) {
    if (row.form.given[next] === column) values.push(row.values[next++]);
    else if (isNullByDefault(column)) {
      values.push(null);
      filled[column.property] = null;
    } else return null;
  }
  return next === row.values.length ? { ...row, form, values, filled } : null;
};

/** The form with the columns that a row gives, and those that are NULL without being given. */
export const formWithNulls = ({ root, form }: PreparedRow): RowForm =>
  rowFormsOf(root).of(root.table.columns.filter((column) => form.given.includes(column) || isNullByDefault(column)));

/** The form with every column that any of the rows gives. */
const widestForm = ([{ root, form }, ...rows]: Uniform): RowForm => {
  const others = new Set(rows.map((row) => row.form));
  others.delete(form);
  if (others.size === 0) return form;
  const given = new Set([form, ...others].flatMap((each) => each.given));
  return rowFormsOf(root).of(root.table.columns.filter((column) => given.has(column)));
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

const areUniform = (rows: readonly PreparedRow[]): rows is Uniform => {
  const first = rows[0];
  if (first === undefined) return false;
  for (const row of rows) if (row.form !== first.form || row.root !== first.root) return false;
  return true;
};

/** The rows in their order, in as few groups as can be. */
export const uniformRows = (rows: readonly PreparedRow[]): readonly Uniform[] => (areUniform(rows) ? [rows] : groupsOf(rows));

const groupsOf = (rows: readonly PreparedRow[]): readonly Uniform[] =>
  runsOf(rows, (a, b) => a.root === b.root).flatMap((run): readonly Uniform[] => {
    const form = widestForm(run);
    const wide = run.map((row) => widened(row, form));
    const [first, ...rest] = wide.every((row) => row !== null) ? wide : [];
    return first === undefined ? runsOf(run, (a, b) => a.form.key === b.form.key) : [[first, ...rest]];
  });

/** Whether `insertUniform` inserts all of them or none by itself. */
export const isOneStatement = (runner: Runner, rows: Uniform): boolean =>
  rows.length === 1 || (runner.dialect.takesColumns && rows[0].form.given.length > 0);

/** Inserts the rows, and gives back what sets generated keys and defaults on their instances, once nothing can fail any more. */
export const insertUniform = (runner: Runner, rows: Uniform, signal?: AbortSignal): MaybePromise<() => void> => {
  const [{ root, form, values }] = rows;
  if (rows.length === 1 || form.given.length === 0) return insertEach(runner, rows, signal);
  const { takesColumns } = runner.dialect;
  const lists = takesColumns ? values.map((_, index) => columnOf(rows, index)) : rows.map((row) => row.values);
  const makePlan = (): WritePlan => insertPlan(root.table, form, null, takesColumns ? "column" : "each");
  // Shapes are shared by all databases that a model is used with.
  const key = `insert ${takesColumns ? "columns" : "each"} ${form.key}`;
  const written = runWrite(runner, root, key, makePlan, lists, signal);
  return whenDone(written, (answer) => () => {
    const returned = answer.keptOut === undefined ? answer.rows : withGaps(answer.rows, answer.keptOut);
    for (let index = 0; index < rows.length; index++) readBack(rows[index]!, returned[index]);
  });
};

/** What came back for each row: nothing for those that were kept out. */
const withGaps = (rows: readonly Returned[], keptOut: readonly number[]): readonly Returned[] => {
  const returned = [...rows];
  for (const place of keptOut) returned.splice(place, 0, undefined);
  return returned;
};

/** What the rows give for one column. */
const columnOf = (rows: Uniform, index: number): unknown[] => {
  const list = new Array<unknown>(rows.length);
  for (let place = 0; place < rows.length; place++) list[place] = rows[place]!.values[index];
  return list;
};

/** Begins them all before it waits, so that a driver with a pipeline sends them together. What cannot be begun throws at once. */
const insertEach = (runner: Runner, rows: Uniform, signal: AbortSignal | undefined): MaybePromise<() => void> => {
  const begun: MaybePromise<Returned>[] = [];
  let isLate = false;
  try {
    for (const row of rows) {
      const written = insertRow(runner, row, signal);
      isLate ||= written instanceof Promise;
      begun.push(written);
    }
  } catch (error) {
    // Whoever catches this undoes those that have begun.
    void Promise.allSettled(begun);
    throw error;
  }
  const after = (returned: readonly Returned[]) => (): void => rows.forEach((row, index) => readBack(row, returned[index]));
  // All of them are there when none is a promise.
  return isLate ? inOrder(begun).then(after) : after(begun as Returned[]);
};

/** What each gave. The first failure in their order is thrown, once all have settled: those behind it say only that the transaction is lost. */
const inOrder = async <T>(begun: readonly MaybePromise<T>[]): Promise<T[]> => {
  const outcomes = await Promise.allSettled(begun);
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
};
