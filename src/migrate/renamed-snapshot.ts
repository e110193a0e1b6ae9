/** A structure as it is after its tables and columns were renamed: the database writes the new names everywhere. */
import { tokens } from "../ast/tokens.ts";
import { quote } from "../dialect/quote.ts";
import { keyOf, sameName } from "../schema/snapshot.ts";
import type { ConstraintSnapshot, IndexSnapshot, ObjectName, Snapshot, TableSnapshot } from "../schema/snapshot.ts";
import type { Renames } from "./renames.ts";

type Names = ReadonlyMap<string, string>;
const none: Names = new Map();

/** An expression with its columns' new names. A bare name is compared as PostgreSQL reads it, in lower case. */
const inExpression = (expression: string, names: Names): string => {
  if (names.size === 0) return expression;
  let text = "";
  for (const token of tokens(expression, true)) {
    const isQuoted = token.kind === "opaque" && token.text.startsWith('"');
    const name = isQuoted ? token.text.slice(1, -1).replaceAll('""', '"') : token.kind === "word" ? token.text : null;
    const next = name === null ? undefined : (names.get(name) ?? (isQuoted ? undefined : names.get(name.toLowerCase())));
    text += next === undefined ? token.text : quote(next);
  }
  return text;
};

const through = (columns: readonly string[], names: Names): readonly string[] => columns.map((column) => names.get(column) ?? column);

export const renamed = (from: Snapshot, renames: Renames): Snapshot => {
  if (renames.tables.length === 0 && renames.columns.length === 0) return from;
  const nextName = (table: ObjectName): ObjectName => renames.tables.find((rename) => sameName(rename.from, table))?.to ?? table;
  const byTable = new Map<string, Map<string, string>>();
  for (const { table, from: old, to } of renames.columns) {
    const names = byTable.get(keyOf(table)) ?? new Map<string, string>();
    byTable.set(keyOf(table), names.set(old, to));
  }
  const namesIn = (table: ObjectName): Names => byTable.get(keyOf(table)) ?? none;
  const constraint = (each: ConstraintSnapshot, names: Names): ConstraintSnapshot => {
    if (each.kind === "check") return { ...each, expression: inExpression(each.expression, names) };
    if (each.kind === "exclusion") return each;
    if (each.kind !== "foreign key") return { ...each, columns: through(each.columns, names) };
    const target = nextName(each.target);
    return {
      ...each,
      columns: through(each.columns, names),
      target: { schema: target.schema, name: target.name },
      targetColumns: through(each.targetColumns, namesIn(target)),
    };
  };
  const index = (each: IndexSnapshot, names: Names): IndexSnapshot => ({
    ...each,
    terms: each.terms.map((term) => ({
      ...term,
      column: term.column === null ? null : (names.get(term.column) ?? term.column),
      expression: term.expression === null ? null : inExpression(term.expression, names),
    })),
    where: each.where === null ? null : inExpression(each.where, names),
    include: through(each.include, names),
  });
  const table = (each: TableSnapshot): TableSnapshot => {
    const next = nextName(each);
    const names = namesIn(next);
    return {
      ...each,
      schema: next.schema,
      name: next.name,
      columns: each.columns.map((column) => ({
        ...column,
        name: names.get(column.name) ?? column.name,
        generated: column.generated && { ...column.generated, expression: inExpression(column.generated.expression, names) },
      })),
      constraints: each.constraints.map((one) => constraint(one, names)),
      indexes: each.indexes.map((one) => index(one, names)),
    };
  };
  return { ...from, tables: from.tables.map(table) };
};
