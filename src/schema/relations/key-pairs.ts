/** Which columns a relation equates: those of a foreign key, and those it points at, one by one. */
import { fullName, isSameTable } from "../../ast/source.ts";
import { didYouMean } from "../../base/hint.ts";
import { describe } from "../../types/column-type.ts";
import { definitionOf } from "../columns/column-builder.ts";
import { propertyError } from "../columns/declared-columns.ts";
import { modelDefinitionOf } from "../model-definition.ts";
import { referenceOf } from "./reference.ts";
import type { RelationDefinition } from "./relation.ts";
import type { Table, TableColumn } from "../table.ts";

/** The relation that a mistake is about. */
interface Place {
  readonly table: Table;
  readonly relation: string;
}

const mistake = ({ table, relation }: Place, rest: string): Error => propertyError(table.modelName, relation, rest);

const columnsNamed = (owner: Table, names: readonly unknown[], what: string, at: Place): readonly TableColumn[] => {
  if (names.length === 0) throw mistake(at, `names no ${what}. Name at least one column of ${owner.modelName}.`);
  const columns = names.map((name) => {
    const found = typeof name === "string" ? owner.byProperty.get(name) : undefined;
    if (found !== undefined) return found;
    const hint = typeof name === "string" ? didYouMean(name, owner.byProperty.keys()) : "";
    const said = typeof name === "string" ? `'${name}'` : describe(name);
    throw mistake(at, `names the ${what} ${said}, which is not a column of ${owner.modelName}.${hint}`);
  });
  if (new Set(columns).size < columns.length) throw mistake(at, `names a column twice in its ${what}. Name it once.`);
  return columns;
};

/** The column that a foreign key is said to point at by `.references("table.column")`, where that is a column of `target`. */
const referenced = (owner: Table, key: TableColumn, target: Table): TableColumn | undefined => {
  const reference = definitionOf(modelDefinitionOf(owner.model)!.shape[key.property])?.references;
  if (reference === undefined) return undefined;
  const { table, column } = referenceOf(reference.target);
  if (!isSameTable(table, target) || column === undefined) return undefined;
  return target.columns.find((it) => it.name === column) ?? target.byProperty.get(column);
};

const isUnique = (table: Table, columns: readonly TableColumn[]): boolean =>
  [
    table.primaryKey,
    ...table.uniques.map((unique) => unique.columns),
    ...table.indexes.filter((index) => index.unique && index.columns.length === index.terms.length).map((index) => index.columns),
  ].some((unique) => unique.length === columns.length && columns.every((column) => unique.includes(column)));

const named = (target: Table, references: unknown, at: Place): readonly TableColumn[] => {
  const columns = columnsNamed(target, Array.isArray(references) ? references : [references], "referenced column", at);
  if (isUnique(target, columns)) return columns;
  const names = columns.map(({ property }) => `'${property}'`).join(" and ");
  const remedy =
    columns.length === 1 ? `Add .unique() to ${target.modelName}.${columns[0]!.property}.` : "List them under its option 'unique'.";
  throw mistake(
    at,
    `references ${names} of ${target.modelName}, which ${columns.length === 1 ? "is" : "are together"} not unique. ${remedy}`,
  );
};

/** What the key points at where nothing says so: one column at what it references, several at the primary key in its order. */
const implied = (owner: Table, keys: readonly TableColumn[], target: Table, at: Place): readonly TableColumn[] => {
  const [key] = keys as readonly [TableColumn];
  const found = keys.length === 1 ? referenced(owner, key, target) : undefined;
  if (found !== undefined) return [found];
  if (target.primaryKey.length === keys.length) return target.primaryKey;
  const properties = target.primaryKey.map(({ property }) => property).join(", ");
  if (keys.length > 1) {
    const remedy = `Name as many columns, in its order, or say which unique columns are meant: { references: […] }.`;
    throw mistake(at, `has a key of ${keys.length} columns; the primary key of ${target.modelName} is (${properties}). ${remedy}`);
  }
  const remedy = `Name a column here for each of (${properties}), in an array, or say which unique column with .references("${fullName(target)}.…") on ${owner.modelName}.${key.property}.`;
  throw mistake(at, `points at ${target.modelName}, whose primary key has several columns. ${remedy}`);
};

/** The foreign key of `owner` that `declared` names, each column with the one of `target` that it points at. */
export const keyPairs = (
  owner: Table,
  target: Table,
  { key, options }: RelationDefinition,
  at: Place,
): readonly (readonly [TableColumn, TableColumn])[] => {
  const keys = columnsNamed(owner, key!, "foreign key", at);
  const { references } = options;
  const targets = references === undefined ? implied(owner, keys, target, at) : named(target, references, at);
  if (targets.length !== keys.length) {
    throw mistake(at, `references ${targets.length} columns of ${target.modelName} by ${keys.length}. Name as many here as there.`);
  }
  return keys.map((column, index) => [column, targets[index]!] as const);
};
