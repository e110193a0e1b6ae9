/**
 * What a SQLite library has to do for us: the whole of what we use of `node:sqlite` and `better-sqlite3`.
 * Everything here answers at once and throws the library's own errors; `errors.ts` reads both kinds.
 */

/** A value as both libraries store it. Safe integers come as bigint, because both libraries bind a JavaScript number as REAL. */
export type StoredValue = string | number | bigint | Uint8Array | null;

export interface BindingStatement {
  /** Whether the statement answers with rows, also when there are none. */
  readonly hasRows: boolean;
  /**
   * Column names in order, as they are now; as they were at the preparation when the database is closed or in the middle of an iteration.
   * Where the text itself names the columns, the same array each time.
   */
  columns(): readonly string[];
  /** All rows, as arrays. Throws `IntegerTooLarge` instead of rounding an integer beyond 2^53, unless `bigints`. */
  all(values: readonly StoredValue[], bigints: boolean): unknown[][];
  /** The first row and no other, as `all` gives it; `undefined` where there is none. For statements that only read. */
  first(values: readonly StoredValue[], bigints: boolean): unknown[] | undefined;
  /** Runs to the end; the number of rows inserted, updated or deleted. */
  run(values: readonly StoredValue[]): number;
  /** Inserts one row; its key, or `null` when a trigger has kept the row out. Throws `IntegerTooLarge`. */
  insert(values: readonly StoredValue[]): number | null;
  /** The same rows one by one. `return()` must be called when the iteration ends early; until then nothing else may run on the database. */
  iterate(values: readonly StoredValue[], bigints: boolean): Iterator<unknown[]>;
}

export interface BindingDatabase {
  /** Prepares exactly one statement; throws `NotOneStatement` when the text has more, or none. */
  prepare(text: string): BindingStatement;
  /** Runs texts of our own, without values or rows. */
  exec(text: string): void;
  /** Registers a deterministic function. */
  define(name: string, parameterCount: number, body: (...values: readonly unknown[]) => string | number | null): void;
  readonly inTransaction: boolean;
  close(): void;
}

export interface OpenOptions {
  readonly readOnly: boolean;
  readonly mustExist: boolean;
}

export interface Binding {
  readonly name: "node:sqlite" | "better-sqlite3";
  open(path: string, options: OpenOptions): BindingDatabase;
}

/** The key of a row that was inserted, from what a library reports. */
export const insertedKey = (changes: number | bigint, rowid: number | bigint): number | null => {
  // Where nothing was inserted, the library still reports the key of an earlier row.
  if (Number(changes) === 0) return null;
  const key = Number(rowid);
  if (!Number.isSafeInteger(key)) throw new IntegerTooLarge("a key beyond 2^53");
  return key;
};

/** An integer of the answer does not fit a JavaScript number. */
export class IntegerTooLarge extends Error {
  override readonly name = "IntegerTooLarge";
}

/** The text has more than one statement, or none. */
export class NotOneStatement extends Error {
  override readonly name = "NotOneStatement";
}

/** The text has more or fewer placeholders than there are values. */
export class WrongValueCount extends Error {
  override readonly name = "WrongValueCount";
}

/**
 * Whether the names of a statement's columns may change with the schema. Where the text has no star they are those of the text, save the case of letters
 * of a column that is renamed to other ones; asking for them takes as long as a row by its key (`npm run bench -- by-id`).
 */
export const mayChangeNames = (text: string): boolean => text.includes("*");
