/** What `update` was given, as SET clauses: checked values, expressions, and the columns that renew themselves (`onUpdate`). */
import { ConfigurationError, ValidationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import { fingerprint } from "../../ast/fingerprint.ts";
import { parametersOf } from "../../ast/walk.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import type { Source } from "../../ast/source.ts";
import { isComputedText } from "../../schema/instance.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import { problemWith } from "../../types/check.ts";
import { ColumnCalculation } from "./f.ts";
import type { Calculation } from "./f.ts";
import { KeysSet } from "./json-set.ts";
import { comparable } from "../lookups/lookup-scope.ts";

export interface Assignment {
  readonly column: TableColumn;
  readonly expression: ExpressionNode;
  readonly parameters: readonly ParameterNode[];
  readonly values: readonly unknown[];
  /** Says all about the assignment but its values. */
  readonly key: string;
}

const columnOf = (table: Table, property: string, use: string): TableColumn => {
  const column = table.byProperty.get(property);
  if (column !== undefined) return column;
  throw new ConfigurationError(`${use}: ${table.modelName} has no column '${property}'.${didYouMean(property, table.byProperty.keys())}`, {
    model: table.modelName,
    property,
  });
};

/** Why a value cannot be stored in a column; `null` when it can. */
export const columnProblem = (column: TableColumn, value: unknown): string | null => {
  if (column.computed !== null) return isComputedText;
  if (value === null) return column.nullable ? null : "must not be null";
  return column.check(value);
};

/** Throws `ValidationError` naming every property that has a problem. */
export const refuseAll = (table: Table, problems: Readonly<Record<string, string>>): void => {
  const properties = Object.keys(problems);
  if (properties.length === 0) return;
  const list = properties.map((property) => `${property} ${problems[property]!}`).join("; ");
  throw new ValidationError(`${table.modelName} was not written: ${list}.`, {
    model: table.modelName,
    fields: problems,
    properties,
    ...(properties.length === 1 ? { property: properties[0]! } : {}),
  });
};

type AssignmentForm = Pick<Assignment, "expression" | "parameters" | "key">;

/** What assignments of plain values to one column have in common: every write of a row needs it. */
const valueForms = new WeakMap<TableColumn, AssignmentForm>();

const valueFormOf = (column: TableColumn): AssignmentForm => {
  const known = valueForms.get(column);
  if (known !== undefined) return known;
  const parameter: ParameterNode = { node: "parameter", form: "one", type: column.type, value: undefined, name: column.property };
  const form: AssignmentForm = { expression: parameter, parameters: [parameter], key: `${column.property}=` };
  valueForms.set(column, form);
  return form;
};

export const valueAssignment = (column: TableColumn, value: unknown): Assignment => {
  const { expression, parameters, key } = valueFormOf(column);
  return { column, expression, parameters, values: [value], key };
};

const expressionAssignment = (column: TableColumn, expression: ExpressionNode): Assignment => {
  const parameters = parametersOf(expression);
  const values = parameters.map((parameter) => parameter.value);
  return { column, expression, parameters, values, key: `${column.property}:=${fingerprint(expression)}` };
};

const calculated = (
  table: Table,
  source: Source,
  column: TableColumn,
  path: string,
  calculations: readonly Calculation[],
): ExpressionNode => {
  const named = columnOf(table, path, "update()");
  const start: ExpressionNode = { node: "column", source, column: named };
  return calculations.reduce<ExpressionNode>((left, { operator, value }) => {
    const type = comparable(named.type);
    const other = ColumnCalculation.of(value);
    const right: ExpressionNode =
      other === null
        ? { node: "parameter", form: "one", type, value, name: column.property }
        : calculated(table, source, column, other.path, other.calculations);
    return { node: "arithmetic", operator, left, right, type };
  }, start);
};

/** The column's document with some keys set, for what `jsonSet()` made. Throws `ValidationError` for values that JSON cannot say. */
const documentOf = (table: Table, source: Source, column: TableColumn, given: unknown): ExpressionNode | undefined => {
  const node = KeysSet.of(given, { node: "column", source, column }, column.property);
  if (node === null) return undefined;
  if (column.type.kind !== "json") {
    throw new ConfigurationError(
      `jsonSet() changes JSON columns, and ${table.modelName}.${column.property} is of kind ${column.type.kind}.`,
      {
        model: table.modelName,
        property: column.property,
      },
    );
  }
  const problems: Record<string, string> = {};
  for (const { type, value, name } of parametersOf(node)) {
    const problem = value === null ? null : problemWith(type!, value);
    if (problem !== null) problems[name!] = problem;
  }
  refuseAll(table, problems);
  return node;
};

/**
 * The assignments for `values`, and for columns that renew themselves and were not given. `undefined` leaves a column as it is.
 * Throws `ConfigurationError` for an unknown property, `ValidationError` for values that do not fit, all at once.
 */
export const assignmentsOf = (table: Table, source: Source, values: unknown, use: string): Assignment[] => {
  if (typeof values !== "object" || values === null)
    throw new ConfigurationError(`${use} of ${table.modelName} takes an object of values, not ${describe(values)}.`, {
      model: table.modelName,
    });
  const problems: Record<string, string> = {};
  const assignments: Assignment[] = [];
  for (const property of Object.keys(values)) {
    const given = (values as Record<string, unknown>)[property];
    if (given === undefined) continue;
    const column = columnOf(table, property, use);
    if (column.computed !== null) {
      problems[property] = isComputedText;
      continue;
    }
    const calculation = ColumnCalculation.of(given);
    const node =
      calculation === null
        ? (documentOf(table, source, column, given) ?? nodeOf(given))
        : calculated(table, source, column, calculation.path, calculation.calculations);
    if (node !== undefined) {
      assignments.push(expressionAssignment(column, node));
      continue;
    }
    const problem = columnProblem(column, given);
    if (problem === null) assignments.push(valueAssignment(column, given));
    else problems[property] = problem;
  }
  refuseAll(table, problems);
  if (assignments.length === 0) {
    throw new ConfigurationError(`${use} of ${table.modelName} was given nothing to change. Name at least one column with a value.`, {
      model: table.modelName,
    });
  }
  return completed(table, source, assignments);
};

/** The same with what every write of a row renews. */
export const completed = (table: Table, source: Source, assignments: Assignment[]): Assignment[] => {
  if (table.version === null && !table.columns.some(({ onUpdate }) => onUpdate !== null)) return assignments;
  return [...assignments, ...renewals(table, assignments), ...nextVersion(table, source, assignments)];
};

/** The version counts every write, also those of many rows at once, so that objects read before them are known to be stale. */
const nextVersion = ({ version }: Table, source: Source, given: readonly Assignment[]): Assignment[] => {
  if (version === null || given.some((assignment) => assignment.column === version)) return [];
  const left: ExpressionNode = { node: "column", source, column: version };
  const right: ExpressionNode = { node: "literal", value: 1 };
  return [expressionAssignment(version, { node: "arithmetic", operator: "+", left, right, type: version.type })];
};

const renewals = (table: Table, given: readonly Assignment[]): Assignment[] =>
  table.columns
    .filter((column) => column.onUpdate !== null && !given.some((assignment) => assignment.column === column))
    .map((column) => {
      const filler = column.onUpdate!;
      if (filler.from === "sql") return expressionAssignment(column, filler.expression);
      return valueAssignment(column, filler.from === "function" ? filler.make() : filler.value);
    });
