/** Inserting one row: which columns are sent, and which come back. */
import { ConfigurationError } from "../base/errors.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { ConflictClause, InsertValue } from "../ast/write.ts";
import type { Runner } from "../engine/run.ts";
import { columnProblem, refuseAll } from "../query/assignments.ts";
import type { Root } from "../query/root.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import { parameterFor, runWrite } from "./write-plan.ts";
import type { WritePlan } from "./write-plan.ts";

type Row = Record<string, unknown>;

/** The values of a row in the order in which they are bound, and a text that tells which columns they are. */
interface RowValues {
  readonly given: string;
  readonly values: readonly unknown[];
}

/** Reads the columns that have a value. Throws `ValidationError` for all that do not fit or are missing, at once. */
const valuesOf = (table: Table, row: Row): RowValues => {
  let given = "";
  let problems: Record<string, string> | null = null;
  const values: unknown[] = [];
  for (const column of table.columns) {
    const { property } = column;
    // A column that was not fetched explains itself when it is read; here it only means "no value".
    const value = Object.hasOwn(row, property) ? row[property] : undefined;
    if (value === undefined) {
      if (column.nullable || column.generated || column.default !== null) continue;
      (problems ??= {})[property] = "has no value and no default";
      continue;
    }
    const problem = columnProblem(column, value);
    if (problem !== null) (problems ??= {})[property] = problem;
    given += `${column.position},`;
    values.push(value);
  }
  if (problems !== null) refuseAll(table, problems);
  return { given, values };
};

const has = (given: string, column: TableColumn): boolean =>
  given.startsWith(`${column.position},`) || given.includes(`,${column.position},`);

/** What the statement says for a column without a value; `null` leaves it to the database. */
const filled = (column: TableColumn): InsertValue | null => (column.default?.from === "sql" ? column.default.expression : null);

interface Conflict {
  readonly key: string;
  readonly clause: ConflictClause;
}

const insertPlan = (table: Table, given: string, conflict: Conflict | null): WritePlan => {
  const sent = table.columns.filter((column) => has(given, column));
  const parameters = sent.map(parameterFor);
  const computed = table.columns.filter((column) => !has(given, column) && filled(column) !== null);
  const returning = conflict === null ? table.columns.filter((column) => !has(given, column)) : table.columns;
  return {
    parameters,
    returning,
    statement: (_source, items) => ({
      statement: "insert",
      table,
      columns: [...sent, ...computed],
      rows: [[...parameters, ...computed.map((column) => filled(column)!)]],
      conflict: conflict?.clause ?? null,
      returning: items,
    }),
  };
};

/** Puts what the database returned into the instance. */
const readBack = (row: Row, columns: readonly TableColumn[], returned: readonly unknown[] | undefined): void => {
  if (returned === undefined) return;
  columns.forEach((column, index) => (row[column.property] = returned[index]));
};

/** Inserts the row of an instance; generated keys and defaults are read back into it. */
export const insertRow = (runner: Runner, root: Root, instance: object): MaybePromise<void> => {
  const { table } = root;
  const row = instance as Row;
  const { given, values } = valuesOf(table, row);
  const written = runWrite(runner, root, `insert ${given}`, () => insertPlan(table, given, null), values);
  return whenDone(written, ({ rows }) => {
    const returned = rows[0];
    if (returned === undefined) return;
    let index = 0;
    for (const column of table.columns) if (!has(given, column)) row[column.property] = returned[index++];
  });
};

export interface UpsertOptions {
  readonly conflictTarget: string | readonly string[];
  readonly updateFields?: readonly string[];
}

const columnsNamed = (table: Table, names: readonly string[], use: string): TableColumn[] =>
  names.map((name) => {
    const column = table.byProperty.get(name);
    if (column !== undefined) return column;
    throw new ConfigurationError(`${use}: ${table.modelName} has no column '${name}'.`, { model: table.modelName, property: name });
  });

const sameColumns = (one: readonly TableColumn[], other: readonly TableColumn[]): boolean =>
  one.length === other.length && one.every((column) => other.includes(column));

/** The columns of the conflict target, which must be a primary key or unique. */
export const conflictColumns = (table: Table, target: string | readonly string[]): TableColumn[] => {
  const columns = columnsNamed(table, typeof target === "string" ? [target] : target, "conflictTarget");
  const keys = [table.primaryKey, ...table.uniques.map((unique) => unique.columns)];
  if (columns.length > 0 && keys.some((key) => sameColumns(key, columns))) return columns;
  throw new ConfigurationError(
    `conflictTarget of ${table.modelName}: ${columns.map((column) => column.property).join(", ") || "no column"} is neither the primary key nor unique. ` +
      `Name the columns of one such constraint.`,
    { model: table.modelName },
  );
};

/**
 * Inserts the row of an instance, or updates the row that stands in its way. All columns are read back into the instance.
 * Returns whether there was a row to read: with nothing to update, the row in the way comes back from no statement.
 */
export const upsertRow = (runner: Runner, root: Root, instance: object, options: UpsertOptions): MaybePromise<boolean> => {
  const { table } = root;
  const row = instance as Row;
  const { given, values } = valuesOf(table, row);
  const target = conflictColumns(table, options.conflictTarget);
  const overwritten =
    options.updateFields === undefined
      ? table.columns.filter((column) => has(given, column) && !target.includes(column) && !column.primaryKey)
      : columnsNamed(table, options.updateFields, "updateFields");
  const key = `upsert ${given} ${target.map((column) => column.position).join()} ${overwritten.map((column) => column.position).join()}`;
  const clause = (): ConflictClause => ({ target, update: overwriting(table, overwritten) });
  const written = runWrite(runner, root, key, () => insertPlan(table, given, { key, clause: clause() }), values);
  return whenDone(written, ({ rows }) => {
    readBack(row, table.columns, rows[0]);
    return rows.length > 0;
  });
};

/** The proposed values of the columns to overwrite, and the columns that renew themselves by an expression. Nothing to overwrite: nothing changes. */
const overwriting = (table: Table, overwritten: readonly TableColumn[]): ConflictClause["update"] => {
  if (overwritten.length === 0) return [];
  const renewed = table.columns.filter((column) => column.onUpdate?.from === "sql" && !overwritten.includes(column));
  return [
    ...overwritten.map((column) => [column, { node: "proposed", column }] as const),
    ...renewed.map(
      (column) => [column, column.onUpdate!.from === "sql" ? column.onUpdate!.expression : { node: "proposed", column }] as const,
    ),
  ] as ConflictClause["update"];
};
