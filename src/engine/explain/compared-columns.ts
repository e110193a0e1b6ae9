/**
 * Which columns a condition compares with a value, read from its text: PostgreSQL's filters, and the WHERE of statements for SQLite, whose plans show none.
 * It is for advice only, so it would rather find nothing than the wrong thing: conditions with OR or a collation, and expressions, are left alone.
 */
import { qualified, quote } from "../../dialect/quote.ts";

export interface ComparedColumns {
  /** Compared by `=`, `IN` or `= ANY`. */
  readonly equal: readonly string[];
  /** Compared by `<`, `>` and their kin. */
  readonly range: readonly string[];
}

const nothing: ComparedColumns = { equal: [], range: [] };

const name = String.raw`(?:"(?:[^"]|"")+"|[a-z_]\w*)`;
const column = String.raw`(?:(${name})\.)?(${name})`;
/** A column alone, or in parentheses with a cast behind it, as PostgreSQL writes `(title)::text`. */
const comparison = new RegExp(
  String.raw`(?<![\w."$?])(?:\(${column}\)::[\w ]+?|${column}) (=|IN|<=|>=|<|>)(?= ?(?:[?$(:'\d]|ANY|any\b|${name}))`,
  "gi",
);

const plain = (quoted: string): string => (quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted);

/** `alias`: whose columns count; those without an alias always do. */
export const comparedColumns = (condition: string, alias: string): ComparedColumns => {
  const text = condition.replaceAll(/'(?:[^']|'')*'/g, "''");
  if (/\b(?:OR|SELECT|SubPlan|COLLATE)\b/i.test(text)) return nothing;
  const equal = new Set<string>();
  const range = new Set<string>();
  for (const [, castOf, cast, bareOf, bare, operator] of text.matchAll(comparison)) {
    const of = castOf ?? bareOf;
    if (of !== undefined && plain(of) !== alias) continue;
    (operator === "=" || operator!.toUpperCase() === "IN" ? equal : range).add(plain((cast ?? bare)!));
  }
  return { equal: [...equal], range: [...range].filter((each) => !equal.has(each)) };
};

/** The condition of a statement with one WHERE; `""` for others. */
export const whereOf = (sql: string): string => {
  const parts = sql.split(/\bWHERE\b/i);
  if (parts.length !== 2 || /\bSELECT\b[^]*\bSELECT\b/i.test(sql)) return "";
  return parts[1]!.split(/\b(?:GROUP BY|ORDER BY|HAVING|LIMIT|WINDOW|RETURNING)\b/i)[0]!;
};

/** The DDL of an index that serves the comparisons: the equal ones first, one range behind them; `null` when there is nothing to serve. */
export const indexFor = (schema: string | null, table: string, { equal, range }: ComparedColumns, isPostgres: boolean): string | null => {
  const columns = [...equal, ...range.slice(0, 1)];
  if (columns.length === 0) return null;
  const listed = `(${columns.map(quote).join(", ")})`;
  // PostgreSQL makes up a name that is free; without CONCURRENTLY nobody could write meanwhile.
  if (isPostgres) return `CREATE INDEX CONCURRENTLY ON ${qualified({ schema, name: table })} ${listed}`;
  // SQLite has the schema in front of the index, whose table is in the same file.
  return `CREATE INDEX ${qualified({ schema, name: [table, ...columns, "index"].join("_") })} ON ${quote(table)} ${listed}`;
};
