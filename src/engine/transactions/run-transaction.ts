/** Work in a transaction, to its end. */
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { inside } from "./scope.ts";
import type { ScopedTransaction } from "./scope.ts";
import { aroundCallback } from "./transaction-trace.ts";
import type { TransactionTrace } from "./transaction-trace.ts";

interface Ending extends ScopedTransaction {
  readonly trace: TransactionTrace | null;
  finish(): MaybePromise<void>;
  rollback(): MaybePromise<void>;
}

/** Runs `work` in the transaction: commits when it returns, rolls back when it throws, and throws what it threw. */
export const runTransaction = async <X extends Ending, T>(transaction: X, work: (transaction: X) => Promise<T>): Promise<T> => {
  try {
    const { trace } = transaction;
    const result = await inside(transaction, () => (trace === null ? work(transaction) : aroundCallback(trace, () => work(transaction))));
    const finished = transaction.finish();
    if (finished instanceof Promise) await finished;
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
};
