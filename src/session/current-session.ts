/** Which session the running code stands in: that of the innermost transaction with a callback, by async context. Stepping `outside` leaves it. */
import type { Database } from "../engine/database.ts";
import { innermost } from "../engine/transactions/scope.ts";
import { Transaction } from "../engine/transactions/transaction.ts";

export const rememberSession = (transaction: Transaction, session: object): void => {
  transaction.user = session;
};

/** The session of the transaction of `database` around the running code, or `null`. It is a `Session`; that file stands on this one. */
export const sessionAround = (database: Database): object | null => {
  const found = innermost((transaction) => transaction instanceof Transaction && transaction.isOpen && database.isDatabaseOf(transaction));
  return found instanceof Transaction ? found.user : null;
};
