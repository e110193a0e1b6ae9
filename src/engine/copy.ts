/** COPY: the fastest way in for rows that need nothing back, and a table as a file on the way out. */
import { fullName } from "../ast/source.ts";
import { ConfigurationError } from "../base/errors.ts";
import type { BoundValue } from "../base/bound-value.ts";
import type { CopyFeatures, DriverFeatures } from "../driver/features.ts";
import { textOf } from "../driver/postgres/statements/untyped-parameter.ts";
import type { Table, TableColumn } from "../schema/table.ts";
import { ownReason, signalOf } from "./call-limit.ts";
import type { CallLimit } from "./call-limit.ts";
import type { Database } from "./database.ts";
import { featureOf } from "./driver-feature.ts";
import type { Transaction } from "./transactions/transaction.ts";
import { inModelWords, rememberWriter } from "./violation.ts";

export interface CopyToOptions extends CallLimit {
  /** `csv`, the default, or PostgreSQL's own `text`: columns apart by tabs, NULL as `\\N`. */
  readonly format?: "csv" | "text" | undefined;
  /** A first line with the names of the columns; only for `csv`. Default true. */
  readonly header?: boolean | undefined;
}

/** Where it is copied: in a transaction that nothing else uses meanwhile, whose connection copies as its driver does, or on a connection of its own. */
export interface CopyPlace {
  readonly database: Database;
  readonly transaction: Transaction | null;
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
  { database, transaction }: CopyPlace,
  table: Table,
  columns: readonly TableColumn[],
  rows: AsyncIterable<readonly BoundValue[]>,
  signal?: AbortSignal,
): Promise<number> => {
  const send = copyFromOf(database);
  const text = database.dialect.copy!.from(table, columns);
  const writes = [fullName(table)];
  rememberWriter(writes, table);
  if (transaction === null) database.assertOutside(true);
  database.countStatement();
  const copied =
    transaction === null
      ? send(text, chunksOf(rows), signal)
      : transaction.lend((connection) => (connection as CopyFeatures).copyFrom!(text, chunksOf(rows), signal), writes, signal);
  try {
    return await copied;
  } catch (error) {
    throw ownReason(inModelWords(error, writes), signal);
  } finally {
    // A transaction tells of it when it commits.
    if (transaction === null) database.changes.tell({ tables: writes, acts: "neither" });
  }
};

/** Throws `ConfigurationError` where there is no COPY. */
export const copyFromOf = (database: Database): NonNullable<DriverFeatures["copyFrom"]> =>
  featureOf(database, "copyFrom", "copyFrom()", "Use session.insertAll(), which takes one transaction for all rows.");

export const copyToOf = (database: Database): NonNullable<DriverFeatures["copyTo"]> =>
  featureOf(database, "copyTo", "copyTo()", "Use query(…).stream(), which reads rows one at a time.");

/** The table as a file, in chunks of bytes, without soft-deleted rows. Leaving the loop early stops the server too. */
export async function* copyTable(
  { database, transaction }: CopyPlace,
  table: Table,
  { format = "csv", header = true, ...limit }: CopyToOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (format !== "csv" && format !== "text") throw new ConfigurationError("copyTo() got an unknown format. Use 'csv' or 'text'.");
  const fetch = copyToOf(database);
  const text = database.dialect.copy!.to(table, { format, header: header && format === "csv" });
  const signal = signalOf(limit);
  signal?.throwIfAborted();
  if (transaction === null) database.assertOutside(false);
  database.countStatement();
  const lent = transaction === null ? null : await transaction.lend((connection) => connection as CopyFeatures, [], signal);
  try {
    yield* lent === null ? fetch(text, signal) : lent.copyTo!(text, signal);
  } catch (error) {
    throw ownReason(error, signal);
  }
}
