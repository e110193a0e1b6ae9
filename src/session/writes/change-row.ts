/** Updating and deleting the row of one instance, by its primary key. */
import { ConfigurationError, StaleObject } from "../../base/errors.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import type { Runner } from "../../engine/run.ts";
import { assignmentsOf } from "../../query/expressions/assignments.ts";
import type { Assignment } from "../../query/expressions/assignments.ts";
import type { Root } from "../../query/root.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { keyTest, parameterFor, runWrite } from "./write-plan.ts";
import type { WritePlan } from "./write-plan.ts";

type Row = Record<string, unknown>;

export interface ChangeOptions {
  /** The call, for messages. */
  readonly use?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which row is meant, by the values it had when it was read. */
export interface RowPlace {
  readonly key: readonly unknown[];
  /** The version it must still have; `undefined` where there is none to compare. */
  readonly version: unknown;
  /** The object that stands for it. */
  readonly object: object;
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

/** Whether the database computes what the column holds afterwards. */
export const isComputed = ({ values, parameters, expression }: Assignment): boolean =>
  expression.node !== "parameter" || values.length !== parameters.length;

/** What an update gives back: what the database computes of the assignments, and the columns that it computes by themselves. */
export const returnedColumns = ({ computed }: Table, assignments: readonly Assignment[]): readonly TableColumn[] => [
  ...assignments.filter(isComputed).map(({ column }) => column),
  ...computed,
];

/** What the columns hold after an update that gave these values back, from the `first` on, by property. */
export const columnsAfter = ({ computed }: Table, assignments: readonly Assignment[], returned: readonly unknown[], first: number): Row => {
  const row: Row = {};
  let next = first;
  for (const assignment of assignments) {
    row[assignment.column.property] = isComputed(assignment) ? returned[next++] : assignment.values[0];
  }
  for (const { property } of computed) row[property] = returned[next++];
  return row;
};

/** Where an instance's row is, by the instance's own values. */
export const placeOf = (table: Table, row: Row, use: string): RowPlace => {
  const version = table.version === null || !Object.hasOwn(row, table.version.property) ? undefined : row[table.version.property];
  return { key: keyOf(table, row, use), version: version ?? undefined, object: row };
};

const valuesOfPlace = ({ key, version }: RowPlace): readonly unknown[] => (version === undefined ? key : [...key, version]);

/** The key's test, and the version's where it is compared. */
const placeTest = (root: Root, { version }: RowPlace): { readonly node: ExpressionNode; readonly parameters: readonly ParameterNode[] } => {
  const { table, scope } = root;
  const test = keyTest(table, scope.source);
  if (version === undefined || table.version === null) return test;
  const right = parameterFor(table.version);
  const left: ExpressionNode = { node: "column", source: scope.source, column: table.version };
  const same: ExpressionNode = { node: "comparison", operator: "=", left, right };
  return { node: { node: "logical", operator: "and", operands: [test.node, same] }, parameters: [...test.parameters, right] };
};

const updatePlan = (root: Root, assignments: readonly Assignment[], place: RowPlace): WritePlan => {
  const test = placeTest(root, place);
  return {
    parameters: [...assignments.flatMap((assignment) => assignment.parameters), ...test.parameters],
    returning: returnedColumns(root.table, assignments),
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

/** The texts under which updates of one column by key are kept: a text that is put together anew has to be compared, one that is the same is found at once. */
const oneColumnKeys = new Map<string, string>();

const updateKey = ({ version }: RowPlace, assignments: readonly Assignment[]): string => {
  const [first] = assignments;
  const isPlain = version === undefined && assignments.length === 1 && !isComputed(first!);
  const known = isPlain ? oneColumnKeys.get(first!.key) : undefined;
  if (known !== undefined) return known;
  let text = version === undefined ? "update by key" : "update by key and version";
  for (const { key } of assignments) text += ` ${key}`;
  // As many as columns have names.
  if (isPlain) oneColumnKeys.set(first!.key, text);
  return text;
};

/**
 * Writes columns of one row, and returns what they hold now, by property. Throws `StaleObject` when the row is gone or has another version.
 */
export const changeAt = (
  runner: Runner,
  root: Root,
  place: RowPlace,
  assignments: readonly Assignment[],
  { use = "update()", signal }: ChangeOptions = {},
): MaybePromise<Row> => {
  const bound: unknown[] = [];
  for (const { values } of assignments) for (const value of values) bound.push(value);
  for (const value of valuesOfPlace(place)) bound.push(value);
  const written = runWrite(runner, root, updateKey(place, assignments), () => updatePlan(root, assignments, place), bound, signal);
  return whenDone(written, ({ count, rows }) => {
    if (count === 0) throw stale(root.table, place, use);
    return columnsAfter(root.table, assignments, rows[0] ?? [], 0);
  });
};

/**
 * Writes the given columns of the instance's row, then sets them on the instance and returns them. The instance keeps its old values when the write fails.
 * Throws `StaleObject` when the row is gone, or has another version than the instance.
 */
export const updateRow = (runner: Runner, root: Root, instance: object, values: object, options: ChangeOptions = {}): MaybePromise<Row> => {
  const { table } = root;
  const row = instance as Row;
  const place = placeOf(table, row, options.use ?? "update()");
  const assignments = assignmentsOf(table, root.scope.source, values, options.use ?? "update()");
  return whenDone(changeAt(runner, root, place, assignments, options), (written) => {
    Object.assign(row, written);
    return written;
  });
};

export const stale = (table: Table, { version, object }: RowPlace, use: string): StaleObject => {
  const key = table.primaryKey.map(({ property }) => `'${property}'`).join(" and ");
  const what =
    version === undefined
      ? `the row of this ${table.modelName} is not there any more`
      : `the row of this ${table.modelName} was changed or deleted by someone else since it was read`;
  return new StaleObject(
    `${use}: ${what} (found by ${key}), so nothing was written. Read it again, then decide.`,
    { model: table.modelName, table: table.name, properties: table.primaryKey.map(({ property }) => property) },
    object,
  );
};

/** Deletes one row, and returns whether it was there. Throws `StaleObject` when it has another version, or is gone where versions are counted. */
export const deleteAt = (
  runner: Runner,
  root: Root,
  place: RowPlace,
  { use = "remove()", signal }: ChangeOptions = {},
): MaybePromise<boolean> => {
  const makePlan = (): WritePlan => {
    const test = placeTest(root, place);
    return {
      parameters: test.parameters,
      returning: [],
      statement: (source, returning) => ({ statement: "delete", source, where: test.node, deleted: "include", returning }),
    };
  };
  const text = place.version === undefined ? "delete by key" : "delete by key and version";
  return whenDone(runWrite(runner, root, text, makePlan, valuesOfPlace(place), signal), ({ count }) => {
    if (count === 0 && place.version !== undefined) throw stale(root.table, place, use);
    return count > 0;
  });
};

/** Deletes the instance's row. Nothing happens when it is gone already. */
export const deleteRow = (runner: Runner, root: Root, instance: object, options: ChangeOptions = {}): MaybePromise<void> =>
  whenDone(deleteAt(runner, root, placeOf(root.table, instance as Row, options.use ?? "remove()"), options), () => {});
