/** Tables as people would write them: one column a line, then the constraints by name, then the indexes. */
import { ConfigurationError } from "../base/errors.ts";
import type { BoundValue } from "../base/bound-value.ts";
import type { Action } from "../schema/column.ts";
import type { Filler, ForeignKey, Table, TableColumn, TableIndex, UniqueConstraint } from "../schema/table.ts";
import type { ColumnType } from "../types/column-type.ts";
import { Compilation } from "./compilation.ts";
import type { Words } from "./compilation.ts";
import { quote, quoteAll } from "./quote.ts";
import { Sources } from "./sources.ts";

/** What the databases write differently about tables. */
export interface TableWords {
  readonly words: Words;
  /** The type and what comes with it, for a column whose values the database makes. */
  generatedType(column: TableColumn): string;
  typeName(type: ColumnType): string;
  /** Conditions on a column's values besides those of every database, each without CHECK. */
  checks(type: ColumnType, name: string): readonly string[];
  /** A column's value as a number, for its range. */
  asNumber(type: ColumnType, name: string): string;
  /** Behind the closing parenthesis. */
  readonly tableOptions: string;
}

const actions: Readonly<Record<Action, string>> = {
  cascade: "CASCADE",
  "set null": "SET NULL",
  "set default": "SET DEFAULT",
  restrict: "RESTRICT",
  "no action": "NO ACTION",
};

const checks = ({ type, name }: TableColumn, table: TableWords): string[] => {
  const column = quote(name);
  const conditions = [...table.checks(type, column)];
  const values = type.values?.map((value) => table.words.literal(value, null));
  if (values !== undefined) conditions.push(`${column} IN (${values.join(", ")})`);
  if (type.min !== undefined) conditions.push(`${table.asNumber(type, column)} >= ${table.words.literal(type.min, null)}`);
  if (type.max !== undefined) conditions.push(`${table.asNumber(type, column)} <= ${table.words.literal(type.max, null)}`);
  if (type.minLength !== undefined) conditions.push(`length(${column}) >= ${Number(type.minLength)}`);
  return conditions.map((condition) => ` CHECK (${condition})`);
};

/** A function's value is made for each row by Petrel and is not part of the table. */
const defaultOf = (column: TableColumn, filler: Filler, table: TableWords): string => {
  const { words } = table;
  if (filler.from === "function") return "";
  if (filler.from === "value") {
    const encode = words.codec(column.type).encode as ((value: unknown) => BoundValue) | null;
    // The value was checked against the column when the model was read.
    const stored = filler.value === null ? null : encode === null ? (filler.value as BoundValue) : encode(filler.value);
    return ` DEFAULT ${words.literal(stored, column.type)}`;
  }
  const compilation = new Compilation(words, new Sources(), true);
  return ` DEFAULT (${words.stored(filler.expression, column.type, compilation)})`;
};

const columnLine = (column: TableColumn, isKey: boolean, table: TableWords): string => {
  const name = quote(column.name);
  if (column.generated) return `${name} ${table.generatedType(column)}`;
  const required = column.nullable ? "" : " NOT NULL";
  const key = isKey ? " PRIMARY KEY" : "";
  const filled = column.default === null ? "" : defaultOf(column, column.default, table);
  return `${name} ${table.typeName(column.type)}${key}${required}${filled}${checks(column, table).join("")}`;
};

const uniqueLine = ({ name, columns }: UniqueConstraint): string => `CONSTRAINT ${quote(name)} UNIQUE (${quoteAll(columns)})`;

const actionOf = (action: Action): string => {
  if (!Object.hasOwn(actions, action)) {
    throw new ConfigurationError(`A foreign key has an unknown action. Use one of: ${Object.keys(actions).join(", ")}.`);
  }
  return actions[action];
};

const foreignKeyLine = (key: ForeignKey): string => {
  const target = `${quote(key.targetTable)} (${key.targetColumns.map(quote).join(", ")})`;
  const onDelete = key.onDelete === "no action" ? "" : ` ON DELETE ${actionOf(key.onDelete)}`;
  const onUpdate = key.onUpdate === "no action" ? "" : ` ON UPDATE ${actionOf(key.onUpdate)}`;
  return `CONSTRAINT ${quote(key.name)} FOREIGN KEY (${quoteAll(key.columns)}) REFERENCES ${target}${onDelete}${onUpdate}`;
};

const createIndex = (index: TableIndex, table: Table, ifNotExists: string): string =>
  `CREATE INDEX ${ifNotExists}${quote(index.name)} ON ${quote(table.name)} (${quoteAll(index.columns)})`;

/** The statements that make `table` and its indexes, in order. */
export const createTableWith = (tableWords: TableWords, table: Table, options: { readonly ifNotExists: boolean }): readonly string[] => {
  const ifNotExists = options.ifNotExists ? "IF NOT EXISTS " : "";
  const single = table.primaryKey.length === 1 ? table.primaryKey[0] : undefined;
  const lines = [
    ...table.columns.map((column) => columnLine(column, column === single, tableWords)),
    ...(table.primaryKey.length > 1 ? [`PRIMARY KEY (${quoteAll(table.primaryKey)})`] : []),
    ...table.uniques.map(uniqueLine),
    ...table.foreignKeys.map(foreignKeyLine),
  ];
  const create = `CREATE TABLE ${ifNotExists}${quote(table.name)} (\n  ${lines.join(",\n  ")}\n)${tableWords.tableOptions}`;
  return [create, ...table.indexes.map((index) => createIndex(index, table, ifNotExists))];
};

/** Indexes go with their table. */
export const dropTableWith = (table: Table, options: { readonly ifExists: boolean }): readonly string[] => [
  `DROP TABLE ${options.ifExists ? "IF EXISTS " : ""}${quote(table.name)}`,
];
