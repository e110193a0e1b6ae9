/** Rows of text in columns, by cli-table3, which knows how wide emoji and Chinese are. Decision 0035. */
import { createRequire } from "node:module";

interface TableOptions {
  readonly head: readonly string[];
  readonly style: {
    readonly head: readonly string[];
    readonly border: readonly string[];
    readonly compact: boolean;
    readonly "padding-left": number;
  };
  readonly chars: Readonly<Record<string, string>>;
}
type TableClass = new (options: TableOptions) => { push(row: readonly string[]): number; toString(): string };

const noLines = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map((name) => [name, ""]),
);

/** What comes from a database or a file, on one line of a terminal that obeys none of it. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\uFFFD");

/** The head in its first line, then the rows; nothing where there are no rows. */
export const textTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  if (rows.length === 0) return "";
  // The package has no module for `import`; its own types say what this one says.
  const Table = createRequire(import.meta.url)("cli-table3") as TableClass;
  const table = new Table({ head, style: { head: [], border: [], compact: true, "padding-left": 0 }, chars: { ...noLines, middle: " " } });
  for (const row of rows) table.push(row.map(printable));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
};
