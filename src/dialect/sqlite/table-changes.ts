/** Changes of structure in SQLite's words. What ALTER TABLE cannot do is a rebuild: https://sqlite.org/lang_altertable.html. */
import { BugError } from "../../base/errors.ts";
import type { Change, DdlStatement } from "../../schema/change.ts";
import type { ColumnSnapshot, ConstraintSnapshot, ObjectName, TableSnapshot } from "../../schema/snapshot.ts";
import { columnLine, constraintName, createIndexText, createTableText, referencesClause } from "../create-table.ts";
import type { TableSyntax } from "../create-table.ts";
import { ddl } from "../ddl-statement.ts";
import { qualified, quote } from "../quote.ts";
import { isMark, sqlTokens } from "./sql-tokens.ts";
import { rebuildTable } from "./table-rebuild.ts";

export const sqliteTables: TableSyntax = {
  identity: (column, isLoneKey) => (!isLoneKey ? "" : `PRIMARY KEY${column.identity === "always" ? " AUTOINCREMENT" : ""}`),
  identityIsKey: true,
  automaticKeyName: () => null,
  tableWords: (options) => ["", options.length === 0 ? "" : ` ${options.join(", ")}`],
  // The schema stands before the index, and never before the table.
  indexName: (table, index) => qualified({ schema: table.schema, name: index }),
  indexTable: (table) => quote(table.name),
};

/** A constraint of a new column alone, as it stands behind it. */
const inline = (constraint: ConstraintSnapshot): string => {
  const name = constraintName(constraint);
  if (constraint.kind === "check") return `${name}CHECK (${constraint.expression})`;
  if (constraint.kind === "foreign key") return `${name}${referencesClause(constraint)}`;
  throw new BugError("a new column of SQLite has a constraint that only a rebuild could add.");
};

/** Whether a default is one value as it stands, which ALTER TABLE asks for: no expression, and none of the times. */
const isConstant = (expression: string): boolean => {
  const tokens = sqlTokens(expression);
  const [first, second] = tokens;
  const isSigned = isMark(first, "-") || isMark(first, "+");
  if (isSigned) return tokens.length === 2 && second?.kind === "number";
  return tokens.length === 1 && !isMark(first, "(") && !/^CURRENT_/i.test(expression);
};

/** Whether ADD COLUMN can do it, with these constraints. */
export const canAddColumn = (column: ColumnSnapshot, constraints: readonly ConstraintSnapshot[]): boolean => {
  if (column.identity !== null || column.generated?.stored === true) return false;
  if (column.default !== null && !isConstant(column.default)) return false;
  if (!column.nullable && column.default === null && column.generated === null) return false;
  const keys = constraints.filter((constraint) => constraint.kind === "foreign key");
  if (keys.length > 0 && column.default !== null) return false;
  return keys.length <= 1 && constraints.every((constraint) => constraint.kind === "check" || constraint.kind === "foreign key");
};

/** Whether anything of the table names the column: then DROP COLUMN refuses. */
export const isMentioned = (table: TableSnapshot, column: string): boolean => {
  const names = (expression: string): boolean =>
    sqlTokens(expression).some(
      (token) => (token.kind === "word" || token.kind === "name") && token.value.toLowerCase() === column.toLowerCase(),
    );
  return (
    table.constraints.some((constraint) =>
      constraint.kind === "check" ? names(constraint.expression) : constraint.kind !== "exclusion" && constraint.columns.includes(column),
    ) ||
    table.columns.some((each) => each.name !== column && each.generated !== null && names(each.generated.expression)) ||
    table.triggers.some((trigger) => names(trigger.definition))
  );
};

const whole = { lock: "EXCLUSIVE" } as const;

/** The statements that make one change. */
export const renderSqlite = (change: Change): readonly DdlStatement[] => {
  switch (change.change) {
    case "createTable": {
      const { table } = change;
      const indexes = table.indexes.map((index) => ddl(createIndexText(table, index, sqliteTables), { ...whole, table }));
      const triggers = table.triggers.map((trigger) => ddl(trigger.definition, { ...whole, table }));
      return [ddl(createTableText(table, sqliteTables), { ...whole, table }), ...indexes, ...triggers];
    }
    case "dropTable":
      return [
        // With foreign keys on, SQLite first deletes the rows one by one, and what refers to them.
        ddl(`DROP TABLE ${qualified(change.table)}`, {
          ...whole,
          table: change.table,
          foreignKeysOff: true,
          losesData: `drops the table ${change.table.name}`,
        }),
      ];
    case "renameTable":
      return [ddl(`ALTER TABLE ${qualified(change.from)} RENAME TO ${quote(change.to.name)}`, { ...whole, table: change.from })];
    case "addColumn":
      return [addColumn(change.table, change.column, change.constraints ?? [])];
    case "dropColumn": {
      const losesData = change.column.generated === null ? `drops the column ${change.table.name}.${change.column.name}` : null;
      const sql = `ALTER TABLE ${qualified(change.table)} DROP COLUMN ${quote(change.column.name)}`;
      return [ddl(sql, { ...whole, table: change.table, rewrites: true, losesData })];
    }
    case "renameColumn": {
      const sql = `ALTER TABLE ${qualified(change.table)} RENAME COLUMN ${quote(change.from)} TO ${quote(change.to)}`;
      return [ddl(sql, { ...whole, table: change.table })];
    }
    case "createIndex":
      return [ddl(createIndexText(change.table, change.index, sqliteTables), { ...whole, table: change.table, scans: true })];
    case "dropIndex":
      return [ddl(`DROP INDEX ${quote(change.index.name)}`, { ...whole, table: change.table })];
    case "createView":
      return [ddl(change.view.definition, whole)];
    case "dropView":
      return [ddl(`DROP VIEW ${qualified(change.view)}`, whole)];
    case "rebuildTable":
      return rebuildTable(change, sqliteTables);
    default:
      throw new BugError(`SQLite was asked to ${change.change}, which it has no words for.`);
  }
};

const addColumn = (table: ObjectName, column: ColumnSnapshot, constraints: readonly ConstraintSnapshot[]): DdlStatement => {
  const words = [columnLine(column, false, sqliteTables), ...constraints.map(inline)].join(" ");
  const scans = constraints.some((constraint) => constraint.kind === "check");
  return ddl(`ALTER TABLE ${qualified(table)} ADD COLUMN ${words}`, { ...whole, table, scans });
};
