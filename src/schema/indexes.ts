/** A table's indexes: what the columns and the model's options say, each thing once. */
import { isSql, sqlNodeOf } from "../ast/sql-tag.ts";
import { didYouMean } from "../base/hint.ts";
import { describe } from "../types/column-type.ts";
import { modelError } from "./columns/declared-columns.ts";
import type { DeclaredIndex } from "./model-definition.ts";
import { constraintName, nameProblem } from "./naming.ts";
import type { TableColumn, TableIndex, TableIndexTerm } from "./table.ts";

type Columns = ReadonlyMap<string, TableColumn>;

const known: Readonly<Record<keyof DeclaredIndex, true>> = {
  columns: true,
  name: true,
  unique: true,
  where: true,
  include: true,
  using: true,
};

const columnNamed = (model: string, columns: Columns, property: unknown): TableColumn => {
  const found = typeof property === "string" ? columns.get(property) : undefined;
  if (found !== undefined) return found;
  const hint = typeof property === "string" ? didYouMean(property, columns.keys()) : "";
  throw modelError(model, `names '${String(property)}' in its option 'indexes', which is not one of its columns.${hint}`);
};

const termOf = (model: string, columns: Columns, given: unknown): TableIndexTerm => {
  const expression = sqlNodeOf(given);
  if (expression !== undefined) return Object.freeze({ value: expression, descending: false });
  const descending = typeof given === "string" && given.startsWith("-");
  return Object.freeze({ value: columnNamed(model, columns, descending ? given.slice(1) : given), descending });
};

const isColumn = (value: TableIndexTerm["value"]): value is TableColumn => !("node" in value);

/** The columns before the first expression. */
const leading = (terms: readonly TableIndexTerm[]): TableColumn[] => {
  const values = terms.map((term) => term.value);
  const end = values.findIndex((value) => !isColumn(value));
  return (end < 0 ? values : values.slice(0, end)).filter(isColumn);
};

const nameOf = (model: string, table: string, given: DeclaredIndex, terms: readonly TableIndexTerm[]): string => {
  if (given.name !== undefined) {
    const problem = nameProblem(given.name);
    if (problem !== null) throw modelError(model, `has an index whose name ${problem}.`);
    return given.name as string;
  }
  const columns = terms.map(({ value }) => value).filter(isColumn);
  if (columns.length < terms.length) throw modelError(model, 'has an index on an expression without a name. Give it one: name: "…".');
  return constraintName(
    table,
    columns.map((column) => column.name),
    "idx",
  );
};

const methodOf = (model: string, using: unknown): string | null => {
  if (using === undefined) return null;
  if (typeof using === "string" && /^[a-z][a-z0-9_]*$/.test(using)) return using;
  throw modelError(model, "has an index whose 'using' is not the name of an index method, such as 'gin'.");
};

/** The index that an entry of the option `indexes` asks for. */
export const declaredIndex = (model: string, table: string, columns: Columns, given: DeclaredIndex): TableIndex => {
  if (typeof given !== "object" || given === null)
    throw modelError(
      model,
      `has ${describe(given)} in its option 'indexes'. Write an array of columns, or { columns: […], unique: true }.`,
    );
  for (const option of Object.keys(given)) {
    if (!Object.hasOwn(known, option))
      throw modelError(model, `gives an index the unknown option '${option}'.${didYouMean(option, Object.keys(known))}`);
  }
  if (!Array.isArray(given.columns) || given.columns.length === 0)
    throw modelError(model, "has an empty entry in its option 'indexes'. Name at least one column, in an array.");
  if (given.where !== undefined && !isSql(given.where))
    throw modelError(model, "has an index whose 'where' is no SQL: write where: sql`deleted_at IS NULL`.");
  if (given.unique !== undefined && typeof given.unique !== "boolean")
    throw modelError(model, "has an index whose 'unique' is neither true nor false.");
  if (given.include !== undefined && !Array.isArray(given.include))
    throw modelError(model, "has an index whose 'include' is no array of columns.");
  const terms = Object.freeze(given.columns.map((term) => termOf(model, columns, term)));
  const where = sqlNodeOf(given.where) ?? null;
  return Object.freeze({
    name: nameOf(model, table, given, terms),
    columns: Object.freeze(where === null ? leading(terms) : []),
    terms,
    unique: given.unique ?? false,
    where,
    include: Object.freeze(((given.include ?? []) as unknown[]).map((property) => columnNamed(model, columns, property))),
    method: methodOf(model, given.using),
  });
};

/** An index on columns alone. */
export const plainIndex = (name: string, columns: readonly TableColumn[]): TableIndex =>
  Object.freeze({
    name,
    columns,
    terms: Object.freeze(columns.map((value) => Object.freeze({ value, descending: false }))),
    unique: false,
    where: null,
    include: Object.freeze([]),
    method: null,
  });
