/** COPY on PostgreSQL. */
import { qualified, quote, quoteAll } from "../quote.ts";
import type { CopyWords } from "../dialect.ts";

export const copy: CopyWords = {
  from: (table, columns) => `COPY ${qualified(table)} (${quoteAll(columns)}) FROM STDIN`,
  to: (table, { format, header }) => {
    const rows = table.softDelete === null ? "" : ` WHERE ${quote(table.softDelete.name)} IS NULL`;
    const query = `SELECT ${quoteAll(table.columns)} FROM ${qualified(table)}${rows}`;
    return `COPY (${query}) TO STDOUT${format === "csv" ? ` WITH (FORMAT csv${header ? ", HEADER" : ""})` : ""}`;
  },
};
