/** A table's primary key, unique constraints, indexes and default order: what the columns and the model's options say, each thing once. */
import { didYouMean } from "../base/hint.ts";
import type { ColumnDefinition } from "./columns/column.ts";
import { modelError, propertyError } from "./columns/declared-columns.ts";
import { declaredIndex, plainIndex } from "./indexes.ts";
import type { DeclaredIndex, DeclaredOptions } from "./model-definition.ts";
import { constraintName } from "./naming.ts";
import type { Table, TableColumn, TableIndex, UniqueConstraint } from "./table.ts";

type Definitions = ReadonlyMap<string, ColumnDefinition>;

/** The named option's properties, all of them columns. */
const declared = (
  model: string,
  option: string,
  properties: unknown,
  columns: { has(name: string): boolean; keys(): Iterable<string> },
): string[] => {
  if (!Array.isArray(properties) || properties.length === 0) {
    throw modelError(model, `has an empty entry in its option '${option}'. Name at least one column, in an array.`);
  }
  for (const property of properties as unknown[]) {
    if (typeof property === "string" && columns.has(property)) continue;
    const hint = typeof property === "string" ? didYouMean(property, columns.keys()) : "";
    throw modelError(model, `names '${String(property)}' in its option '${option}', which is not one of its columns.${hint}`);
  }
  if (new Set(properties).size < properties.length)
    throw modelError(model, `names a column twice in its option '${option}'. Name it once.`);
  return properties as string[];
};

/** The properties of the primary key: of the one column marked so, or of the option. */
export const primaryKey = (model: string, columns: Definitions, options: DeclaredOptions): readonly string[] => {
  const marked = [...columns].filter(([, definition]) => definition.primaryKey === true).map(([property]) => property);
  if (marked.length > 1) {
    throw modelError(
      model,
      `has two primary keys, '${marked[0]}' and '${marked[1]}'. For a key of several columns use the option primaryKey: ["${marked[0]}", "${marked[1]}"].`,
    );
  }
  if (options.primaryKey === undefined) {
    if (marked.length === 1) return marked;
    throw modelError(model, 'has no primary key. Add one, as in id: int().primaryKey(), or the option primaryKey: ["…", "…"].');
  }
  if (marked.length === 1)
    throw modelError(model, `has two primary keys, the column '${marked[0]}' and the option 'primaryKey'. Keep one of them.`);
  const key = declared(model, "primaryKey", options.primaryKey, columns);
  const nullable = key.find((property) => columns.get(property)!.nullable === true);
  if (nullable !== undefined) throw propertyError(model, nullable, "is part of the primary key and nullable. Remove .nullable().");
  return key;
};

const sameColumns = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((it, index) => it === b[index]);

export interface Keys {
  readonly uniques: readonly UniqueConstraint[];
  readonly indexes: readonly TableIndex[];
}

/** Unique constraints and indexes. What the primary key or a unique constraint already indexes gets no second index. */
export const keys = (
  model: string,
  table: string,
  byProperty: ReadonlyMap<string, TableColumn>,
  definitions: Definitions,
  options: DeclaredOptions,
): Keys => {
  const marked = (flag: "unique" | "index"): string[][] =>
    [...definitions].filter(([, it]) => it[flag] === true).map(([property]) => [property]);
  const given = (option: "unique" | "indexes", entries: readonly unknown[]): string[][] =>
    entries.map((entry) => declared(model, option, entry, byProperty));
  const columnsOf = (properties: readonly string[]): readonly TableColumn[] =>
    Object.freeze(properties.map((property) => byProperty.get(property)!));
  const taken: (readonly TableColumn[])[] = [[...byProperty.values()].filter((column) => column.primaryKey)];
  const collect = (entries: string[][], suffix: "key" | "idx"): readonly UniqueConstraint[] => {
    const found: UniqueConstraint[] = [];
    for (const columns of entries.map(columnsOf)) {
      if (taken.some((other) => sameColumns(other, columns))) continue;
      taken.push(columns);
      found.push(
        Object.freeze({
          name: constraintName(
            table,
            columns.map((column) => column.name),
            suffix,
          ),
          columns,
        }),
      );
    }
    return Object.freeze(found);
  };
  const uniques = collect([...marked("unique"), ...given("unique", options.unique ?? [])], "key");
  const entries: readonly (readonly string[] | DeclaredIndex)[] = options.indexes ?? [];
  const plain = entries.filter((entry) => Array.isArray(entry));
  const others = entries.filter((entry): entry is DeclaredIndex => !Array.isArray(entry));
  const indexes = [
    ...collect([...marked("index"), ...given("indexes", plain)], "idx").map((index) => plainIndex(index.name, index.columns)),
    ...others.map((entry) => declaredIndex(model, table, byProperty, entry)),
  ];
  const twice = indexes.find(({ name }, place) => indexes.some((other, at) => at < place && other.name === name));
  if (twice !== undefined) throw modelError(model, `has two indexes called '${twice.name}'. Give one of them another name: name: "…".`);
  return { uniques, indexes: Object.freeze(indexes) };
};

/** `"-createdAt"` as a column and a direction. */
export const defaultOrder = (model: string, byProperty: ReadonlyMap<string, TableColumn>, options: DeclaredOptions): Table["orderBy"] => {
  const terms = options.orderBy === undefined ? [] : typeof options.orderBy === "string" ? [options.orderBy] : options.orderBy;
  return Object.freeze(
    terms.map((term) => {
      const descending = term.startsWith("-");
      const [property] = declared(model, "orderBy", [descending ? term.slice(1) : term], byProperty);
      return Object.freeze({ column: byProperty.get(property!)!, direction: descending ? ("desc" as const) : ("asc" as const) });
    }),
  );
};
