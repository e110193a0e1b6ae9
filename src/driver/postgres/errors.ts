/**
 * What the server refuses becomes an error of `base/errors.ts`.
 *
 * The server's own words are kept in the message where they cannot hold a value; its detail and context can, and are only to be had by `serverReport`.
 */
import {
  AuthenticationFailed,
  CheckViolation,
  ConnectionError,
  ConnectionLost,
  ConstraintViolation,
  DatatypeMismatch,
  DeadlockDetected,
  type ErrorDetails,
  ExclusionViolation,
  ForeignKeyViolation,
  LockNotAvailable,
  NotNullViolation,
  type PetrelError,
  ProtocolError,
  QueryCanceled,
  QueryError,
  SerializationFailure,
  ServerUnavailable,
  TransactionAborted,
  UniqueViolation,
} from "../../base/errors.ts";
import { conditionName } from "./sqlstate.ts";

/** Everything an ErrorResponse or NoticeResponse says. Absent fields are absent. `detail` and `where` may hold values of rows and parameters. */
export interface ServerReport {
  /** ERROR, FATAL, PANIC; WARNING, NOTICE, DEBUG, INFO, LOG. Never translated. */
  readonly severity: string;
  readonly sqlState: string;
  /** In the language of the server's `lc_messages`. */
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Where in the statement, counted in characters from 1. */
  readonly position?: number;
  readonly internalPosition?: number;
  readonly internalQuery?: string;
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly dataType?: string;
  readonly constraint?: string;
  /** The place in the server's source. */
  readonly file?: string;
  readonly line?: number;
  readonly routine?: string;
}

const texts: Readonly<Record<string, keyof ServerReport>> = {
  D: "detail",
  H: "hint",
  q: "internalQuery",
  W: "where",
  s: "schema",
  t: "table",
  c: "column",
  d: "dataType",
  n: "constraint",
  F: "file",
  R: "routine",
};
const numbers: Readonly<Record<string, keyof ServerReport>> = { P: "position", p: "internalPosition", L: "line" };

/** The report of `readReport`'s fields. Letters that newer servers may add are left out. */
export const serverReportOf = (fields: ReadonlyMap<string, string>): ServerReport => {
  const report: Partial<Record<keyof ServerReport, string | number>> = {};
  for (const [letter, text] of fields) {
    if (Object.hasOwn(texts, letter)) report[texts[letter]!] = text;
    else if (Object.hasOwn(numbers, letter) && /^\d{1,9}$/.test(text)) report[numbers[letter]!] = Number(text);
  }
  const severity = fields.get("V") ?? fields.get("S") ?? "ERROR";
  const sqlState = /^[0-9A-Z]{5}$/.exec(fields.get("C") ?? "")?.[0] ?? "XX000";
  return { ...(report as Omit<ServerReport, "severity" | "sqlState" | "message">), severity, sqlState, message: fields.get("M") ?? "" };
};

const reports = new WeakMap<object, ServerReport>();

/** All that the server said about an error, `undefined` for an error that does not come from it. Its detail may hold values: not for logs. */
export const serverReport = (error: unknown): ServerReport | undefined =>
  typeof error === "object" && error !== null ? reports.get(error) : undefined;

/** What the driver knows when a report comes in. */
export interface ReportContext {
  /** The statement's text, as sent. */
  readonly sql?: string;
  /**
   * Whether the statement may have taken effect. Left out: `false`, since PostgreSQL undoes a statement that fails.
   * A COMMIT that fails, and FATAL in the middle of several statements, are the driver's to judge.
   */
  readonly mayHaveRun?: boolean;
  /** Whether the server refused the session itself: then it is a `ConnectionError`, whatever the reason. */
  readonly connecting?: boolean;
}

type ErrorClass = new (message: string, details?: ErrorDetails) => PetrelError;

const byState: Readonly<Record<string, ErrorClass>> = {
  "23502": NotNullViolation,
  "23503": ForeignKeyViolation,
  "23505": UniqueViolation,
  "23514": CheckViolation,
  "23P01": ExclusionViolation,
  "22P02": DatatypeMismatch,
  "42804": DatatypeMismatch,
  "40001": SerializationFailure,
  "40P01": DeadlockDetected,
  "57014": QueryCanceled,
  "55P03": LockNotAvailable,
  "25P02": TransactionAborted,
  "57P01": ConnectionLost,
  "57P02": ConnectionLost,
  "57P05": ConnectionLost,
  "25P03": ConnectionLost,
  "25P04": ConnectionLost,
  "57P03": ServerUnavailable,
  "53300": ServerUnavailable,
  "08P01": ProtocolError,
};
const byClass: Readonly<Record<string, ErrorClass>> = { "23": ConstraintViolation, "28": AuthenticationFailed };

const advice: Readonly<Record<string, string>> = {
  "40001": "Another transaction changed what this one read: run the whole transaction again.",
  "40P01": "Two transactions waited for each other: run the whole transaction again.",
  "25P02": "An earlier statement of this transaction failed: roll it back, or use a savepoint around what may fail.",
  "53300": "The server has no connection left: lower the pool's size, or raise max_connections.",
  "3D000": "Create the database, or check its name in the URL.",
  "57P03": "The server is starting or stopping: try again in a moment.",
  "42P01": "Has the table been created, and is its schema in the search_path?",
  "42703": "Has the column been added to this database?",
};

/** The error for an ErrorResponse. `serverReport` gives the rest of what the server said. */
export const errorFromReport = (report: ServerReport, context: ReportContext = {}): PetrelError => {
  const { sqlState } = report;
  const known = byState[sqlState] ?? byClass[sqlState.slice(0, 2)] ?? QueryError;
  const Class = context.connecting === true && !(known.prototype instanceof ConnectionError) ? ConnectionError : known;
  const error = new Class(sentence(report), detailsOf(report, context));
  reports.set(error, report);
  return error;
};

const sentence = (report: ServerReport): string => {
  const said = `The database answered: ${withoutValues(report)} (${conditionName(report.sqlState)}, ${report.sqlState}).`;
  const hint = Object.hasOwn(advice, report.sqlState) ? ` ${advice[report.sqlState]}` : "";
  return `${said}${place(report)}${hint}`;
};

const place = ({ sqlState, schema, table, column, constraint }: ServerReport): string => {
  if (!sqlState.startsWith("23") || table === undefined) return "";
  const name = [schema === "public" ? undefined : schema, table, column].filter((part) => part !== undefined).join(".");
  return ` It happened at ${name}${constraint === undefined ? "" : `, constraint ${constraint}`}.`;
};

/**
 * Messages about data (class 22) quote the value, in the quotation marks of the server's language: everything between the first and the last goes.
 * The other classes quote names.
 */
const withoutValues = ({ sqlState, message }: ServerReport): string =>
  sqlState.startsWith("22") ? message.replace(/["'`«»‹›„“”‘’「」].*["'`«»‹›„“”‘’「」]/s, "…") : message;

const detailsOf = (report: ServerReport, { sql, mayHaveRun = false }: ReportContext): ErrorDetails => ({
  sqlState: report.sqlState,
  mayHaveRun,
  ...(report.constraint !== undefined && { constraint: report.constraint }),
  ...(report.schema !== undefined && { schema: report.schema }),
  ...(report.table !== undefined && { table: report.table }),
  ...(report.column !== undefined && { column: report.column }),
  ...(report.position !== undefined && { position: report.position }),
  ...(report.hint !== undefined && { hint: report.hint }),
  ...(sql !== undefined && { sql }),
});

/**
 * The line of `sql` with the place of the error under it, for people:
 *
 *     3 | where emial = $1
 *               ^
 *
 * `position` counts characters (code points) from 1, as the server does. `null` when the text has no such place.
 */
export const pointAt = (sql: string, position: number): string | null => {
  const characters = Array.from(sql);
  if (!Number.isInteger(position) || position < 1 || position > characters.length + 1) return null;
  const before = characters
    .slice(0, position - 1)
    .join("")
    .split("\n");
  const line = before.length;
  const text = sql.split("\n")[line - 1]!;
  const label = `${line} | `;
  const indent = Array.from(label + before[line - 1]!, (character) => (character === "\t" ? "\t" : " ")).join("");
  return `${label}${text}\n${indent}^`;
};
