/** A structure as it is after its tables and columns were renamed: the database writes the new names everywhere. */
import { tokens } from "../../ast/tokens.ts";
import type { Token } from "../../ast/tokens.ts";
import { quote } from "../../dialect/quote.ts";
import { keyOf, sameName } from "../../schema/snapshot.ts";
import type { ConstraintSnapshot, IndexSnapshot, ObjectName, Snapshot, TableSnapshot } from "../../schema/snapshot.ts";
import type { Renames } from "./renames.ts";

type Names = ReadonlyMap<string, string>;
const none: Names = new Map();

/** Words that are never a column's name unless they are quoted (PostgreSQL manual, "SQL Key Words"; https://sqlite.org/lang_keywords.html). */
const reserved: ReadonlySet<string> = new Set(
  (
    "all and any array as asc between both case cast check collate constraint create current_date current_time current_timestamp current_user default " +
    "desc distinct else end except exists false for foreign from glob group having ilike in intersect into is isnull lateral leading like limit match not " +
    "notnull null offset on or order over primary references regexp select similar some table then to trailing true union unique user using values when where with"
  ).split(" "),
);

const isBlank = ({ text }: Token): boolean => text.trim() === "";

/** Whether a bare word may be a column where it stands: no keyword, no type behind `::`, no function before `(`. */
const mayBeColumn = (all: readonly Token[], place: number): boolean => {
  if (reserved.has(all[place]!.text.toLowerCase())) return false;
  const before = all.slice(0, place).findLast((token) => !isBlank(token));
  const behind = all.slice(place + 1).find((token) => !isBlank(token));
  return before?.text !== "::" && behind?.text !== "(";
};

/** An expression with its columns' new names. A bare name is compared as PostgreSQL reads it, in lower case. */
const inExpression = (expression: string, names: Names): string => {
  if (names.size === 0) return expression;
  const all = [...tokens(expression, true)];
  const nextName = ({ kind, text }: Token, place: number): string | undefined => {
    if (kind === "opaque") return text.startsWith('"') ? names.get(text.slice(1, -1).replaceAll('""', '"')) : undefined;
    if (kind !== "word" || !mayBeColumn(all, place)) return undefined;
    return names.get(text) ?? names.get(text.toLowerCase());
  };
  return all
    .map((token, place) => {
      const next = nextName(token, place);
      return next === undefined ? token.text : quote(next);
    })
    .join("");
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
