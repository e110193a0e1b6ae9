/**
 * Every error that Petrel throws on purpose.
 *
 * A message is a sentence for a stranger: what happened, to which model, column or parameter, and what to do. It never holds a parameter's value.
 * `code` is stable and has a page in `docs/errors/`. Recognise an error by `code` or by `isPetrelError`, which also works across two copies of the package.
 */
const brand = Symbol.for("petrel.error");

/** What an error may know beyond its message. Absent fields are absent, never `undefined`. */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** The database's own five-letter condition, where it has one (PostgreSQL manual, appendix A). */
  readonly sqlState?: string;
  readonly constraint?: string;
  readonly table?: string;
  /** The schema of the table, where the database says it. */
  readonly schema?: string;
  readonly column?: string;
  /** Several columns, where a constraint spans several. */
  readonly columns?: readonly string[];
  /** The model's name, as the class is called. */
  readonly model?: string;
  readonly property?: string;
  readonly properties?: readonly string[];
  /** Where in the SQL text, counted in characters from 1. */
  readonly position?: number;
  /** The SQL text, without parameter values. */
  readonly sql?: string;
  /** One sentence per offending property, for `ValidationError`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The number of the offending parameter, from 1, as in `$1`. */
  readonly parameter?: number;
  /** What the database advises, in its own words. */
  readonly hint?: string;
  /** Whether the statement may have taken effect: `false` where it certainly did not, so that it may be sent again. */
  readonly mayHaveRun?: boolean;
}

/** The parent of every error here. `code` is stable; the message is not. */
export class PetrelError extends Error {
  readonly code: string;
  declare readonly sqlState?: string;
  declare readonly constraint?: string;
  declare readonly table?: string;
  declare readonly schema?: string;
  declare readonly column?: string;
  declare readonly columns?: readonly string[];
  declare readonly model?: string;
  declare readonly property?: string;
  declare readonly properties?: readonly string[];
  declare readonly position?: number;
  declare readonly sql?: string;
  declare readonly fields?: Readonly<Record<string, string>>;
  declare readonly parameter?: number;
  declare readonly hint?: string;
  declare readonly mayHaveRun?: boolean;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    const { cause, ...known } = details;
    super(`${message} [${code}: docs/errors/${code}.md]`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    Object.assign(this, known);
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether `value` is an error of Petrel, whichever copy of the package made it. */
export const isPetrelError = (value: unknown): value is PetrelError =>
  typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;

/** What an error says, without the page at its end: for the message of another error, which has a page of its own. */
export const sentenceOf = (error: Error): string => error.message.replace(/ \[E\d+: docs\/errors\/E\d+\.md\]$/, "");

/** A model, an option or a call is wrong as it is written; running it again will not help. */
export class ConfigurationError extends PetrelError {
  constructor(message: string, details?: ErrorDetails, code = "E1001") {
    super(code, message, details);
  }
}

/** Values do not fit the model's columns; nothing was written. `fields` has one sentence per property. */
export class ValidationError extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1101", message, details);
  }
}

/** A relation was read that the query did not load. */
export class RelationNotLoaded extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1201", message, details);
  }
}

/** A column was read that the query did not fetch (`only`, `defer`). */
export class ColumnNotLoaded extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1202", message, details);
  }
}

/** A test said that rows are not read one by one, and they were. */
export class NPlusOneDetected extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1801", message, details);
  }
}
/** A test said how many queries there are, and there were more or fewer. */
export class UnexpectedQueries extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1802", message, details);
  }
}

/** A file was refused: too large, of a kind that is not allowed, or not what its name says. Nothing of it was kept. */
export class FileRefused extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1921", message, details);
  }
}
/** A name of a stored file that could lead elsewhere: upwards, out of the store, to a device. */
export class UnsafeFileKey extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1922", message, details);
  }
}
/** There is no file under this key. */
export class FileNotFound extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1923", message, details);
  }
}
/** What a store gives is not what was kept: its bytes were changed or cut. */
export class FileDamaged extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1925", message, details);
  }
}
/** An image cannot be decoded, is larger than it may be, or took too long. */
export class ImageRefused extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1924", message, details);
  }
}

/** A change of a database's structure cannot be planned or made as it was asked for. */
export class MigrationError extends PetrelError {
  constructor(message: string, details?: ErrorDetails, code = "E1701") {
    super(code, message, details);
  }
}

/** A row was required, and there is none. */
export class NoResultFound extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1301", message, details);
  }
}

/** One row was required, and there are several. */
export class MultipleResultsFound extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1302", message, details);
  }
}

/** The row to change is not there any more, or was changed by someone else since it was read. */
export class StaleObject extends PetrelError {
  /** The object whose row it is, where one is known. Logs do not print it: it holds the row's values. */
  declare readonly object?: object;

  constructor(message: string, details?: ErrorDetails, object?: object) {
    super("E1303", message, details);
    if (object !== undefined) Object.defineProperty(this, "object", { value: object });
  }
}

/** A cursor for `pageAfter` was cut, changed, or made for another query: as a rule somebody else's input. */
export class InvalidCursor extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1304", message, details);
  }
}

/** A transaction was used after its end, or a call would bypass the transaction it stands in. */
export class TransactionError extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E1401", message, details);
  }
}

/** The database cannot be opened or reached. */
export class ConnectionError extends PetrelError {
  constructor(message: string, details?: ErrorDetails, code = "E2001") {
    super(code, message, details);
  }
}

/** The database was closed while, or before, it was asked. */
export class DatabaseClosed extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2002");
  }
}

/** The database is locked by another connection, and stayed so for the whole busy timeout. */
export class DatabaseBusy extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2003");
  }
}

/** The server, or what answers in its place, broke the protocol: the connection cannot be trusted any more and is closed. */
export class ProtocolError extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2004");
  }
}

/** The server refused the user or the password, or could not prove that it knows the password itself. */
export class AuthenticationFailed extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2005");
  }
}

/** The connection ended while something was under way. `mayHaveRun` says whether the statement may have taken effect. */
export class ConnectionLost extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2006");
  }
}

/** No connection became free in time. */
export class PoolTimeout extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2007");
  }
}

/** The connection was lost after COMMIT was sent and before its answer: the transaction may be committed or not. */
export class CommitOutcomeUnknown extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2008");
  }
}

/** The server is there and does not accept connections now: starting, stopping, or full. Nothing was run. */
export class ServerUnavailable extends ConnectionError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2009");
  }
}

/** The database refused a statement. */
export class QueryError extends PetrelError {
  constructor(message: string, details?: ErrorDetails, code = "E2101") {
    super(code, message, details);
  }
}

/** A parameter's value does not fit the type that the database expects; nothing was sent. `parameter` is its number. */
export class ParameterError extends QueryError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2102");
  }
}

/** A stored value cannot be given back exactly in the form asked for. */
export class UnreadableValue extends QueryError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2103");
  }
}

/** Another transaction changed what this one read: run the whole transaction again. */
export class SerializationFailure extends QueryError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2201");
  }
}

/** Two transactions waited for each other, and this one was chosen to end: run the whole transaction again. */
export class DeadlockDetected extends QueryError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2202");
  }
}

/** The statement was stopped: by its signal, by a timeout of the server, or by an administrator. */
export class QueryCanceled extends QueryError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2203");
  }
}

/** A lock was not to be had at once, or within `lock_timeout`. */
export class LockNotAvailable extends QueryError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2204");
  }
}

/** A statement of this transaction failed before; the database ignores everything until it is rolled back. */
export class TransactionAborted extends QueryError {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2205");
  }
}

/** A constraint of the database refused a row. */
export class ConstraintViolation extends QueryError {
  constructor(message: string, details?: ErrorDetails, code = "E2300") {
    super(message, details, code);
  }
}
export class UniqueViolation extends ConstraintViolation {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2301");
  }
}
export class ForeignKeyViolation extends ConstraintViolation {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2302");
  }
}
export class NotNullViolation extends ConstraintViolation {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2303");
  }
}
export class CheckViolation extends ConstraintViolation {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2304");
  }
}
export class ExclusionViolation extends ConstraintViolation {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2306");
  }
}
/** A value of the wrong storage class met a STRICT column (SQLite), or could not be converted (PostgreSQL 22P02, 42804). */
export class DatatypeMismatch extends ConstraintViolation {
  constructor(message: string, details?: ErrorDetails) {
    super(message, details, "E2305");
  }
}

/** Something here is broken, not in the caller's code: please report it. */
export class BugError extends PetrelError {
  constructor(message: string, details?: ErrorDetails) {
    super("E9001", `Bug: ${message} Please report this with the query that caused it.`, details);
  }
}
