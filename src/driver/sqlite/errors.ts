/**
 * What SQLite's refusals mean. `better-sqlite3` gives the extended result code by name, `node:sqlite` by number; the message is SQLite's own in both.
 * SQLite's messages name tables, columns and constraints, and quote the SQL near a syntax error; none of them holds a bound value.
 */
import {
  BugError,
  CheckViolation,
  ConnectionError,
  ConstraintViolation,
  DatabaseBusy,
  DatatypeMismatch,
  ForeignKeyViolation,
  isPetrelError,
  NotNullViolation,
  QueryError,
  UniqueViolation,
} from "../../base/errors.ts";
import type { ErrorDetails } from "../../base/errors.ts";
import { IntegerTooLarge, NotOneStatement, WrongValueCount } from "./binding.ts";

type Make = (message: string, details: ErrorDetails) => Error;

/** Result codes, https://sqlite.org/rescode.html: extended ones are the primary code plus 256 times a number. */
const codes: Readonly<Record<string, number>> = {
  SQLITE_ERROR: 1,
  SQLITE_PERM: 3,
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_INTERRUPT: 9,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_TOOBIG: 18,
  SQLITE_CONSTRAINT: 19,
  SQLITE_MISMATCH: 20,
  SQLITE_AUTH: 23,
  SQLITE_NOTADB: 26,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_BUSY_SNAPSHOT: 517,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_TRIGGER: 1811,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
  SQLITE_CONSTRAINT_ROWID: 2579,
  SQLITE_CONSTRAINT_DATATYPE: 3091,
};

/** The extended result code; the primary one where only that is known; 0 when the error is not SQLite's. */
export const resultCode = (error: unknown): number => {
  if (typeof error !== "object" || error === null) return 0;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  if (typeof errcode === "number") return errcode;
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) return 0;
  return codes[code] ?? codes[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? ""] ?? 1;
};

/** Whether waiting may help: another connection has the lock. A read snapshot that has become old stays old. */
export const isBusy = (error: unknown): boolean => {
  const code = resultCode(error);
  return (code & 0xff) === 5 && code !== 517;
};

/** An error of `base/errors.ts` for whatever running `sql` threw. `path` is the database's. Errors of ours pass through. */
export const toPetrelError = (error: unknown, sql: string, path: string): unknown => {
  if (isPetrelError(error)) return error;
  const details = { cause: error, sql };
  if (error instanceof IntegerTooLarge) {
    return new QueryError(
      "The answer has an integer beyond 2^53, which a JavaScript number would round. Declare the column as bigint, or read this statement with bigints.",
      details,
    );
  }
  if (error instanceof NotOneStatement) {
    const what = error.message === "no statement" ? "The SQL text has no statement" : "The SQL text does not have exactly one statement";
    return new QueryError(`${what}. Run one statement at a time.`, details);
  }
  if (error instanceof WrongValueCount) {
    return new QueryError(
      "The statement has more, or fewer, placeholders than there are values. Give one value for each placeholder.",
      details,
    );
  }
  const code = resultCode(error);
  if (code === 0) return new BugError("running a statement on SQLite failed in a way that SQLite does not know.", details);
  return describe(code, (error as Error).message, details, path);
};

const describe = (code: number, message: string, details: ErrorDetails & { readonly sql: string }, path: string): Error => {
  const constraint = byConstraint[code];
  if (constraint !== undefined) return constraint(message, details);
  const failure = byPrimaryCode[code & 0xff];
  if (failure !== undefined) return failure(message, { ...details, path });
  return new QueryError(`SQLite refused the statement: ${message.replace(/[.?!]+$/, "")}.${attachHint(message)}`, {
    ...details,
    ...positionOf(message, details.sql),
  });
};

/** A schema of SQLite's is a file that was attached by this name. */
const attachHint = (message: string): string =>
  /^(?:unknown database |no such table: [^.]+\.)/.test(message)
    ? " A schema is a file here: has it been attached, by the option attach of the engine, and its table created?"
    : "";

/** SQLite says near which word it gave up, not where. Where that word stands only once, this is the place. */
const positionOf = (message: string, sql: string): { readonly position?: number } => {
  const near = /^near "([^]*)": syntax error$/.exec(message)?.[1];
  if (near === undefined || near === "") return {};
  const at = sql.indexOf(near);
  return at < 0 || sql.includes(near, at + 1) ? {} : { position: at + 1 };
};

const uniqueViolation: Make = (message, details) => {
  const listed = /^UNIQUE constraint failed: ([^]*)$/.exec(message)?.[1] ?? "";
  const index = /^index '([^]*)'$/.exec(listed)?.[1];
  if (index !== undefined)
    return new UniqueViolation(`Another row has the same key in the unique index '${index}'.`, { ...details, constraint: index });
  const { table, columns } = splitColumns(listed);
  const where = columns.length === 0 ? "" : ` in ${columns.map((column) => `${table}.${column}`).join(", ")}`;
  return new UniqueViolation(
    `Another row has the same value${columns.length > 1 ? "s" : ""}${where}. Change it, or upsert on that conflict.`,
    {
      ...details,
      ...(listed === "" ? {} : { constraint: listed, table, columns }),
      ...(columns.length === 1 ? { column: columns[0]! } : {}),
    },
  );
};

/** `"users.email, users.name"`: every column with its table in front. */
const splitColumns = (listed: string): { readonly table: string; readonly columns: readonly string[] } => {
  const first = listed.split(", ")[0] ?? "";
  const table = first.slice(0, Math.max(0, first.indexOf(".")));
  return {
    table,
    columns: listed === "" ? [] : listed.split(", ").map((name) => (name.startsWith(`${table}.`) ? name.slice(table.length + 1) : name)),
  };
};

const notNullViolation: Make = (message, details) => {
  const listed = /^NOT NULL constraint failed: ([^]*)$/.exec(message)?.[1] ?? "";
  const { table, columns } = splitColumns(listed);
  return new NotNullViolation(`${listed === "" ? "A column" : listed} must not be null. Give it a value, or make the column nullable.`, {
    ...details,
    ...(listed === "" ? {} : { table, columns, column: columns[0]! }),
  });
};

const checkViolation: Make = (message, details) => {
  const constraint = /^CHECK constraint failed: ([^]*)$/.exec(message)?.[1];
  return new CheckViolation(
    `A row does not satisfy the check ${constraint === undefined ? "of its table" : `'${constraint}'`}.`,
    constraint === undefined ? details : { ...details, constraint },
  );
};

const foreignKeyViolation: Make = (_message, details) =>
  new ForeignKeyViolation(
    "A row refers to a row that does not exist, or one that others refer to was to go. SQLite does not say which constraint; " +
      "write parents before children, and remove children first.",
    details,
  );

const datatypeMismatch: Make = (message, details) => {
  // "cannot store TEXT value in INTEGER column users.age"
  const found = /^cannot store (\w+) value in (\w+) column ([^]*)$/.exec(message);
  if (found === null) return new DatatypeMismatch("A value has a type that its column does not take.", details);
  const { table, columns } = splitColumns(found[3]!);
  return new DatatypeMismatch(`${found[3]} holds ${found[2]} and was given ${found[1]}.`, {
    ...details,
    table,
    columns,
    column: columns[0]!,
  });
};

const byConstraint: Readonly<Record<number, Make>> = {
  275: checkViolation,
  787: foreignKeyViolation,
  1299: notNullViolation,
  1555: uniqueViolation,
  2067: uniqueViolation,
  2579: uniqueViolation,
  3091: datatypeMismatch,
  20: datatypeMismatch,
};

type MakeFailure = (message: string, details: ErrorDetails & { readonly path: string }) => Error;

const connectionError =
  (sentence: (path: string) => string): MakeFailure =>
  (_message, { path, ...details }) =>
    new ConnectionError(sentence(path), details);

const byPrimaryCode: Readonly<Record<number, MakeFailure>> = {
  3: connectionError((path) => `SQLite may not use the database '${path}': the file or its directory does not permit it.`),
  5: (_message, { path, ...details }) =>
    new DatabaseBusy(
      `The database '${path}' is locked by another connection, and stayed so. Keep transactions short, or raise the option busyTimeout.`,
      details,
    ),
  6: (_message, { path, ...details }) =>
    new DatabaseBusy(`A table of the database '${path}' is in use by a read of the same connection.`, details),
  8: (_message, { path, ...details }) =>
    new QueryError(`The database '${path}' was to be changed, but this connection only reads.`, details),
  9: (_message, { path: _path, ...details }) => new QueryError("The statement was interrupted before its end.", details),
  10: connectionError(
    (path) => `Reading or writing the database '${path}' failed: the disk, the file system or another program is in the way.`,
  ),
  11: connectionError((path) => `The database '${path}' is damaged. Run 'PRAGMA integrity_check' on a copy, and restore a backup.`),
  13: connectionError((path) => `The database '${path}' cannot grow: the disk is full, or its page limit is reached.`),
  14: connectionError((path) => `The database '${path}' cannot be opened: the file is missing, is a directory, or may not be read.`),
  18: (_message, { path: _path, ...details }) => new QueryError("A text, a blob or the statement is larger than SQLite takes.", details),
  19: (message, { path: _path, ...details }) => new ConstraintViolation(`A constraint refused a row: ${message}.`, details),
  23: (_message, { path: _path, ...details }) => new QueryError("SQLite was told not to run such statements.", details),
  26: connectionError((path) => `The file '${path}' is not a SQLite database, or is encrypted.`),
};
