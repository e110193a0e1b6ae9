/** What `new User({ … })` does: every value checked, defaults filled in, and all columns assigned in declared order so that instances share one hidden class. */
import { ConfigurationError, ValidationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { KeyPair } from "../ast/source.ts";
import { describe } from "../types/column-type.ts";
import { freshValue } from "./columns/filler.ts";
import { definedTable } from "./registry.ts";
import type { Table, TableColumn } from "./table.ts";

type Values = Readonly<Record<string, unknown>>;
type Fields = Record<string, string>;

const noNames: readonly string[] = [];
const relationsGiven = (table: Table, row: Values): readonly string[] =>
  table.relationNames.filter((name) => Object.hasOwn(row, name) && row[name] !== undefined);

const refuseUnknown = (table: Table, values: Values): void => {
  for (const key of Object.keys(values)) {
    if (table.byProperty.has(key) || table.relationNames.includes(key)) continue;
    const hint = didYouMean(key, [...table.byProperty.keys(), ...table.relationNames]);
    const details = { model: table.modelName, property: key };
    throw new ConfigurationError(`${table.modelName} has no column or relation '${key}'.${hint}`, details);
  }
};

const refuse = (table: Table, fields: Fields): never => {
  const properties = Object.keys(fields);
  const sentences = properties.map((property) => `${table.modelName}.${property} ${fields[property]}`).join("; ");
  throw new ValidationError(`${sentences}.`, { model: table.modelName, properties, fields });
};

const takeKey = (
  relation: string,
  [near, far]: KeyPair,
  target: unknown,
  values: Values,
  found: Map<string, unknown>,
  fields: Fields,
): void => {
  const key = target === null ? null : (target as Values)[far.property];
  const own = values[near.property] === undefined ? found.get(near.property) : values[near.property];
  if (own !== undefined && key !== undefined && own !== key)
    fields[near.property] = `differs from the key of '${relation}', which was given too`;
  if (key !== undefined) found.set(near.property, key);
};

/** Some columns of a key may say something else, too: it leads nowhere if any of them is NULL. */
const refuseKeyOfNothing = (relation: string, keys: readonly KeyPair[], values: Values, fields: Fields): void => {
  if (keys.every(([near]) => (values[near.property] ?? null) !== null))
    fields[keys[0]![0].property] = `differs from the key of '${relation}', which was given too`;
};

/** What the foreign keys of the belongsTo objects among the values are, by property. */
const keysOfRelations = (table: Table, values: Values, given: readonly string[], fields: Fields): Map<string, unknown> => {
  const found = new Map<string, unknown>();
  for (const name of given) {
    const { kind, toMany, keys } = table.relation(name)!;
    const value = values[name];
    if (toMany ? !Array.isArray(value) : typeof value !== "object" || Array.isArray(value)) {
      fields[name] = `expects ${toMany ? "an array of objects" : "an object or null"}, got ${describe(value)}`;
    } else if (kind === "belongsTo") {
      if (value === null && keys.length > 1) refuseKeyOfNothing(name, keys, values, fields);
      else for (const pair of keys) takeKey(name, pair, value, values, found, fields);
    }
  }
  return found;
};

/** The value for a column that was not given; `undefined` leaves the property away. */
const absentValue = (column: TableColumn): unknown => {
  if (column.default !== null) return freshValue(column.default);
  return column.nullable && column.computed === null ? null : undefined;
};

/** Why a column takes no value of anybody's. */
export const isComputedText = "is computed by the database and takes no value";

const problemOf = (column: TableColumn, value: unknown): string | null => {
  if (column.computed !== null) return isComputedText;
  if (value === null) return column.nullable ? null : "may not be null";
  return column.check(value);
};

/**
 * Fills a new instance. Columns that the database computes stay absent unless given, and so do required ones, which the insert will ask for.
 * Throws `ConfigurationError` for an unknown key, and one `ValidationError` for all values that do not fit.
 */
export const fillInstance = (instance: object, model: object, values: unknown): void => {
  const table = definedTable(model);
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new ConfigurationError(`new ${table.modelName}() takes an object of values, got ${describe(values)}.`, {
      model: table.modelName,
    });
  }
  const row = values as Values;
  const target = instance as Record<string, unknown>;
  let fields: Fields | null = null;
  const relations = table.relationNames.length === 0 ? noNames : relationsGiven(table, row);
  const relationKeys = relations.length > 0 ? keysOfRelations(table, row, relations, (fields = {})) : null;
  let known = relations.length;
  const { columns } = table;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    const { property } = column;
    let value = Object.hasOwn(row, property) ? row[property] : undefined;
    if (value !== undefined) known++;
    else if (relationKeys !== null) value = relationKeys.get(property);
    if (value === undefined) value = absentValue(column);
    if (value === undefined) continue;
    const problem = problemOf(column, value);
    if (problem !== null) (fields ??= {})[property] ??= problem;
    target[property] = value;
  }
  for (const name of relations) target[name] = row[name];
  // As many as there are: all of them are known.
  if (known !== Object.keys(row).length) refuseUnknown(table, row);
  if (fields !== null && Object.keys(fields).length > 0) refuse(table, fields);
};
