/** `class User extends Model("users", { … }) {}`: a class whose instances are rows. */
import { registerTableName } from "../ast/sql-tag.ts";
import { columnsOf } from "./columns-of.ts";
import { definitionOf } from "./columns/column-builder.ts";
import type { Entity, ModelOptions, ModelShape, NoOptions, RowOf, Shape } from "./entity.ts";
import { fillInstance } from "./instance.ts";
import type { New } from "./new-instance.ts";
import { defineModel } from "./model-definition.ts";
import { guardRelation } from "./relations/relation-guard.ts";
import { definedTable } from "./registry.ts";
import { instanceToJson } from "./to-json.ts";
import type { Columns } from "./scope.ts";

/** The class behind a model. */
export interface ModelClass<N extends string, S, O> extends ModelShape<S, O> {
  new (values: New<Entity<N, S, O>>): RowOf<S> & Entity<N, S, O>;
  /** The table's name in the database. */
  readonly table: N;
  /** The columns and relations as SQL expressions, for use outside of callbacks. */
  readonly columns: Columns<Entity<N, S, O>>;
}

/** Whether an own property of the shape is a relation as far as anyone can tell before the model is used. */
const isRelation = (value: unknown): boolean => typeof value === "function" && definitionOf(value) === undefined;

/**
 * Makes the class that a model extends. Nothing is checked yet, since models may refer to each other: a mistake throws `ConfigurationError` at the first use.
 *
 *     class User extends Model("users", { id: int().primaryKey(), name: text(), posts: () => hasMany(Post, "authorId") }) {}
 */
export function Model<const N extends string, S extends Shape, const O extends ModelOptions<S> = NoOptions>(
  table: N,
  shape: S,
  options?: O,
): ModelClass<N, S, O> {
  class Row {
    static readonly table = table;

    static get columns(): unknown {
      return columnsOf(definedTable(this));
    }

    constructor(values: unknown) {
      fillInstance(this, new.target, values);
    }

    toJSON(): object {
      return instanceToJson(this);
    }
  }
  // A class that is used without being extended has no name of its own; messages then use the table's.
  Object.defineProperty(Row, "name", { value: "", configurable: true });
  for (const name of Object.keys(shape)) {
    if (isRelation(shape[name])) guardRelation(Row.prototype, name);
  }
  defineModel(Row, { table, shape, options: options ?? {} });
  registerTableName(Row, definedTable);
  // The class does what `ModelClass` says; the phantom properties are for TypeScript only.
  return Row as unknown as ModelClass<N, S, O>;
}
