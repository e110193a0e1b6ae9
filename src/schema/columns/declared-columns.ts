/** From a model's shape to its columns: every column checked, named and placed; relations are only told apart. */
import { ConfigurationError } from "../../base/errors.ts";
import { sqlNodeOf } from "../../ast/sql-tag.ts";
import { checkOf } from "../../types/check.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnDefinition } from "./column.ts";
import { definitionOf, isBuilderMethod } from "./column-builder.ts";
import { factoryName } from "./column-factories.ts";
import { columnProblem } from "./column-problem.ts";
import { fillerOf } from "./filler.ts";
import { type ModelDefinition, modelDefinitionOf } from "../model-definition.ts";
import { snakeCase } from "../naming.ts";
import { reservedName } from "../reserved-name.ts";
import type { Computed, TableColumn } from "../table.ts";

/** A mistake in one property of a model. */
export const propertyError = (model: string, property: string, rest: string, cause?: unknown): ConfigurationError =>
  new ConfigurationError(`${model}.${property} ${rest}`, { model, property, ...(cause === undefined ? {} : { cause }) });

/** A mistake in a model as a whole. */
export const modelError = (model: string, rest: string): ConfigurationError => new ConfigurationError(`${model} ${rest}`, { model });

export interface DeclaredColumns {
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
  readonly relationNames: readonly string[];
}

/** What a value that is neither column nor relation most likely should have been. */
const misplaced = (property: string, value: unknown): string | null => {
  const factory = factoryName(value);
  if (factory !== undefined) return `is '${factory}' without its parentheses. Write ${property}: ${factory}().`;
  if (isBuilderMethod(value)) return "ends in a method that is not called. Add the parentheses: .unique() instead of .unique.";
  if (modelDefinitionOf(value)) return `is a model. Write a relation: ${property}: () => hasMany(…) or () => belongsTo(…).`;
  if (typeof value === "function") return null;
  const expected = `Write a column, as in ${property}: text(), or a relation, as in ${property}: () => hasMany(Post, "authorId").`;
  return `is ${describe(value)}, not a column. ${expected}`;
};

/** Tells columns from relations. Throws `ConfigurationError` for anything else, and for names that a model cannot have. */
export const declaredColumns = (model: string, { shape }: ModelDefinition): DeclaredColumns => {
  const columns = new Map<string, ColumnDefinition>();
  const relationNames: string[] = [];
  for (const property of Object.keys(shape)) {
    const reserved = reservedName(property);
    if (reserved !== null)
      throw propertyError(model, property, `cannot have this name: it ${reserved}. Choose another; .named("…") keeps the column's own.`);
    const definition = definitionOf(shape[property]);
    if (definition) {
      const problem = columnProblem(definition);
      if (problem !== null) throw propertyError(model, property, `${problem}.`);
      columns.set(property, definition);
      continue;
    }
    const rest = misplaced(property, shape[property]);
    if (rest !== null) throw propertyError(model, property, rest);
    relationNames.push(property);
  }
  return { columns, relationNames };
};

/** Whether the database counts the key up by itself. */
const isGenerated = (definition: ColumnDefinition, key: readonly string[], property: string): boolean => {
  const single = key.length === 1 && key[0] === property;
  const whole = definition.type.kind === "int" || definition.type.kind === "bigint";
  return single && whole && definition.generated !== false && definition.default === undefined && definition.references === undefined;
};

const computedOf = ({ generatedAs }: ColumnDefinition): Computed | null => {
  if (generatedAs === undefined) return null;
  // `columnProblem` has seen that it is SQL.
  return Object.freeze({ expression: sqlNodeOf(generatedAs.given)!, stored: generatedAs.stored === true });
};

/** The columns in the order in which they were declared. Throws when two have one name in the database (SQLite does not tell case apart). */
export const tableColumns = (
  model: string,
  columns: ReadonlyMap<string, ColumnDefinition>,
  key: readonly string[],
): readonly TableColumn[] => {
  const taken = new Map<string, string>();
  return [...columns].map(([property, definition], position) => {
    const name = definition.name ?? snakeCase(property);
    const other = taken.get(name.toLowerCase());
    if (other !== undefined) {
      throw propertyError(
        model,
        property,
        `and ${model}.${other} are both called '${name}' in the database. Give one of them another name with .named("…").`,
      );
    }
    taken.set(name.toLowerCase(), property);
    if (definition.generatedAs !== undefined && key.includes(property))
      throw propertyError(model, property, "is part of the primary key and computed by the database: remove .generatedAs(…).");
    return Object.freeze({
      name,
      property,
      type: definition.type,
      nullable: definition.nullable ?? false,
      position,
      check: checkOf(definition.type),
      primaryKey: key.includes(property),
      hidden: definition.hidden ?? false,
      generated: isGenerated(definition, key, property),
      default: fillerOf(definition.default ?? (definition.version === true ? { given: 1 } : undefined)),
      onUpdate: fillerOf(definition.onUpdate),
      computed: computedOf(definition),
      comment: definition.comment ?? null,
      renamedFrom: definition.renamedFrom ?? null,
    });
  });
};
