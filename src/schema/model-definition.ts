/** What a model was declared with, kept beside the class so that the class stays empty of machinery. */
import type { Shape } from "./entity.ts";

/** `ModelOptions` without the types of one model. */
export interface DeclaredOptions {
  readonly primaryKey?: readonly string[];
  readonly unique?: readonly (readonly string[])[];
  readonly indexes?: readonly (readonly string[] | DeclaredIndex)[];
  readonly checks?: { readonly [name: string]: unknown };
  readonly comment?: string;
  readonly renamedFrom?: string;
  readonly schema?: string;
  readonly database?: string;
  readonly orderBy?: string | readonly string[];
}

/** `IndexOptions`, nothing of it checked yet. */
export interface DeclaredIndex {
  readonly columns: readonly unknown[];
  readonly name?: unknown;
  readonly unique?: unknown;
  readonly where?: unknown;
  readonly include?: unknown;
  readonly using?: unknown;
}

export interface ModelDefinition {
  /** The table's name in the database. */
  readonly table: string;
  readonly shape: Shape;
  readonly options: DeclaredOptions;
}

const definitions = new WeakMap<object, ModelDefinition>();
const models: WeakRef<object>[] = [];

export const defineModel = (model: object, definition: ModelDefinition): void => {
  definitions.set(model, definition);
  models.push(new WeakRef(model));
};

/** What `Model` has returned so far and is still in use: the parents of the classes that users wrote. */
export const definedModels = (): object[] => models.map((model) => model.deref()).filter((model) => model !== undefined);

/** The definition of a model, or of the model that a class extends; `undefined` for anything else. */
export const modelDefinitionOf = (model: unknown): ModelDefinition | undefined => {
  let at: unknown = model;
  while (typeof at === "function") {
    const found = definitions.get(at);
    if (found) return found;
    at = Object.getPrototypeOf(at);
  }
  return undefined;
};

/** What to call a model in messages: the class's name, or its table's where the class has none. */
export const modelNameOf = (model: unknown, definition: ModelDefinition): string =>
  (typeof model === "function" && typeof model.name === "string" && model.name) || String(definition.table);
