/** The seam for writes of many rows: one call for each, started without waiting for the one before, so that a driver with a pipeline sends them together. */
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Runner } from "../../engine/run.ts";

/** So many are on their way at once. */
const batchSize = 1000;

/** How many writes of one kind are sent. */
export type SendWrites = <T, R>(rows: readonly T[], write: (row: T) => MaybePromise<R>) => MaybePromise<readonly R[]>;

/** Calls `write` with the runner of a flush, which is asked for only when there is something to write. */
export type OpenFlush = (write: (runner: Runner) => MaybePromise<unknown>) => MaybePromise<unknown>;

/** How the last writes of a transaction are sent, with its COMMIT right behind them. */
export interface Ending {
  readonly send: SendWrites;
  /** Whether nothing was written before: then a single write that finds no row has left nothing to be undone. */
  readonly isUnwritten: boolean;
}

/**
 * Returns what each write returned, in order. After the first failure nothing more is started, and what is on its way is waited for:
 * then that failure is thrown, since those behind it only say that the transaction is lost.
 */
export const writeBatch = <T, R>(rows: readonly T[], write: (row: T) => MaybePromise<R>): MaybePromise<readonly R[]> =>
  rows.length === 1 ? whenDone(write(rows[0]!), (result) => [result]) : inBatches(rows, write);

const inBatches = async <T, R>(rows: readonly T[], write: (row: T) => MaybePromise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (let start = 0; start < rows.length; start += batchSize) {
    const written: MaybePromise<R>[] = [];
    let failure: { readonly reason: unknown } | null = null;
    for (const row of rows.slice(start, start + batchSize)) {
      try {
        written.push(write(row));
      } catch (reason) {
        failure = { reason };
        break;
      }
    }
    for (const outcome of await Promise.allSettled(written)) {
      if (outcome.status === "fulfilled") results.push(outcome.value);
      else failure ??= outcome;
    }
    if (failure !== null) throw failure.reason;
  }
  return results;
};
