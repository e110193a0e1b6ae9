/**
 * What Petrel asks of a database: SQL text in, undecoded rows out. A driver knows no statement and no model.
 *
 * An answer comes at once where the database is in the process (SQLite) and as a promise elsewhere; `whenDone` serves both.
 * Errors are those of `base/errors.ts`, thrown at once or as a rejection. Every promise settles, also when the database is closed meanwhile.
 */
import type { BoundValue } from "../base/bound-value.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";

/** One statement to run. `text` is the key of the driver's statement cache: the same text every time is prepared once. */
export interface Request {
  readonly text: string;
  readonly values: readonly BoundValue[];
  /** Whether the statement changes data. A driver may send other statements to a connection that cannot write. */
  readonly writes: boolean;
  /** Whether the statement changes nothing for certain and locks nothing, so that a copy of the database may answer it. Absent: nobody knows. */
  readonly readsOnly?: boolean | undefined;
  /** Read 64-bit integers as `bigint`: then every integer of the answer is one. */
  readonly bigints: boolean;
  /**
   * The answer may have many rows: read them in batches and let the event loop breathe between them.
   * Without it the driver reads in one go; statements with a LIMIT of the caller's own, or one row by nature, need no more.
   */
  readonly batched: boolean;
  /** The statement only reads, and gives one row at most: a driver that reads a single row faster may stop after it. */
  readonly atMostOne?: boolean;
  /** The text inserts one row and returns nothing; the answer is the key that the database generated for it. Only for dialects that compile such texts. */
  readonly returnsKey?: boolean;
  /**
   * The text inserts one row, and is run for every `values.length / width` values, one row after the other: the answer has a row for each, in their order.
   * It stands in a transaction or a savepoint, which undoes all of them when one fails. The texts among the values have been checked. Only for dialects
   * that compile such texts.
   */
  readonly repeats?: RepeatedInsert | null;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for all of it: waiting for a connection, running, reading. Databases in the process have no use for it. */
  readonly timeoutMs?: number | undefined;
  /** The parameters' types where the database has numbers for them (PostgreSQL's OIDs); 0, or none at all, lets it infer them from the text. */
  readonly parameterTypes?: readonly number[] | undefined;
  /** Filled where there is a pool; absent while nobody watches. */
  readonly trace?: RequestTrace | undefined;
  /** Takes the rows from the receive buffer; `Answer.rows` is then empty. Only drivers with `readsInto` take it. */
  readonly sink?: Sink | undefined;
}

/** How a text that inserts one row inserts many. */
export interface RepeatedInsert {
  /** How many values a row has. */
  readonly width: number;
  /** Database name of the table. */
  readonly table: string;
  /** What behind the text inserts one more row; `null` where each row has an answer of its own. */
  readonly oneMore: string | null;
}

/** What a driver that lends connections tells of a request, for whoever watches. */
export interface RequestTrace {
  /** Counts the connections of a pool. */
  connection: number | null;
  /** `performance.now()` when it was asked for, and when it was given to its connection. */
  madeAt: number;
  lentAt: number | null;
  /** Bytes of its own messages, both ways: not those that end a group of statements, nor an error's. Sent more than once, it counts each time. */
  bytesSent: number;
  bytesReceived: number;
  /** Milliseconds that its rows took to be read from their bytes. */
  decodeMs: number;
}

/** Where a driver that reads rows itself puts what they become. What else it needs of one is its own business: see `row-sink.ts`. */
export interface Sink {
  /** What the rows have become so far; the answer carries it on. */
  readonly objects: readonly unknown[];
}

/** A column of an answer as a server describes it. */
export interface FieldDescription {
  readonly name: string;
  /** The type's OID, unsigned. */
  readonly type: number;
  readonly modifier: number;
}

/** What a statement answered. */
export interface Answer {
  /** Undecoded rows, values by position. Empty when the statement has no rows to give. */
  readonly rows: readonly (readonly unknown[])[];
  /** What the request's sink made of the rows, where it had one; `rows` is empty then. */
  readonly objects?: readonly unknown[] | undefined;
  /** Rows inserted, updated or deleted; for a read the number of rows. */
  readonly count: number;
  /** Of a request that repeats: the lists of values, from 0, whose rows a trigger kept out. They have no row here. Absent: none. */
  readonly keptOut?: readonly number[] | undefined;
  /** The columns as the server describes them, where there is one. */
  readonly fields?: readonly FieldDescription[] | undefined;
  /** The result's column names, in order. Read only by raw SQL, so a driver may compute it on access. */
  readonly columns: readonly string[];
}

export interface Connection {
  run(request: Request): MaybePromise<Answer>;
  /** Rows in batches of at most `batchSize`; the underlying cursor is closed when the loop ends, however it ends. */
  stream(request: Request, batchSize: number): AsyncIterable<Answer>;
  /**
   * Several statements in one round trip, all or nothing: after an error the rest does not run, and outside a transaction nothing is kept.
   * A last request `COMMIT` travels with them. Absent where a round trip costs nothing.
   */
  batch?(requests: readonly Request[]): Promise<readonly Answer[]>;
}

/** A connection lent to one transaction; nobody else runs anything on it until `release`. */
export interface ReservedConnection extends Connection {
  /** Gives the connection back. It must be outside a transaction; a driver closes it if it is not. */
  release(): void;
  /** Begins a transaction whose BEGIN, `request`, leaves with its first statement: nothing has to be waited for. Absent where it runs at once. */
  beginLater?(request: Request): void;
  /**
   * The statements that `begin` runs leave in one packet when it returns, and after an error of one those behind it do not run. When `begin` throws,
   * nothing was sent. It runs no cursors and no batches. Absent where a round trip costs nothing.
   */
  together?<T>(begin: () => T): T;
  /** What the connection itself says: whether a transaction is open on it. */
  readonly inTransaction: boolean;
}

export interface ReserveOptions {
  readonly write: boolean;
  /** It is for a serializable transaction, which copies of a database do not have. */
  readonly isSerializable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Driver extends Connection {
  /** Whether requests may carry a `sink`. */
  readonly readsInto?: boolean;
  /** Tells views of one database apart, which may have other rows: who reads, and from which server. Absent or empty: nothing of the kind. */
  readonly key?: string;
  /** Waits in line for a connection of one's own. `write: false` asks for one that only reads, so that writers need not wait. */
  reserve(options: ReserveOptions): MaybePromise<ReservedConnection>;
  /** Whether other work, writing or only reading, could not begin before `connection` is released. Absent: it always can. */
  waitsFor?(connection: ReservedConnection, write: boolean): boolean;
  /** Lets running statements finish, refuses new ones with `DatabaseClosed`, and always settles. May be called twice. */
  close(): Promise<void>;
}
