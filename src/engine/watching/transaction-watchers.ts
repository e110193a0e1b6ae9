/** Watchers of whole transactions: they hear of the beginning and the end, and stand around the callback. Statements are the interceptors' business. */
import type { Ending } from "../transactions/transaction-control.ts";
import type { TransactionHost } from "../transactions/transaction-host.ts";

/** What one watcher makes of one transaction. */
export interface TransactionWatch {
  /** Runs the callback, where the transaction has one, and gives what it gives. */
  around<T>(work: () => T): T;
  ended(outcome: Ending): void;
}

/** Called when an outermost transaction is made, which may be before its BEGIN. `transaction` is the object that its statements have, too. */
export type TransactionWatcher = (transaction: object, host: TransactionHost, readOnly: boolean) => TransactionWatch;

interface Registered {
  readonly watcher: TransactionWatcher;
  /** Whose transactions it sees; `null` for those of every database. */
  readonly identity: object | null;
}

let registered: readonly Registered[] = [];

/** Shows the transactions of the database with this identity, or of every database, until the returned function is called. */
export const watchTransactions = (watcher: TransactionWatcher, identity: object | null): (() => void) => {
  const one = { watcher, identity };
  registered = [...registered, one];
  return () => {
    registered = registered.filter((each) => each !== one);
  };
};

const nobody: readonly TransactionWatch[] = [];

/** What all watchers of its database make of a transaction. */
export const transactionWatches = (transaction: object, host: TransactionHost, readOnly: boolean): readonly TransactionWatch[] =>
  registered.length === 0
    ? nobody
    : registered
        .filter(({ identity }) => identity === null || identity === host.identity)
        .map(({ watcher }) => watcher(transaction, host, readOnly));
