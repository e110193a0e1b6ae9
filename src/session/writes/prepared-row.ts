/** A row that is ready to be inserted: from what a session's call was given to an instance, and the values to bind. All checks happen here, before anything is written. */
import { ConfigurationError, ValidationError } from "../../base/errors.ts";
import { columnProblem } from "../../query/expressions/assignments.ts";
import { rootOf } from "../../query/root.ts";
import type { Root } from "../../query/root.ts";
import type { AnyModel } from "../../schema/entity.ts";
import { freshValue } from "../../schema/columns/filler.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import { rowFormsOf } from "./row-form.ts";
import type { RowForm } from "./row-form.ts";

export type Row = Record<string, unknown>;
type Problems = Readonly<Record<string, string>>;
type Constructor = AnyModel & (new (values: object) => object);

export interface PreparedRow {
  readonly root: Root;
  readonly instance: Row;
  /** Which columns have a value. */
  readonly form: RowForm;
  /** Their values in column order. All fit their columns. */
  readonly values: readonly unknown[];
  /** Defaults that the instance lacks, and gets when it is written. */
  readonly filled: Readonly<Row> | null;
  /** What the caller said besides defaults; `null` when an instance was given, which says everything. */
  readonly said: object | null;
}

export const rootOfInstance = (instance: object, use: string): Root => {
  if (typeof instance === "object" && instance !== null && typeof instance.constructor === "function")
    return rootOf(instance.constructor as unknown as AnyModel);
  throw new ConfigurationError(`${use} takes an instance of a model, not ${describe(instance)}.`);
};

/** `given` is an instance, or a model with `values`. Throws `ValidationError` naming all properties that are missing or do not fit. */
export const prepareRow = (given: object, values: object | undefined, use: string): PreparedRow => {
  if (typeof given !== "function") return preparedInstance(rootOfInstance(given, use), given as Row, null);
  return preparedValues(rootOf(given as unknown as AnyModel), given as unknown as Constructor, values, use);
};

const preparedValues = (root: Root, model: Constructor, values: object | undefined, use: string): PreparedRow => {
  if (typeof values !== "object" || values === null) {
    throw new ConfigurationError(`${use} of ${root.table.modelName} takes an object of values, not ${describe(values)}.`, {
      model: root.table.modelName,
    });
  }
  if (values.constructor === model) return preparedInstance(root, values as Row, null);
  return preparedInstance(root, construct(root.table, model, values), values);
};

/** The same for many; the error says which row it is. Throws `ConfigurationError` for an instance that comes twice. */
export const prepareRows = (given: object, values: unknown, use: string): PreparedRow[] => {
  const isModel = typeof given === "function";
  const list = isModel ? values : given;
  const root = isModel ? rootOf(given as unknown as AnyModel) : null;
  if (!Array.isArray(list)) throw new ConfigurationError(`${use} takes an array, not ${describe(list)}.`);
  const rows: PreparedRow[] = [];
  // An instance made here cannot come twice.
  const brought = new Set<Row>();
  let broughtCount = 0;
  try {
    for (const each of list as object[]) {
      const row = root === null ? prepareRow(each, undefined, use) : preparedValues(root, given as unknown as Constructor, each, use);
      rows.push(row);
      if (row.said !== null) continue;
      brought.add(row.instance);
      broughtCount++;
    }
  } catch (error) {
    throw error instanceof ValidationError ? inRow(error, rows.length, list.length) : error;
  }
  if (brought.size === broughtCount) return rows;
  throw new ConfigurationError(`${use} was given one instance twice. Make a second one for a second row.`);
};

const inRow = (error: ValidationError, index: number, count: number): ValidationError =>
  error.fields === undefined ? error : refuseRow(error.model ?? "A row", error.fields, `, row ${index + 1} of ${count},`);

/** The error for values that do not fit, with one sentence for each property. */
export const refuseRow = (modelName: string, fields: Problems, place = ""): ValidationError => {
  const properties = Object.keys(fields);
  const list = properties.map((property) => `${property} ${fields[property]!}`).join("; ");
  return new ValidationError(`${modelName}${place} was not written: ${list}.`, {
    model: modelName,
    fields,
    properties,
    ...(properties.length === 1 ? { property: properties[0]! } : {}),
  });
};

/** Constructing checks what is there; what is missing belongs into the same error. */
const construct = (table: Table, model: Constructor, values: object): Row => {
  try {
    return new model(values) as Row;
  } catch (error) {
    if (!(error instanceof ValidationError) || error.fields === undefined) throw error;
    const said = saidColumns(table, values);
    const problems: Record<string, string> = {};
    for (const column of table.columns) {
      const problem = error.fields[column.property] ?? (said.has(column) || !isRequired(column) ? undefined : isMissing);
      if (problem !== undefined) problems[column.property] = problem;
    }
    throw refuseRow(table.modelName, { ...problems, ...error.fields });
  }
};

export const isMissing = "has no value and no default";
export const isRequired = (column: TableColumn): boolean =>
  !column.nullable && !column.generated && column.default === null && column.computed === null;

/** The columns that the values speak about, foreign keys by their relation included. */
export const saidColumns = (table: Table, values: object): Set<TableColumn> => {
  const said = new Set<TableColumn>();
  for (const name of Object.keys(values)) {
    if ((values as Row)[name] === undefined) continue;
    const column = table.byProperty.get(name);
    if (column !== undefined) said.add(column);
    const relation = table.relation(name);
    if (relation?.kind !== "belongsTo") continue;
    for (const [near] of relation.keys) said.add(table.byProperty.get(near.property)!);
  }
  return said;
};

const preparedInstance = (root: Root, instance: Row, said: object | null): PreparedRow => {
  const forms = rowFormsOf(root);
  const { last } = forms;
  // Most rows give what the row before them gave.
  const taken = last.take(instance);
  return taken === null ? lookedThrough(root, instance, said) : { root, instance, form: last, values: taken, filled: null, said };
};

/** Column by column. Throws `ValidationError` for what is missing or does not fit. */
const lookedThrough = (root: Root, instance: Row, said: object | null): PreparedRow => {
  const { table } = root;
  const forms = rowFormsOf(root);
  const { last } = forms;
  /** The columns that are given; `null` as long as they are those of the last row. */
  let given: TableColumn[] | null = null;
  const values: unknown[] = [];
  let problems: Record<string, string> | null = null;
  let filled: Row | null = null;
  for (const column of table.columns) {
    const { property } = column;
    // An object that was read has a value, which is not its own to write.
    if (column.computed !== null) continue;
    // A column that was not fetched explains itself when it is read; here it only means "no value".
    let value = Object.hasOwn(instance, property) ? instance[property] : undefined;
    if (value === undefined) {
      value = column.default === null ? undefined : freshValue(column.default);
      if (value !== undefined) (filled ??= {})[property] = value;
      else if (isRequired(column)) (problems ??= {})[property] = isMissing;
      if (value === undefined) continue;
    }
    const problem = columnProblem(column, value);
    if (problem !== null) (problems ??= {})[property] = problem;
    if (given === null && last.given[values.length] !== column) given = last.given.slice(0, values.length);
    given?.push(column);
    values.push(value);
  }
  if (problems !== null) throw refuseRow(table.modelName, problems);
  if (given === null && last.given.length > values.length) given = last.given.slice(0, values.length);
  return { root, instance, form: given === null ? last : forms.of(given), values, filled, said };
};
