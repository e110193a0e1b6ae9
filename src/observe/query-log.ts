/** Lines about statements: for people on a terminal, as JSON for programs. */
import { TypedValue } from "../base/bound-value.ts";
import process from "node:process";
import { isPetrelError } from "../base/errors.ts";
import type { Finished } from "./finished.ts";
import { prettySql } from "./pretty-sql.ts";
import { shortened } from "./shortened.ts";

export const isTerminal = (): boolean => process.stderr.isTTY;

export const standardError = (line: string): void => void process.stderr.write(`${line}\n`);

const isColoured = (): boolean => isTerminal() && !process.env["NO_COLOR"];

const grey = (text: string): string => (isColoured() ? `\u001B[90m${text}\u001B[39m` : text);

/** On a terminal long statements have several lines; whoever reads lines elsewhere gets one for each. */
const sqlText = ({ sql, host }: Finished["statement"], longest: number): string =>
  isTerminal() ? prettySql(sql, host.dialect.name, isColoured()) : shortened(sql, longest);

/** JSON has no bigints, and nobody reads bytes. */
const readable = (value: unknown): unknown => {
  if (value instanceof TypedValue) return String(value);
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? `<${value.length} bytes>` : value;
};

/** An error's text may come from the database and hold values: only its kind is logged. */
const kindOf = (error: unknown): string => {
  if (isPetrelError(error)) return `${error.name} ${error.code}`;
  return error instanceof Error ? error.name : "an error";
};

const facts = ({ statement, duration, rows, error }: Finished, parameters: boolean): object => ({
  sql: statement.sql,
  durationMs: Number(duration.toFixed(3)),
  rows,
  // Only a server's driver tells them.
  ...(statement.decoded === null
    ? {}
    : {
        waitedMs: Number(statement.waited.toFixed(3)),
        decodedMs: Number(statement.decoded.toFixed(3)),
        bytesSent: statement.bytesSent,
        bytesReceived: statement.bytesReceived,
        connection: statement.connection,
      }),
  ...(statement.model === null ? {} : { model: statement.model }),
  ...(statement.callSite === null ? {} : { callSite: statement.callSite }),
  ...(error === null ? {} : { error: kindOf(error) }),
  ...(parameters ? { parameters: statement.values.map(readable) } : {}),
});

/** `SELECT … (1.2ms, 3 rows)`. */
export const logLine = (finished: Finished, isPretty: boolean, parameters: boolean): string => {
  if (!isPretty) return JSON.stringify({ level: "debug", message: "query", ...facts(finished, parameters) });
  const { statement, duration, rows, error } = finished;
  const outcome = error === null ? `${rows} ${rows === 1 ? "row" : "rows"}` : kindOf(error);
  const values = parameters ? ` ${JSON.stringify(statement.values.map(readable))}` : "";
  return `${sqlText(statement, 1000)}${values} ${grey(`(${duration.toFixed(1)}ms, ${outcome})`)}`;
};

/** `Slow query (0.123s): SELECT …`, and how the database went about it. */
export const slowLines = (finished: Finished, plan: string | null, isPretty: boolean, parameters: boolean): string => {
  if (!isPretty)
    return JSON.stringify({ level: "warn", message: "slow query", ...facts(finished, parameters), ...(plan === null ? {} : { plan }) });
  const { statement, duration } = finished;
  const first = `Slow query (${(duration / 1000).toFixed(3)}s): ${sqlText(statement, 100)}`;
  return plan === null ? first : [first, ...plan.split("\n").map((line) => grey(`  ${line}`))].join("\n");
};
