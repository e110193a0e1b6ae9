/** The last writes of a transaction with the COMMIT right behind them, or all of a savepoint: begun together, settled together. */
import { CommitOutcomeUnknown, UnreadableValue } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Request, ReservedConnection } from "../../driver/driver.ts";
import { command } from "./transaction-control.ts";

export interface LastWrites<R> {
  readonly written: readonly MaybePromise<R>[];
  readonly committed: MaybePromise<Answer>;
}

/** What stands before and behind the writes. */
export interface Frame {
  readonly opening: readonly string[];
  readonly ending: Request;
}

/** For a connection that sends `together`. When a write cannot be begun, nothing was sent, and what it threw is thrown. */
export const begunTogether = <T, R>(
  connection: ReservedConnection,
  { opening, ending }: Frame,
  rows: readonly T[],
  write: (row: T) => MaybePromise<R>,
): LastWrites<R> => {
  const written: MaybePromise<R>[] = [];
  try {
    const committed = connection.together!(() => {
      // When one fails those behind it do not run, and say so.
      for (const text of opening) void Promise.resolve(connection.run(command(text))).catch(ignore);
      for (const row of rows) written.push(write(row));
      return connection.run(ending);
    });
    return { written, committed };
  } catch (error) {
    // They say only that they were not sent.
    void Promise.allSettled(written);
    throw error;
  }
};

/** One write after another; waits only where one does not answer at once. */
export const inTurn = <T, R>(rows: readonly T[], write: (row: T) => MaybePromise<R>): MaybePromise<R[]> => {
  const results: R[] = [];
  const from = (start: number): MaybePromise<R[]> => {
    for (let index = start; index < rows.length; index++) {
      const written = write(rows[index]!);
      if (written instanceof Promise) return written.then((result) => (results.push(result), from(index + 1)));
      results.push(written);
    }
    return results;
  };
  return from(0);
};

/** How they ended: what each write gave, or the failure that counts, and whether the transaction was committed all the same. */
export type LastOutcome<R> =
  | { readonly results: readonly R[] }
  | { readonly results: null; readonly failure: unknown; readonly isCommitted: boolean };

export const settledTogether = async <R>({ written, committed }: LastWrites<R>): Promise<LastOutcome<R>> => {
  // Each is looked at in its turn; one that fails before that is not forgotten.
  for (const write of written) if (write instanceof Promise) write.catch(ignore);
  if (committed instanceof Promise) committed.catch(ignore);
  const results: R[] = [];
  let failure: { readonly reason: unknown } | null = null;
  for (const write of written) {
    try {
      results.push(write instanceof Promise ? await write : write);
    } catch (reason) {
      failure ??= { reason };
    }
  }
  try {
    await committed;
  } catch (reason) {
    // A commit lost on the way is what matters most to whoever asked for it.
    const isLost = failure === null || reason instanceof CommitOutcomeUnknown;
    return { results: null, failure: isLost ? reason : failure!.reason, isCommitted: false };
  }
  return failure === null ? { results } : { results: null, failure: failure.reason, isCommitted: true };
};

/** For promises whose failure is told elsewhere. */
export const ignore = (): void => {};

/** What is thrown when the transaction was committed with writes whose answers cannot be read. */
export const committedUnread = (cause: unknown): UnreadableValue =>
  new UnreadableValue(
    "The transaction was committed, and all of it is kept; only what its last writes gave back cannot be read, as the cause says. " +
      "Do not run it again: read the rows.",
    { cause, mayHaveRun: true },
  );
