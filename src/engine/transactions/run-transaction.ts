/** Work in a transaction, to its end. */
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { inside } from "./scope.ts";
import type { ScopedTransaction } from "./scope.ts";
import { aroundCallback } from "./transaction-trace.ts";
import type { TransactionTrace } from "./transaction-trace.ts";

interface Traced extends ScopedTransaction {
  readonly trace: TransactionTrace | null;
}

interface Ending extends Traced {
  finish(): MaybePromise<void>;
  rollback(): MaybePromise<void>;
}

/** Runs `body`, and all that it awaits, inside the transaction and of all who watch it. */
export const insideTraced = <T>(transaction: Traced, body: () => T): T => {
  const { trace } = transaction;
  return inside(transaction, trace === null ? body : () => aroundCallback(trace, body));
};

/** Runs `work` in the transaction: commits when it returns, rolls back when it throws, and throws what it threw. */
export const runTransaction = <X extends Ending, T>(transaction: X, work: (transaction: X) => MaybePromise<T>): Promise<T> =>
  insideTraced(transaction, () => toItsEnd(transaction, work));

const toItsEnd = async <X extends Ending, T>(transaction: X, work: (transaction: X) => MaybePromise<T>): Promise<T> => {
  try {
    const result = await work(transaction);
    const finished = transaction.finish();
    if (finished instanceof Promise) await finished;
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
};
