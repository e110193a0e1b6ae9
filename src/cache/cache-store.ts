/**
 * Where answers are kept: in this process, or in a place that several share. `cacheStoreSuite` says what a store must do, and tests it.
 *
 *     get ─▶ nothing kept, stamp 7 ─▶ the database is asked ─▶ set(…, stamp 7)     a write between them made the stamp 8: nothing is kept
 */
import type { MaybePromise } from "../base/maybe-promise.ts";

/** An answer as it is kept. It is frozen; rows hold null, booleans, numbers, bigints, strings, Dates, bytes, and arrays and plain objects of these. */
export interface KeptAnswer {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
  readonly columns: readonly string[];
  /** When it was read, in milliseconds since 1970. */
  readonly keptAt: number;
  /** Whether nothing in its rows can be changed, so that its readers need no copies. */
  readonly isFlat?: boolean;
}

/** What a store has under a key. */
export interface Found {
  /** `null`: nothing, or nothing that is still true. */
  readonly answer: KeptAnswer | null;
  /** Stands for the state of the tables, as the store knows it. Whoever reads the database from now on hands it to `set`. */
  readonly stamp: string | number;
}

/** What a store is told with an answer. */
export interface Keeping {
  /** The tables whose changes make the answer void. */
  readonly tables: readonly string[];
  /** What `get` gave before the database was asked. When the tables have changed since, the answer is not kept. */
  readonly stamp: Found["stamp"];
  /** For how long it may be of use, in milliseconds. */
  readonly keepMs: number;
}

export interface CacheStore {
  /** Whether others see it, too. Its keys are then hashed, as they would show values. */
  readonly isShared: boolean;
  get(key: string, tables: readonly string[]): MaybePromise<Found>;
  set(key: string, answer: KeptAnswer, keeping: Keeping): MaybePromise<void>;
  /** Makes every answer about one of these tables void; `null`: every answer. */
  invalidate(tables: readonly string[] | null): MaybePromise<void>;
  /** How many answers it holds, void ones included, where it knows. */
  readonly size?: number;
}
