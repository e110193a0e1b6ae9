/** Looking at every value of a flush before anything is written. */
import { ValidationError } from "../../base/errors.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import { columnProblem } from "../../query/expressions/assignments.ts";
import { ColumnCalculation } from "../../query/expressions/f.ts";
import type { TableColumn } from "../../schema/table.ts";
import type { PendingKey } from "./cascade.ts";
import type { EntityState } from "../tracking/entity-state.ts";
import type { Node } from "./flush-plan.ts";
import { isMissing, isRequired, refuseRow } from "../writes/prepared-row.ts";
import type { Row } from "../writes/prepared-row.ts";

export interface ToCheck {
  /** Foreign keys that are not known yet. */
  readonly pending: readonly PendingKey[];
  readonly inserts: readonly Node[];
  readonly updates: readonly { readonly state: EntityState; readonly columns: readonly TableColumn[] }[];
}

/** Whether a value is computed by the database when it is written. */
export const isExpression = (value: unknown): boolean => ColumnCalculation.of(value) !== null || nodeOf(value) !== undefined;

const problemsOf = ({ table, object }: Node, columns: readonly TableColumn[], waiting: ReadonlySet<string>, isNew: boolean): Row | null => {
  let problems: Row | null = null;
  for (const column of columns) {
    const { property } = column;
    if (waiting.has(property) || (isNew && column.computed !== null)) continue;
    const value = Object.hasOwn(object, property) ? object[property] : undefined;
    if (value === undefined) {
      if (isNew && isRequired(column)) (problems ??= {})[property] = isMissing;
      continue;
    }
    if (!isNew && isExpression(value)) continue;
    const problem = columnProblem(column, value);
    if (problem !== null) (problems ??= {})[property] = problem;
  }
  return problems && table ? problems : null;
};

/** Throws one `ValidationError` for every value of every object that does not fit. */
export const checkAll = ({ pending, inserts, updates }: ToCheck): void => {
  const waiting = new Map<Row, Set<string>>();
  for (const { child, column } of pending) waiting.set(child, (waiting.get(child) ?? new Set()).add(column.property));
  const none = new Set<string>();
  const errors: ValidationError[] = [];
  const check = (node: Node, columns: readonly TableColumn[], isNew: boolean): void => {
    const problems = problemsOf(node, columns, waiting.get(node.object) ?? none, isNew);
    if (problems !== null) errors.push(refuseRow(node.table.modelName, problems as Readonly<Record<string, string>>));
  };
  for (const node of inserts) check(node, node.table.columns, true);
  for (const { state, columns } of updates) check({ table: state.tracking.table, object: state.object }, columns, false);
  const [first] = errors;
  if (first === undefined) return;
  if (errors.length === 1) throw first;
  const fields = Object.assign({}, ...errors.toReversed().map((error) => error.fields)) as Readonly<Record<string, string>>;
  const list = errors.map(
    (error) =>
      `${error.model!}: ${Object.entries(error.fields!)
        .map(([property, problem]) => `${property} ${problem}`)
        .join("; ")}`,
  );
  throw new ValidationError(`flush(): ${errors.length} objects do not fit, and nothing was written. ${list.join(". ")}.`, {
    model: first.model!,
    fields,
    properties: Object.keys(fields),
  });
};
