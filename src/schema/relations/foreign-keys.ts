/** A table's foreign keys: one for each `belongsTo`, and one for each `.references()` that no `belongsTo` covers. */
import type { TableName } from "../../ast/source.ts";
import type { ForeignKeyOptions } from "../columns/column.ts";
import { definitionOf } from "../columns/column-builder.ts";
import { modelDefinitionOf } from "../model-definition.ts";
import { constraintName } from "../naming.ts";
import { referenceOf } from "./reference.ts";
import { declaredRelation } from "./resolve-relation.ts";
import type { ForeignKey, Table, TableColumn } from "../table.ts";

const foreignKey = (
  table: Table,
  columns: readonly TableColumn[],
  target: TableName,
  targetColumns: readonly string[],
  options: ForeignKeyOptions,
): ForeignKey =>
  Object.freeze({
    name: constraintName(
      table.name,
      columns.map((column) => column.name),
      "fkey",
    ),
    columns: Object.freeze([...columns]),
    target: Object.freeze({ schema: target.schema, name: target.name }),
    targetColumns: Object.freeze([...targetColumns]),
    onDelete: options.onDelete ?? "no action",
    onUpdate: options.onUpdate ?? "no action",
    deferrable: options.deferrable ?? null,
  });

const referencesOf = (table: Table, column: TableColumn) =>
  definitionOf(modelDefinitionOf(table.model)!.shape[column.property])?.references;

const placesOf = (columns: readonly TableColumn[]): string =>
  columns
    .map(({ position }) => position)
    .toSorted((a, b) => a - b)
    .join();

/** In the order of the columns. Columns that two relations use have one foreign key, that of the relation declared first. */
export const foreignKeysOf = (table: Table): readonly ForeignKey[] => {
  const byColumns = new Map<string, ForeignKey>();
  for (const name of table.relationNames) {
    const declared = declaredRelation(table, name);
    if (declared.kind !== "belongsTo") continue;
    const { target, keys } = table.relation(name)!;
    const columns = keys.map(([near]) => table.byProperty.get(near.property)!);
    const places = placesOf(columns);
    if (byColumns.has(places)) continue;
    const options = { ...(columns.length === 1 ? referencesOf(table, columns[0]!) : {}), ...declared.options };
    const targets = keys.map(([, far]) => far.name);
    byColumns.set(places, foreignKey(table, columns, target, targets, options));
  }
  for (const column of table.columns) {
    const references = referencesOf(table, column);
    if (references === undefined || byColumns.has(placesOf([column]))) continue;
    const { table: target, column: targetColumn } = referenceOf(references.target);
    byColumns.set(placesOf([column]), foreignKey(table, [column], target, [targetColumn ?? "id"], references));
  }
  return Object.freeze([...byColumns.values()].toSorted((a, b) => a.columns[0]!.position - b.columns[0]!.position));
};
