/** SQL for people's eyes: over several lines where it is long, by sql-formatter, which this file alone names (decision 0025), and in colours on a terminal. */
import { createRequire } from "node:module";
import { styleText } from "node:util";

type Language = "postgresql" | "sqlite";
type Format = (sql: string, options: { language: Language; keywordCase: "preserve"; tabWidth: number }) => string;

const require = createRequire(import.meta.url);
let loaded: Format | null = null;

/** Loaded with the first long statement that somebody looks at: programs that log nothing for people never do. */
const formatter = (): Format => (loaded ??= (require("sql-formatter") as { format: Format }).format);

/** A line that a reader takes in at a glance stays one. */
const longestLine = 100;
/** Formatting takes milliseconds for texts beyond, and nobody reads them. */
const longestText = 10_000;

const parts = /('(?:[^']|'')*')|("(?:[^"]|"")*")|(\$\d+|\?)|\b([A-Z][A-Z]+)\b/g;

/** Statements of Petrel have their keywords in capitals, and names in quotes. */
const coloured = (sql: string): string =>
  sql.replaceAll(parts, (all, text?: string, name?: string, placeholder?: string) => {
    if (name !== undefined) return all;
    if (text !== undefined) return styleText("green", all, { validateStream: false });
    return styleText(placeholder === undefined ? "cyan" : "yellow", all, { validateStream: false });
  });

/** What cannot be formatted stays as it is. */
const overLines = (sql: string, language: Language): string => {
  if (sql.length <= longestLine || sql.length > longestText) return sql;
  try {
    return formatter()(sql, { language, keywordCase: "preserve", tabWidth: 2 });
  } catch {
    return sql;
  }
};

export const prettySql = (sql: string, dialect: "postgres" | "sqlite", isColoured: boolean): string => {
  const text = overLines(sql.trim(), dialect === "postgres" ? "postgresql" : "sqlite");
  return isColoured ? coloured(text) : text;
};
