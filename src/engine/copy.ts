/** COPY: the fastest way in for rows that need nothing back, and a table as a file on the way out. */
import { ConfigurationError } from "../base/errors.ts";
import type { BoundValue } from "../base/bound-value.ts";
import { textOf } from "../driver/postgres/untyped-parameter.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import type { Database } from "./database.ts";
import { featureOf } from "./driver-feature.ts";
import { inModelWords } from "./violation.ts";

export interface CopyToOptions {
  /** `csv`, the default, or PostgreSQL's own `text`: columns apart by tabs, NULL as `\\N`. */
  readonly format?: "csv" | "text" | undefined;
  /** A first line with the names of the columns; only for `csv`. Default true. */
  readonly header?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const chunkLength = 65_536;

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line of COPY's text format. */
const lineOf = (values: readonly BoundValue[]): string => {
  const cells = values.map((value) =>
    value === null ? "\\N" : textOf(value).replaceAll(/[\\\n\r\t]/g, (character) => escapes[character]!),
  );
  return `${cells.join("\t")}\n`;
};

async function* chunksOf(rows: AsyncIterable<readonly BoundValue[]>): AsyncGenerator<Uint8Array, void, undefined> {
  let text = "";
  for await (const row of rows) {
    text += lineOf(row);
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

/** Copies rows, values in the order of `columns` and as the column's codec makes them. All or nothing. */
export const copyRows = async (
  database: Database,
  table: Table,
  columns: readonly TableColumn[],
  rows: AsyncIterable<readonly BoundValue[]>,
  signal?: AbortSignal,
): Promise<number> => {
  const send = featureOf(database, "copyFrom", "copyFrom()", "Use session.insertAll(), which takes one transaction for all rows.");
  database.assertOutside(true);
  database.countStatement();
  try {
    return await send(database.dialect.copy!.from(table, columns), chunksOf(rows), signal);
  } catch (error) {
    throw inModelWords(error, [table.name]);
  } finally {
    database.changes.tell({ tables: [table.name], acts: "neither" });
  }
};

/** The table as a file, in chunks of bytes, without soft-deleted rows. Leaving the loop early stops the server too. */
export async function* copyTable(
  database: Database,
  table: Table,
  { format = "csv", header = true, signal }: CopyToOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (format !== "csv" && format !== "text") throw new ConfigurationError("copyTo() got an unknown format. Use 'csv' or 'text'.");
  const fetch = featureOf(database, "copyTo", "copyTo()", "Use query(…).stream(), which reads rows one at a time.");
  database.assertOutside(false);
  database.countStatement();
  yield* fetch(database.dialect.copy!.to(table, { format, header: header && format === "csv" }), signal);
}
