/** Updating and deleting the row of one instance, by its primary key. */
import { ConfigurationError, StaleObject } from "../base/errors.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Runner } from "../engine/run.ts";
import { assignmentsOf } from "../query/assignments.ts";
import type { Assignment } from "../query/assignments.ts";
import type { Root } from "../query/root.ts";
import type { Table } from "../schema/table.ts";
import { keyTest, runWrite } from "./write-plan.ts";
import type { WritePlan } from "./write-plan.ts";

type Row = Record<string, unknown>;

export interface ChangeOptions {
  /** The call, for messages. */
  readonly use?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The values of the instance's primary key. Throws when it has none: it was never inserted. */
const keyOf = (table: Table, row: Row, use: string): unknown[] =>
  table.primaryKey.map(({ property }) => {
    const value = Object.hasOwn(row, property) ? row[property] : undefined;
    if (value !== undefined && value !== null) return value;
    throw new ConfigurationError(`${use}: this ${table.modelName} has no '${property}', so it has no row yet. Insert it first.`, {
      model: table.modelName,
      property,
    });
  });

const isComputed = ({ values, parameters, expression }: Assignment): boolean =>
  expression.node !== "parameter" || values.length !== parameters.length;

const updatePlan = (table: Table, root: Root, assignments: readonly Assignment[]): WritePlan => {
  const test = keyTest(table, root.scope.source);
  return {
    parameters: [...assignments.flatMap((assignment) => assignment.parameters), ...test.parameters],
    returning: assignments.filter(isComputed).map((assignment) => assignment.column),
    statement: (source, items) => ({
      statement: "update",
      source,
      set: assignments.map(({ column, expression }) => [column, expression] as const),
      where: test.node,
      deleted: "include",
      returning: items,
    }),
  };
};

/**
 * Writes the given columns of the instance's row, then sets them on the instance. The instance keeps its old values when the write fails.
 * Throws `StaleObject` when the row is gone.
 */
export const updateRow = (
  runner: Runner,
  root: Root,
  instance: object,
  values: object,
  { use = "update()", signal }: ChangeOptions = {},
): MaybePromise<void> => {
  const { table } = root;
  const row = instance as Row;
  const key = keyOf(table, row, use);
  const assignments = assignmentsOf(table, root.scope.source, values, use);
  const bound = [...assignments.flatMap((assignment) => assignment.values), ...key];
  const text = `update by key ${assignments.map((assignment) => assignment.key).join()}`;
  const written = runWrite(runner, root, text, () => updatePlan(table, root, assignments), bound, signal);
  return whenDone(written, ({ count, rows }) => {
    if (count === 0) throw stale(table, use);
    const returned = rows[0] ?? [];
    let next = 0;
    for (const assignment of assignments) {
      row[assignment.column.property] = isComputed(assignment) ? returned[next++] : assignment.values[0];
    }
  });
};

const stale = (table: Table, use: string): StaleObject =>
  new StaleObject(
    `${use}: the row of this ${table.modelName} is not there any more, so nothing was written. Read it again, or insert it.`,
    {
      model: table.modelName,
      table: table.name,
    },
  );

/** Deletes the instance's row. Nothing happens when it is gone already. */
export const deleteRow = (
  runner: Runner,
  root: Root,
  instance: object,
  { use = "remove()", signal }: ChangeOptions = {},
): MaybePromise<void> => {
  const { table } = root;
  const key = keyOf(table, instance as Row, use);
  const makePlan = (): WritePlan => {
    const test = keyTest(table, root.scope.source);
    return {
      parameters: test.parameters,
      returning: [],
      statement: (source, returning) => ({ statement: "delete", source, where: test.node, deleted: "include", returning }),
    };
  };
  return whenDone(runWrite(runner, root, "delete by key", makePlan, key, signal), () => {});
};
