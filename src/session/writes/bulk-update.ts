/** `session.bulkUpdate(objects, fields)`: named columns of many objects, as the objects have them. */
import { ConfigurationError, ValidationError } from "../../base/errors.ts";
import { assignmentsOf } from "../../query/expressions/assignments.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import { placeOf } from "./change-row.ts";
import { changeAll } from "./change-rows.ts";
import type { RowChange } from "./change-rows.ts";
import { keyOfObject } from "../tracking/identity-map.ts";
import { refuseRow, rootOfInstance } from "./prepared-row.ts";
import type { Row } from "./prepared-row.ts";
import type { SessionScope } from "../session-scope.ts";
import { wroteColumns } from "./write-now.ts";

const use = "bulkUpdate()";

/** Throws `ConfigurationError` unless `fields` are columns that may be written. */
const columnsOf = (table: Table, fields: unknown): TableColumn[] => {
  if (!Array.isArray(fields) || fields.length === 0)
    throw new ConfigurationError(`${use} takes the columns to write after the objects: bulkUpdate(objects, ["name"]).`, {
      model: table.modelName,
    });
  return [...new Set(fields as string[])].map((property) => {
    const column = table.byProperty.get(property);
    const problem =
      column === undefined
        ? `has no column '${property}'`
        : column.primaryKey
          ? `is found by '${property}', which cannot be changed by it`
          : column === table.version
            ? `counts '${property}' by itself`
            : column.computed !== null
              ? `has '${property}' computed by the database`
              : null;
    if (problem === null) return column!;
    throw new ConfigurationError(`${use}: ${table.modelName} ${problem}.`, { model: table.modelName, property });
  });
};

const assertDistinct = (table: Table, objects: readonly Row[]): void => {
  const keys = new Set(objects.map((object) => keyOfObject(table, object)));
  if (keys.size === objects.length) return;
  throw new ConfigurationError(`${use} was given one ${table.modelName} twice, by its primary key. Give each row once.`, {
    model: table.modelName,
  });
};

/** All objects are checked before the first is written. */
const changesOf = (objects: readonly Row[], fields: unknown): RowChange[] => {
  const root = rootOfInstance(objects[0]!, use);
  const { table, scope } = root;
  const columns = columnsOf(table, fields);
  const changes = objects.map((object, index): RowChange => {
    if (rootOfInstance(object, use) !== root)
      throw new ConfigurationError(`${use} takes objects of one model; number ${index + 1} is no ${table.modelName}.`, {
        model: table.modelName,
      });
    const values: Row = {};
    const missing: Record<string, string> = {};
    for (const { property } of columns) {
      if (Object.hasOwn(object, property) && object[property] !== undefined) values[property] = object[property];
      else missing[property] = "was not fetched and has no value";
    }
    const place = placeOf(table, object, use);
    try {
      if (Object.keys(missing).length > 0) throw refuseRow(table.modelName, missing);
      return { place, assignments: assignmentsOf(table, scope.source, values, use) };
    } catch (error) {
      const isValue = error instanceof ValidationError && error.fields !== undefined;
      throw isValue ? refuseRow(table.modelName, error.fields, `, object ${index + 1} of ${objects.length},`) : error;
    }
  });
  assertDistinct(table, objects);
  return changes;
};

/** Returns how many there were. */
export const bulkUpdateNow = async (
  scope: SessionScope,
  given: unknown,
  fields: unknown,
  signal: AbortSignal | undefined,
): Promise<number> => {
  if (!Array.isArray(given)) throw new ConfigurationError(`${use} takes an array of objects, not ${describe(given)}.`);
  const objects = given as Row[];
  if (objects.length === 0) return 0;
  const root = rootOfInstance(objects[0]!, use);
  const changes = changesOf(objects, fields);
  const written = await scope.nested(
    (runner) => changeAll(runner, root, changes, { use, signal }, false),
    signal === undefined ? {} : { signal },
  );
  objects.forEach((object, index) => wroteColumns(scope.unit, root.table, object, written[index]!));
  return objects.length;
};
