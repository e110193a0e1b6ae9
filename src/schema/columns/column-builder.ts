/** The object behind `text().unique()`: every call gives a new one with one more fact in its definition. Mistakes are reported when the model is first used. */
import type { Column, ColumnDefinition, Flag, ForeignKeyOptions, GeneratedOptions, KeyOptions } from "./column.ts";
import type { Kind } from "../../types/column-type.ts";

class ColumnBuilder {
  readonly #definition: ColumnDefinition;

  constructor(definition: ColumnDefinition) {
    this.#definition = Object.freeze(definition);
  }

  static definitionOf(value: unknown): ColumnDefinition | undefined {
    return typeof value === "object" && value !== null && #definition in value ? value.#definition : undefined;
  }

  #with(facts: Partial<ColumnDefinition>): ColumnBuilder {
    return new ColumnBuilder({ ...this.#definition, ...facts });
  }
  nullable(): ColumnBuilder {
    return this.#with({ nullable: true });
  }
  primaryKey(options?: KeyOptions): ColumnBuilder {
    return this.#with({ primaryKey: true, ...(options === undefined ? {} : { generated: options.generated }) });
  }
  unique(): ColumnBuilder {
    return this.#with({ unique: true });
  }
  index(): ColumnBuilder {
    return this.#with({ index: true });
  }
  default(given: unknown): ColumnBuilder {
    return this.#with({ default: { given } });
  }
  generatedAs(given: unknown, { stored = true }: GeneratedOptions = {}): ColumnBuilder {
    return this.#with({ generatedAs: { given, stored } });
  }
  onUpdate(given: unknown): ColumnBuilder {
    return this.#with({ onUpdate: { given } });
  }
  version(): ColumnBuilder {
    return this.#with({ version: true });
  }
  hidden(): ColumnBuilder {
    return this.#with({ hidden: true });
  }
  references(target: string, options: ForeignKeyOptions = {}): ColumnBuilder {
    return this.#with({ references: { ...options, target } });
  }
  named(name: string): ColumnBuilder {
    return this.#with({ name });
  }
  databaseType(databaseType: string): ColumnBuilder {
    return this.#with({ type: Object.freeze({ ...this.#definition.type, databaseType }) });
  }
  check(given: unknown): ColumnBuilder {
    return this.#with({ check: { given } });
  }
  comment(comment: string): ColumnBuilder {
    return this.#with({ comment });
  }
  renamedFrom(renamedFrom: string): ColumnBuilder {
    return this.#with({ renamedFrom });
  }
}

/** What was collected for a column; `undefined` for anything that is not one. */
export const definitionOf = (value: unknown): ColumnDefinition | undefined => ColumnBuilder.definitionOf(value);

/** A column that starts with `definition`. The phantom types exist for TypeScript only, so the cast adds nothing that is not there. */
export const buildColumn = <T, K extends Kind, F extends Flag = never>(definition: ColumnDefinition): Column<T, K, F> =>
  new ColumnBuilder(definition) as unknown as Column<T, K, F>;

const methods: ReadonlySet<unknown> = new Set(
  Object.values(Object.getOwnPropertyDescriptors(ColumnBuilder.prototype)).map((it) => it.value),
);

/** Whether `value` is one of the builder's methods that was named without being called: `name: text().unique`. */
export const isBuilderMethod = (value: unknown): boolean => typeof value === "function" && methods.has(value);
