/** Tables as people would write them: one column a line, then the constraints by name, then the indexes. */
import { ConfigurationError } from "../base/errors.ts";
import type { Action } from "../schema/columns/column.ts";
import type {
  ColumnSnapshot,
  ConstraintSnapshot,
  Deferrable,
  ForeignKeySnapshot,
  IndexSnapshot,
  IndexTerm,
  ObjectName,
  TableSnapshot,
} from "../schema/snapshot.ts";
import { qualified, quote } from "./quote.ts";

/** What the databases write differently about the parts of a table. */
export interface TableSyntax {
  /** Behind the type, for a column that the database counts up. `key`: it is the table's whole primary key. */
  identity(column: ColumnSnapshot, isLoneKey: boolean): string;
  /** Whether the lone key's own words say that it is the primary key. */
  identityIsKey: boolean;
  /** The name that the database itself gives to a primary key that is created without one; `null` where it gives none, or a cut one. */
  automaticKeyName(table: string): string | null;
  /** Before TABLE, with a trailing space; and behind the closing parenthesis, with a leading one. */
  tableWords(options: readonly string[]): readonly [before: string, behind: string];
  /** The name of an index where it is created, or dropped. */
  indexName(table: ObjectName, index: string, use: "create" | "drop"): string;
  /** The table of an index where it is created. */
  indexTable(table: ObjectName): string;
}

const actions: Readonly<Record<Action, string>> = {
  cascade: "CASCADE",
  "set null": "SET NULL",
  "set default": "SET DEFAULT",
  restrict: "RESTRICT",
  "no action": "NO ACTION",
};

export const quoteNames = (names: readonly string[]): string => names.map(quote).join(", ");

/** One word, number or string, which needs no parentheses as a default; a parenthesised word would be a column's name on SQLite. */
const isSimple = (expression: string): boolean => /^(?:[-+]?\d[\w.]*|[xX]?'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_]+)$/.test(expression);

export const defaultClause = (expression: string): string => `DEFAULT ${isSimple(expression) ? expression : `(${expression})`}`;

const actionOf = (action: Action): string => {
  if (!Object.hasOwn(actions, action)) {
    throw new ConfigurationError(`A foreign key has an unknown action. Use one of: ${Object.keys(actions).join(", ")}.`);
  }
  return actions[action];
};

const deferred = (deferrable: Deferrable): string => (deferrable === null ? "" : ` DEFERRABLE ${deferrable.toUpperCase()}`);

/** `REFERENCES "users" ("id") ON DELETE CASCADE`. */
export const referencesClause = (key: ForeignKeySnapshot): string => {
  const columns = key.targetColumns.length === 0 ? "" : ` (${quoteNames(key.targetColumns)})`;
  const onDelete = key.onDelete === "no action" ? "" : ` ON DELETE ${actionOf(key.onDelete)}`;
  const onUpdate = key.onUpdate === "no action" ? "" : ` ON UPDATE ${actionOf(key.onUpdate)}`;
  return `REFERENCES ${qualified(key.target)}${columns}${onDelete}${onUpdate}${deferred(key.deferrable)}`;
};

const constraintBody = (constraint: ConstraintSnapshot): string => {
  switch (constraint.kind) {
    case "primary key":
      return `PRIMARY KEY (${quoteNames(constraint.columns)})${deferred(constraint.deferrable)}`;
    case "unique": {
      const nulls = constraint.nullsNotDistinct ? " NULLS NOT DISTINCT" : "";
      return `UNIQUE${nulls} (${quoteNames(constraint.columns)})${deferred(constraint.deferrable)}`;
    }
    case "foreign key":
      return `FOREIGN KEY (${quoteNames(constraint.columns)}) ${referencesClause(constraint)}`;
    case "check":
      return `CHECK (${constraint.expression})`;
    case "exclusion":
      return constraint.definition;
  }
};

export const constraintName = ({ name }: ConstraintSnapshot): string => (name === null ? "" : `CONSTRAINT ${quote(name)} `);

/** `CONSTRAINT "users_email_key" UNIQUE ("email")`. */
export const constraintLine = (constraint: ConstraintSnapshot): string => constraintName(constraint) + constraintBody(constraint);

/** A column in CREATE TABLE and ADD COLUMN. */
export const columnLine = (column: ColumnSnapshot, isLoneKey: boolean, syntax: TableSyntax): string => {
  const parts = [quote(column.name), column.type];
  const counted = column.identity === null ? "" : syntax.identity(column, isLoneKey);
  if (column.collation !== null) parts.push(`COLLATE ${quote(column.collation)}`);
  if (counted !== "") parts.push(counted);
  if (isLoneKey && !(counted !== "" && syntax.identityIsKey)) parts.push("PRIMARY KEY");
  if (!column.nullable && counted === "") parts.push("NOT NULL");
  if (column.default !== null) parts.push(defaultClause(column.default));
  if (column.generated !== null)
    parts.push(`GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.stored ? "STORED" : "VIRTUAL"}`);
  return parts.filter((part) => part !== "").join(" ");
};

const termText = (term: IndexTerm): string => {
  const parts = [term.column === null ? `(${term.expression})` : quote(term.column)];
  if (term.collation !== null) parts.push(`COLLATE ${quote(term.collation)}`);
  if (term.operatorClass !== null) parts.push(term.operatorClass);
  if (term.descending) parts.push("DESC");
  if (term.nulls !== null) parts.push(`NULLS ${term.nulls.toUpperCase()}`);
  return parts.join(" ");
};

export const createIndexText = (table: ObjectName, index: IndexSnapshot, syntax: TableSyntax, ifNotExists = false): string => {
  const name = `${ifNotExists ? "IF NOT EXISTS " : ""}${syntax.indexName(table, index.name, "create")}`;
  const method = index.method === "btree" ? "" : ` USING ${quote(index.method)}`;
  const include = index.include.length === 0 ? "" : ` INCLUDE (${quoteNames(index.include)})`;
  const nulls = index.nullsNotDistinct ? " NULLS NOT DISTINCT" : "";
  const where = index.where === null ? "" : ` WHERE ${index.where}`;
  const terms = index.terms.map(termText).join(", ");
  const create = index.unique ? "CREATE UNIQUE INDEX" : "CREATE INDEX";
  return `${create} ${name} ON ${syntax.indexTable(table)}${method} (${terms})${include}${nulls}${where}`;
};

/** The CREATE TABLE alone, under `name`. */
export const createTableText = (table: TableSnapshot, syntax: TableSyntax, name: ObjectName = table, ifNotExists = false): string => {
  const key = table.constraints.find((constraint) => constraint.kind === "primary key");
  // A key of one column that has the name it would get anyway stands with its column.
  const isAutomatic = key !== undefined && (key.name === null || key.name === syntax.automaticKeyName(name.name));
  const lone = isAutomatic && key.columns.length === 1 && key.deferrable === null ? key.columns[0] : undefined;
  const others = table.constraints.filter((constraint) => lone === undefined || constraint !== key);
  const lines = [
    ...table.columns.map((column) => columnLine(column, column.name === lone, syntax)),
    ...others.map((constraint) => constraintLine(constraint === key && isAutomatic ? { ...key, name: null } : constraint)),
  ];
  const [before, behind] = syntax.tableWords(table.options);
  return `CREATE ${before}TABLE ${ifNotExists ? "IF NOT EXISTS " : ""}${qualified(name)} (\n  ${lines.join(",\n  ")}\n)${behind}`;
};

/** The statements that make `table` and its indexes, in order. */
export const createTableWith = (
  syntax: TableSyntax,
  table: TableSnapshot,
  options: { readonly ifNotExists: boolean },
): readonly string[] => [
  createTableText(table, syntax, table, options.ifNotExists),
  ...table.indexes.map((index) => createIndexText(table, index, syntax, options.ifNotExists)),
];

/** Indexes go with their table. */
export const dropTableWith = (table: ObjectName, options: { readonly ifExists: boolean }): readonly string[] => [
  `DROP TABLE ${options.ifExists ? "IF EXISTS " : ""}${qualified(table)}`,
];
