/**
 * The driver for SQLite: one connection that writes, and for files in WAL mode a few beside it that only read.
 *
 *   write ───────────────────────────────▶ writer, or its line while a transaction has it
 *   read ── writer free ─────────────────▶ writer: at once, without a promise
 *        └─ a transaction has the writer ▶ a reader, which sees committed rows only; where there are none, the writer's line
 */
import { resolve } from "node:path";
import { ConfigurationError, ConnectionError, DatabaseClosed, PoolTimeout, QueryError, TransactionError } from "../../base/errors.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Driver, Request, ReservedConnection, ReserveOptions } from "../driver.ts";
import type { PoolStatus } from "../pool.ts";
import type { SqliteLocation } from "../url.ts";
import { parseSqliteUrl } from "../url.ts";
import { attachedFiles } from "./attached-files.ts";
import type { BindingChoice } from "./choose-binding.ts";
import { chooseBinding } from "./choose-binding.ts";
import type { SqliteConnection } from "./connection.ts";
import { Line } from "./line.ts";
import type { Opener } from "./open.ts";
import { makeOpener } from "./open.ts";
import type { Place } from "./place.ts";
import type { PragmaOptions } from "./pragmas.ts";
import { checkBatchSize, SqliteReservation } from "./reservation.ts";
import { enterAndReadLarge, runAt, streamAt } from "./run.ts";

export interface SqliteOptions extends PragmaOptions {
  /** As `parseSqliteUrl` reads it. */
  readonly url: string;
  /** `"auto"` unless said otherwise. */
  readonly driver?: BindingChoice | undefined;
  /**
   * Files that every connection has beside its own, by the name that models and SQL call them: `{ billing: "billing.db" }` is where tables with
   * `{ schema: "billing" }` are. A path starts from the current folder; `":memory:"` goes with a database in memory only. They are opened like the first one:
   * created where missing, never written to with `readOnly`, in the same journal mode. A transaction spans them; in WAL mode, a power failure while one commits
   * may keep it in one file and not in another.
   */
  readonly attach?: Readonly<Record<string, string>> | undefined;
  /** The file is never written to. */
  readonly readOnly?: boolean | undefined;
  /** Milliseconds to wait for another process's lock before `DatabaseBusy`; 5,000 unless said otherwise. The event loop goes on meanwhile. */
  readonly busyTimeout?: number | undefined;
  /** Milliseconds that a call waits for its turn to write, while transactions here have it, before `PoolTimeout`; 30,000 unless said otherwise, 0 for ever. */
  readonly acquireTimeoutMs?: number | undefined;
  /** The most connections that read beside the writer, 0 to 16; 4 unless said otherwise. They are opened when first needed. */
  readonly readers?: number | undefined;
  /** Prepared statements kept per connection; 100 unless said otherwise. */
  readonly statementCacheSize?: number | undefined;
  /** Milliseconds that `close` lets open transactions and streams go on before it rolls them back; 5,000 unless said otherwise. */
  readonly closeGrace?: number | undefined;
}

/** Opens the database now. Throws `ConfigurationError` for options, `ConnectionError` for a file that cannot be used. */
export const openSqlite = async (options: SqliteOptions): Promise<Driver> => {
  const found = parseSqliteUrl(options.url);
  const location: SqliteLocation = {
    ...found,
    path: found.memory ? found.path : resolve(found.path),
    readOnly: found.readOnly || (options.readOnly ?? false),
  };
  const busyTimeoutMs = wholeNumber("busyTimeout", options.busyTimeout ?? 5_000, 0, 2 ** 31 - 1);
  const acquireTimeoutMs = wholeNumber("acquireTimeout", options.acquireTimeoutMs ?? 30_000, 0, 2 ** 31 - 1);
  const statementCacheSize = wholeNumber("statementCacheSize", options.statementCacheSize ?? 100, 1, 1_000_000);
  const maxReaders = wholeNumber("readers", options.readers ?? 4, 0, 16);
  const closeGraceMs = wholeNumber("closeGrace", options.closeGrace ?? 5_000, 0, 2 ** 31 - 1);
  const binding = await chooseBinding(options.driver ?? "auto");
  const attached = attachedFiles(options.attach ?? {}, location.memory);
  const opener = makeOpener(binding, location, { ...options, attached, busyTimeoutMs, statementCacheSize });
  return new SqliteDriver(location, opener, { busyTimeoutMs, acquireTimeoutMs, maxReaders, closeGraceMs });
};

const wholeNumber = (option: string, value: number, min: number, max: number): number => {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new ConfigurationError(`The option ${option} has to be a whole number from ${min} to ${max}.`);
};

interface Settings {
  readonly busyTimeoutMs: number;
  readonly acquireTimeoutMs: number;
  readonly maxReaders: number;
  readonly closeGraceMs: number;
}

class SqliteDriver implements Driver {
  readonly #location: SqliteLocation;
  readonly #opener: Opener;
  readonly #settings: Settings;
  #readers: readonly SqliteConnection[] = [];
  readonly #reservations = new Set<SqliteReservation>();
  readonly #writerPlace: Place;
  /** `null` where a second connection would not see the same database, or would stand in the writer's way. */
  readonly #readerPlace: Place | null;
  #writer: SqliteConnection;
  /** Writers that could not be rolled back. */
  #lost = 0;
  readonly #readByReader = (large: Request): MaybePromise<Answer> =>
    whenDone(this.#placeToRead(large), (place) => enterAndReadLarge(place, large));
  #closing: Promise<void> | null = null;
  #isClosed = false;

  constructor(location: SqliteLocation, opener: Opener, settings: Settings) {
    this.#location = location;
    this.#opener = opener;
    this.#settings = settings;
    this.#writer = opener.writer();
    const { busyTimeoutMs, acquireTimeoutMs: limitMs } = settings;
    const patience = limitMs === 0 ? null : { limitMs, tooLate: (): PoolTimeout => this.#tooLate(limitMs) };
    const check = (): void => {
      if (this.#isClosed) throw this.#closedError();
    };
    this.#writerPlace = { line: new Line([this.#writer], () => this.#reopenWriter(), patience), busyTimeoutMs, check };
    const hasReaders = !location.memory && settings.maxReaders > 0 && isWal(this.#writer);
    this.#readerPlace = hasReaders ? { line: new Line<SqliteConnection>([], () => this.#openReader()), busyTimeoutMs, check } : null;
  }

  /** The writer and its readers. Statements that end when they return are never seen here: nothing else runs meanwhile. */
  get poolStatus(): PoolStatus {
    const lines = [this.#writerPlace.line, ...(this.#readerPlace === null ? [] : [this.#readerPlace.line])];
    const sum = (numberOf: (line: Line<SqliteConnection>) => number): number => lines.reduce((total, line) => total + numberOf(line), 0);
    const open = [this.#writer, ...this.#readers].filter((connection) => connection.isOpen).length;
    const busy = sum(({ held }) => held);
    return {
      open,
      idle: open - busy,
      busy,
      reserved: busy,
      connecting: 0,
      waiting: sum(({ waiting }) => waiting),
      max: 1 + (this.#readerPlace === null ? 0 : this.#settings.maxReaders),
      lost: this.#lost,
    };
  }

  run(request: Request): MaybePromise<Answer> {
    if (this.#closing !== null) throw this.#closedError();
    request.signal?.throwIfAborted();
    if (opensTransaction(request.text)) throw sharedTransaction();
    if (this.#readerPlace === null) return runAt(this.#writerPlace, request);
    if (!request.writes && this.#writerPlace.line.isHeld) {
      return whenDone(this.#placeToRead(request), (place) => runAt(place, request));
    }
    return runAt(this.#writerPlace, request, this.#readByReader);
  }

  async *stream(request: Request, batchSize: number): AsyncGenerator<Answer, void, void> {
    checkBatchSize(batchSize);
    if (this.#closing !== null) throw this.#closedError();
    request.signal?.throwIfAborted();
    const place = request.writes ? this.#writerPlace : await this.#placeToRead(request);
    yield* streamAt(place, request, batchSize);
  }

  reserve(options: ReserveOptions): MaybePromise<ReservedConnection> {
    if (this.#closing !== null) throw this.#closedError();
    options.signal?.throwIfAborted();
    const { line } = options.write ? this.#writerPlace : (this.#readerPlace ?? this.#writerPlace);
    return line.enter((connection) => {
      line.hold(connection);
      return this.#lend(connection, line);
    }, options.signal);
  }

  waitsFor(connection: ReservedConnection, write: boolean): boolean {
    if (!(connection instanceof SqliteReservation) || !connection.isOf(this.#writerPlace.line)) return false;
    return write || this.#readerPlace === null;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #lend(connection: SqliteConnection, line: Line<SqliteConnection>): SqliteReservation {
    const reservation = new SqliteReservation(connection, line, this.#settings.busyTimeoutMs, () => this.#reservations.delete(reservation));
    this.#reservations.add(reservation);
    return reservation;
  }

  /** The readers, or the writer where there are none or the statement means nothing to them: temporary tables are the writer's alone. */
  #placeToRead(request: Request): MaybePromise<Place> {
    const readers = this.#readerPlace;
    if (readers === null) return this.#writerPlace;
    return readers.line.enter((connection) => (canPrepare(connection, request.text) ? readers : this.#writerPlace), request.signal);
  }

  #openReader(): SqliteConnection | null {
    const open = this.#readers.filter((reader) => reader.isOpen);
    if (this.#isClosed || open.length >= this.#settings.maxReaders) return null;
    const reader = this.#opener.reader();
    this.#readers = [...open, reader];
    return reader;
  }

  /** A writer that could not be rolled back was closed. A file is opened again; what was in memory is gone. */
  #reopenWriter(): SqliteConnection | null {
    if (this.#isClosed || this.#writer.isOpen) return null;
    this.#lost++;
    if (this.#location.memory) throw new ConnectionError("The database in memory was lost: a transaction could not be rolled back.");
    this.#writer = this.#opener.writer();
    return this.#writer;
  }

  async #close(): Promise<void> {
    const lines = [this.#writerPlace.line, ...(this.#readerPlace === null ? [] : [this.#readerPlace.line])];
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((done) => (timer = setTimeout(done, this.#settings.closeGraceMs)));
    await Promise.race([Promise.all(lines.map((line) => line.idle())), grace]);
    clearTimeout(timer);
    this.#isClosed = true;
    for (const line of lines) line.dismiss(this.#closedError());
    for (const reservation of this.#reservations) reservation.dismiss(this.#closedError());
    // The writer last: the last connection to leave moves the log into the file.
    for (const connection of [...this.#readers, this.#writer]) connection.close();
  }

  #tooLate(limitMs: number): PoolTimeout {
    const holder = [...this.#reservations].find((reservation) => reservation.isOf(this.#writerPlace.line));
    const held = holder === undefined ? "A stream that is being read has it" : `A transaction has it ${holder.describe()}`;
    return new PoolTimeout(
      `The turn to write to '${this.#location.path}' did not come within ${limitMs} ms: SQLite has one writer. ${held}. ` +
        "End transactions sooner, or wait longer (acquireTimeout).",
      { mayHaveRun: false },
    );
  }

  #closedError(): DatabaseClosed {
    return new DatabaseClosed(`The database '${this.#location.path}' is closed. Open it again with createEngine.`);
  }
}

const opening = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:begin|savepoint)\b/i;

/** SELECT and INSERT, in capitals as nearly always, are told apart by two letters. */
const opensTransaction = (text: string): boolean => !text.startsWith("SE") && !text.startsWith("IN") && opening.test(text);

const sharedTransaction = (): TransactionError =>
  new TransactionError(
    "A transaction was to be opened on the connection that everyone shares, and would have taken in the statements of others. Use transaction() or begin().",
  );

const isWal = (connection: SqliteConnection): boolean =>
  connection.run({ text: "PRAGMA journal_mode", values: [], bigints: false }).rows[0]?.[0] === "wal";

const canPrepare = (connection: SqliteConnection, text: string): boolean => {
  try {
    connection.prepare(text);
    return true;
  } catch (error) {
    if (error instanceof QueryError) return false;
    throw error;
  }
};
