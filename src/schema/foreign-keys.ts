/** A table's foreign keys: one for each `belongsTo`, and one for each `.references()` that no `belongsTo` covers. */
import type { ForeignKeyOptions } from "./column.ts";
import { definitionOf } from "./column-builder.ts";
import { modelDefinitionOf } from "./model-definition.ts";
import { constraintName } from "./naming.ts";
import { declaredRelation } from "./resolve-relation.ts";
import type { ForeignKey, Table, TableColumn } from "./table.ts";

const foreignKey = (table: Table, column: TableColumn, target: string, targetColumn: string, options: ForeignKeyOptions): ForeignKey =>
  Object.freeze({
    name: constraintName(table.name, [column.name], "fkey"),
    columns: Object.freeze([column]),
    targetTable: target,
    targetColumns: Object.freeze([targetColumn]),
    onDelete: options.onDelete ?? "no action",
    onUpdate: options.onUpdate ?? "no action",
  });

const referencesOf = (table: Table, column: TableColumn) =>
  definitionOf(modelDefinitionOf(table.model)!.shape[column.property])?.references;

/** In the order of the columns. A column that two relations use has one foreign key, that of the relation declared first. */
export const foreignKeysOf = (table: Table): readonly ForeignKey[] => {
  const byColumn = new Map<TableColumn, ForeignKey>();
  for (const name of table.relationNames) {
    const declared = declaredRelation(table, name);
    if (declared.kind !== "belongsTo") continue;
    const { target, keys } = table.relation(name)!;
    const column = table.byProperty.get(keys[0]![0].property)!;
    if (byColumn.has(column)) continue;
    const options = { ...referencesOf(table, column), ...declared.options };
    byColumn.set(column, foreignKey(table, column, target.name, keys[0]![1].name, options));
  }
  for (const column of table.columns) {
    const references = referencesOf(table, column);
    if (references === undefined || byColumn.has(column)) continue;
    const [target, targetColumn = "id"] = references.target.split(".");
    byColumn.set(column, foreignKey(table, column, target!, targetColumn, references));
  }
  return Object.freeze([...byColumn.values()].toSorted((a, b) => a.columns[0]!.position - b.columns[0]!.position));
};
