/**
 * From a model's class to its table, once per class.
 *
 * `definedTable` looks at the model's own columns and options only, so it works while other models are still loading.
 * `tableOf` is for using the model: it also resolves every relation once, so that a mistake shows at the first use and not at the first unlucky query.
 */
import { ConfigurationError } from "../base/errors.ts";
import { tableKey } from "../ast/source.ts";
import type { TableName } from "../ast/source.ts";
import { describe } from "../types/column-type.ts";
import { declaredColumns, modelError, propertyError, tableColumns } from "./columns/declared-columns.ts";
import type { AnyModel } from "./entity.ts";
import { foreignKeysOf } from "./relations/foreign-keys.ts";
import { defaultOrder, keys, primaryKey } from "./keys.ts";
import { definedModels, type ModelDefinition, modelDefinitionOf, modelNameOf } from "./model-definition.ts";
import { commentProblem } from "./columns/column-problem.ts";
import { nameProblem } from "./naming.ts";
import { tableChecks } from "./columns/table-checks.ts";
import { resolveRelation } from "./relations/resolve-relation.ts";
import type { ForeignKey, Relation, Table } from "./table.ts";

const defined = new WeakMap<object, Table>();
const checked = new WeakMap<object, Table>();
/** The class that a definition was first used by: the user's own, where it has been seen. */
const byDefinition = new WeakMap<ModelDefinition, Table>();
/** By `tableKey`. */
const byName = new Map<string, WeakRef<Table>>();

const definitionFor = (model: unknown): ModelDefinition => {
  const definition = modelDefinitionOf(model);
  if (definition) return definition;
  const found = typeof model === "function" ? `the class or function '${model.name}'` : describe(model);
  throw new ConfigurationError(
    `A model is needed here, got ${found}. Pass a class made with Model(), as in class User extends Model("users", { … }) {}.`,
  );
};

const softDeleteOf = (modelName: string, columns: Table["columns"], declared: ReturnType<typeof declaredColumns>) => {
  const marked = columns.filter((column) => declared.columns.get(column.property)!.softDelete === true);
  if (marked.length > 1) throw propertyError(modelName, marked[1]!.property, "is a second soft-delete column. Keep one.");
  return marked[0] ?? null;
};

const versionOf = (modelName: string, columns: Table["columns"], declared: ReturnType<typeof declaredColumns>) => {
  const marked = columns.filter((column) => declared.columns.get(column.property)!.version === true);
  const [first, second] = marked;
  if (second !== undefined) throw propertyError(modelName, second.property, "is a second version column. Keep one.");
  if (first !== undefined && (first.type.kind !== "int" || first.nullable || first.primaryKey || first.onUpdate !== null)) {
    throw propertyError(modelName, first.property, "is a version, which is int().version() without a key, NULL or onUpdate.");
  }
  return first ?? null;
};

const commentOf = (modelName: string, { options }: ModelDefinition): string | null => {
  const problem = options.comment === undefined ? null : commentProblem(options.comment);
  if (problem !== null) throw modelError(modelName, `${problem}.`);
  return options.comment ?? null;
};

const renamedFromOf = (modelName: string, { options }: ModelDefinition): string | null => {
  const problem = options.renamedFrom === undefined ? null : nameProblem(options.renamedFrom);
  if (problem !== null) throw modelError(modelName, `was renamed from a name that ${problem}.`);
  return options.renamedFrom ?? null;
};

const schemaOf = (modelName: string, { options }: ModelDefinition): string | null => {
  const problem = options.schema === undefined ? null : nameProblem(options.schema);
  if (problem !== null) throw modelError(modelName, `has a schema whose name ${problem}. Write { schema: "billing" }.`);
  return options.schema ?? null;
};

const databaseOf = (modelName: string, { options: { database } }: ModelDefinition): string | null => {
  if (database !== undefined && (typeof database !== "string" || database === ""))
    throw modelError(modelName, "has a database that is no name. Write { database: 'analytics' }.");
  return database === undefined || database === "default" ? null : database;
};

const makeTable = (model: AnyModel & { readonly prototype: object }, definition: ModelDefinition): Table => {
  const modelName = modelNameOf(model, definition);
  const problem = nameProblem(definition.table);
  if (problem !== null) throw modelError(modelName, `has a table name that ${problem}. Change the first argument of Model().`);
  const declared = declaredColumns(modelName, definition);
  const key = primaryKey(modelName, declared.columns, definition.options);
  const columns = Object.freeze(tableColumns(modelName, declared.columns, key));
  const byProperty = new Map(columns.map((column) => [column.property, column]));
  const relations = new Map<string, Relation>();
  const names = new Set(declared.relationNames);
  let foreignKeys: readonly ForeignKey[] | null = null;
  const table: Table = Object.freeze({
    name: definition.table,
    schema: schemaOf(modelName, definition),
    modelName,
    model,
    columns,
    byProperty,
    primaryKey: Object.freeze(key.map((property) => byProperty.get(property)!)),
    ...keys(modelName, definition.table, byProperty, declared.columns, definition.options),
    checks: tableChecks(modelName, definition.table, byProperty, declared.columns, definition.options),
    comment: commentOf(modelName, definition),
    renamedFrom: renamedFromOf(modelName, definition),
    database: databaseOf(modelName, definition),
    get foreignKeys() {
      return (foreignKeys ??= foreignKeysOf(table));
    },
    relationNames: Object.freeze(declared.relationNames),
    relation(name: string): Relation | undefined {
      if (!names.has(name)) return undefined;
      const known = relations.get(name);
      if (known) return known;
      const relation = resolveRelation(table, name, definedTable);
      relations.set(name, relation);
      return relation;
    },
    orderBy: defaultOrder(modelName, byProperty, definition.options),
    softDelete: softDeleteOf(modelName, columns, declared),
    computed: Object.freeze(columns.filter((column) => column.computed !== null)),
    version: versionOf(modelName, columns, declared),
  });
  return table;
};

/** A model's table, its relations not yet looked at. Throws `ConfigurationError` for mistakes in its columns and options. */
export const definedTable = (model: unknown): Table => {
  const known = defined.get(model as object);
  if (known) return known;
  const definition = definitionFor(model);
  // `definitionFor` has seen that this is a class made by `Model`, or one that extends it.
  const table = makeTable(model as AnyModel & { readonly prototype: object }, definition);
  defined.set(model as object, table);
  if (!byDefinition.has(definition)) byDefinition.set(definition, table);
  byName.set(tableKey(table), new WeakRef(table));
  return table;
};

/** A model's table, wholly checked. Throws `ConfigurationError` for any mistake in the model, naming model, property and remedy. */
export const tableOf = (model: unknown): Table => {
  const known = checked.get(model as object);
  if (known) return known;
  const table = definedTable(model);
  for (const name of table.relationNames) table.relation(name);
  void table.foreignKeys;
  checked.set(model as object, table);
  return table;
};

/** The tables of every model defined so far. One whose class nobody has used yet goes by its table's name in messages. */
export const definedTables = (): Table[] =>
  definedModels().map((model) => byDefinition.get(modelDefinitionOf(model)!) ?? unregistered(model));

/** A table that is not remembered as the definition's own: the class that extends it may still come. */
const unregistered = (model: object): Table => {
  const table = makeTable(model as AnyModel & { readonly prototype: object }, modelDefinitionOf(model)!);
  for (const name of table.relationNames) table.relation(name);
  return table;
};

/** The table of a model in use, by its name in the database; the one used last where several models share it. For error messages only. */
export const knownTable = (name: TableName): Table | undefined => byName.get(tableKey(name))?.deref();
