/** A session's callback in a transaction of its own: from the beginning, through the runs that a lost conflict costs, to the end. */
import { ConfigurationError } from "../base/errors.ts";
import type { Transaction } from "../engine/transactions/transaction.ts";
import type { TransactionOptions } from "../engine/transactions/transaction-options.ts";
import { describe } from "../types/column-type.ts";
import { rememberSession } from "./current-session.ts";
import type { SessionScope } from "./session-scope.ts";
import { UnitOfWork } from "./tracking/unit-of-work.ts";

/** A session in a transaction, and where its statements go. */
export interface InnerSession<S> {
  readonly session: S;
  readonly scope: SessionScope;
}

/** `open` makes the session of the transaction, on a unit of work. Commits when `work` returns, rolls back when it throws, and throws what it threw. */
export const runInner = async <S extends object, T>(
  outer: SessionScope,
  open: (transaction: Transaction, unit: UnitOfWork) => InnerSession<S>,
  work: (session: S) => Promise<T>,
  options: TransactionOptions,
): Promise<T> => {
  if (typeof work !== "function") throw new ConfigurationError(`transaction() takes a function of the session, not ${describe(work)}.`);
  let inner: SessionScope | null = null;
  try {
    const result = await outer.nested(async (transaction) => {
      // After a conflict the work runs again on rows read anew: objects kept from the lost attempt would bring its old values back.
      if (inner !== null) await inner.failed();
      const { session, scope } = open(transaction, inner === null ? outer.unitForInner() : new UnitOfWork());
      inner = scope;
      rememberSession(transaction, session);
      const returned = await work(session);
      await scope.beforeEnd(session);
      return returned;
    }, options);
    const ended = (inner as SessionScope | null)?.ended();
    if (ended !== undefined) await ended;
    return result;
  } catch (error) {
    await (inner as SessionScope | null)?.failed();
    throw error;
  }
};
