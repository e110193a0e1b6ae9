/** Inserting a row, or updating the one that stands in its way. */
import { ConfigurationError, StaleObject } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import type { ConflictClause } from "../../ast/write.ts";
import { signalOf } from "../../engine/call-limit.ts";
import type { Runner } from "../../engine/run.ts";
import { columnProblem } from "../../query/expressions/assignments.ts";
import { QueryBuilder } from "../../query/query-builder.ts";
import { freshValue } from "../../schema/columns/filler.ts";
import type { Root } from "../../query/root.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { insertPlan } from "./insert-row.ts";
import type { OnConflict } from "./insert-row.ts";
import { refuseRow, saidColumns } from "./prepared-row.ts";
import type { PreparedRow, Row } from "./prepared-row.ts";
import { parameterFor, runWrite } from "./write-plan.ts";
import type { WritePlan } from "./write-plan.ts";

/** An upsert's options, checked: columns instead of names. */
export interface UpsertPlan {
  readonly target: readonly TableColumn[];
  /** `null`: whatever was given. */
  readonly updateFields: readonly TableColumn[] | null;
  readonly signal: AbortSignal | undefined;
}

const columnsNamed = (table: Table, names: unknown, use: string): TableColumn[] => {
  const list: unknown[] = Array.isArray(names) ? names : [names];
  return list.map((name) => {
    const column = table.byProperty.get(name as string);
    if (column !== undefined && column.computed === null) return column;
    const known = [...table.byProperty.keys()];
    const problem =
      column !== undefined
        ? `${table.modelName}.${column.property} is computed by the database, and no value that is given.`
        : typeof name === "string"
          ? `${table.modelName} has no column '${name}'.${didYouMean(name, known)}`
          : `name columns of ${table.modelName}.`;
    throw new ConfigurationError(`${use}: ${problem}`, {
      model: table.modelName,
      ...(column === undefined ? {} : { property: column.property }),
    });
  });
};

const sameColumns = (one: readonly TableColumn[], other: readonly TableColumn[]): boolean =>
  one.length === other.length && one.every((column) => other.includes(column));

/** Reads `conflictTarget` and `updateFields`. Throws `ConfigurationError` for a target that is neither the primary key nor unique. */
export const upsertPlan = (table: Table, options: unknown): UpsertPlan => {
  const { conflictTarget, updateFields, ...limit } = (options ?? {}) as Record<string, unknown>;
  const target = columnsNamed(table, conflictTarget, "conflictTarget");
  const keys = [table.primaryKey, ...table.uniques.map((unique) => unique.columns)];
  if (target.length === 0 || !keys.some((key) => sameColumns(key, target))) {
    throw new ConfigurationError(
      `conflictTarget of ${table.modelName}: ${target.map((column) => column.property).join(", ") || "no column"} is neither the primary key nor unique. ` +
        `Name the columns of one such constraint.`,
      { model: table.modelName },
    );
  }
  return {
    target,
    updateFields: updateFields === undefined ? null : columnsNamed(table, updateFields, "updateFields"),
    signal: signalOf(limit),
  };
};

/**
 * Without `updateFields`: what the caller said, and neither defaults nor what identifies the row. The version counts by itself, and of an instance what
 * renews itself is not what the caller said.
 */
const overwrittenBy = ({ root, form, said, filled }: PreparedRow, { target, updateFields }: UpsertPlan): readonly TableColumn[] => {
  if (updateFields !== null) return updateFields;
  const { table } = root;
  const named = said === null ? null : saidColumns(table, said);
  const isSaid = (column: TableColumn): boolean =>
    named === null ? column.onUpdate === null && (filled === null || !Object.hasOwn(filled, column.property)) : named.has(column);
  return form.given.filter((column) => isSaid(column) && !target.includes(column) && !column.primaryKey && column !== table.version);
};

/** Columns that renew themselves (`onUpdate`), where something is overwritten at all. */
const renewedBy = (table: Table, overwritten: readonly TableColumn[]): readonly TableColumn[] =>
  overwritten.length === 0 ? [] : table.columns.filter((column) => column.onUpdate !== null && !overwritten.includes(column));

/** The version of the row in the way counts up, where something is overwritten. */
const nextVersion = ({ table, scope }: Root, overwritten: readonly TableColumn[]): ConflictClause["update"] => {
  const { version } = table;
  if (version === null || overwritten.length === 0 || overwritten.includes(version)) return [];
  const left: ExpressionNode = { node: "column", source: scope.source, column: version };
  return [[version, { node: "arithmetic", operator: "+", left, right: { node: "literal", value: 1 }, type: version.type }]];
};

/** Of a soft-deletable model, unique columns are unique among the rows that are not marked as deleted; the primary key among all. */
const isLiveOnly = ({ softDelete, primaryKey }: Table, target: readonly TableColumn[]): boolean =>
  softDelete !== null && !sameColumns(primaryKey, target);

const conflictOf = (
  root: Root,
  target: readonly TableColumn[],
  overwritten: readonly TableColumn[],
  renewed: readonly TableColumn[],
): OnConflict => {
  const parameters: ParameterNode[] = [];
  const renewal = (column: TableColumn): ExpressionNode => {
    if (column.onUpdate?.from === "sql") return column.onUpdate.expression;
    const parameter = parameterFor(column);
    parameters.push(parameter);
    return parameter;
  };
  const update: ConflictClause["update"] = [
    ...overwritten.map((column) => [column, { node: "proposed", column }] as const),
    ...renewed.map((column) => [column, renewal(column)] as const),
    ...nextVersion(root, overwritten),
  ];
  return { clause: { target, update, ...(isLiveOnly(root.table, target) ? { liveOnly: true } : {}) }, parameters };
};

/** The values that columns renew themselves with; those made by the database have none. */
const renewalValues = (table: Table, renewed: readonly TableColumn[]): unknown[] => {
  const bound = renewed.filter((column) => column.onUpdate!.from !== "sql");
  return bound.map((column) => {
    const value = freshValue(column.onUpdate!);
    const problem = columnProblem(column, value);
    if (problem !== null) throw refuseRow(table.modelName, { [column.property]: problem });
    return value;
  });
};

const positions = (columns: readonly TableColumn[]): string => columns.map((column) => column.position).join();

/** The statement of an upsert, without its values. */
export interface UpsertForm {
  /** The same for rows that one statement can write. */
  readonly key: string;
  readonly makePlan: (form: "one" | "column") => WritePlan;
  /** What stands behind the row's own values. */
  readonly renewal: () => unknown[];
}

export const upsertFormOf = (row: PreparedRow, plan: UpsertPlan): UpsertForm => {
  const { root, form } = row;
  const { table } = root;
  const overwritten = overwrittenBy(row, plan);
  const renewed = renewedBy(table, overwritten);
  return {
    key: `upsert ${form.key} ${positions(plan.target)} ${positions(overwritten)}`,
    makePlan: (kind) => insertPlan(table, form, conflictOf(root, plan.target, overwritten, renewed), kind),
    renewal: () => renewalValues(table, renewed),
  };
};

/** A returned row by property. */
export const rowOf = (table: Table, returned: readonly unknown[]): Row =>
  Object.fromEntries(table.columns.map(({ property }, index) => [property, returned[index]]));

/** Runs the upsert, and returns what the row holds afterwards, all columns by property. The instance is left alone. */
export const upsertRow = (runner: Runner, row: PreparedRow, plan: UpsertPlan, triesLeft = 3): MaybePromise<Readonly<Row>> => {
  const { root, values } = row;
  const { table } = root;
  const form = upsertFormOf(row, plan);
  const written = runWrite(runner, root, form.key, () => form.makePlan("one"), [...values, ...form.renewal()], plan.signal);
  return whenDone(written, ({ rows }) => {
    const returned = rows[0];
    if (returned !== undefined) return rowOf(table, returned);
    return whenDone(rowInTheWay(runner, row, plan), (found) => {
      if (found !== null) return found;
      // It was removed between the two statements, so the next try may insert.
      if (triesLeft > 1) return upsertRow(runner, row, plan, triesLeft - 1);
      throw new StaleObject(`upsert: the ${table.modelName} in the way is removed each time it is to be read. Try again.`, {
        model: table.modelName,
        table: table.name,
      });
    });
  });
};

/** The row that has the same conflict target: no statement returns it when nothing was to be updated. */
const rowInTheWay = async (runner: Runner, { root, form, values }: PreparedRow, plan: UpsertPlan): Promise<Readonly<Row> | null> => {
  const lookups = Object.fromEntries(plan.target.map((column) => [column.property, values[form.given.indexOf(column)]]));
  const query = QueryBuilder.about(root, runner).filter(lookups);
  const { softDelete } = root.table;
  // A row that is not marked as deleted comes before those that are.
  const all = softDelete === null ? query : query.withDeleted().orderBy(`-${softDelete.property}`);
  return (await all.first(plan.signal === undefined ? {} : { signal: plan.signal })) as Row | null;
};
