/** A session's callback in a transaction of its own: from the beginning, through the runs that a lost conflict costs, to the end. */
import { ConfigurationError } from "../base/errors.ts";
import { insideTraced } from "../engine/transactions/run-transaction.ts";
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

/** Makes the session of a transaction, on a unit of work. */
export type OpenInner<S> = (transaction: Transaction, unit: UnitOfWork) => InnerSession<S>;
type Work<S, T> = (session: S) => Promise<T>;

const assertCallback = (work: unknown): void => {
  if (typeof work !== "function") throw new ConfigurationError(`transaction() takes a function of the session, not ${describe(work)}.`);
};

/**
 * Runs `work` in a transaction, to its end: commits when it returns, rolls back when it throws, and throws what it threw.
 * One function from the beginning to the end: each further one would be a promise and turns of the queue for every transaction.
 */
export const runOutermost = <S extends object, T>(
  transaction: Transaction,
  open: OpenInner<S>,
  work: Work<S, T>,
  unit: UnitOfWork,
): Promise<T> =>
  insideTraced(transaction, async () => {
    let scope: SessionScope | null = null;
    try {
      assertCallback(work);
      const inner = open(transaction, unit);
      ({ scope } = inner);
      rememberSession(transaction, inner.session);
      const result = await work(inner.session);
      const written = scope.beforeEnd(inner.session);
      if (written instanceof Promise) await written;
      const finished = transaction.finish();
      if (finished instanceof Promise) await finished;
      const told = scope.ended();
      if (told instanceof Promise) await told;
      return result;
    } catch (error) {
      await transaction.rollback();
      await scope?.failed();
      throw error;
    }
  });

/** The same in a savepoint, which ends before whoever waits for its end is told. */
const runNested = async <S extends object, T>(
  outer: SessionScope,
  current: Transaction,
  open: OpenInner<S>,
  work: Work<S, T>,
  options: TransactionOptions,
): Promise<T> => {
  let inner: SessionScope | null = null;
  try {
    assertCallback(work);
    const result = await current.nestedRun(async (transaction) => {
      const { session, scope } = open(transaction, outer.unitForInner());
      inner = scope;
      rememberSession(transaction, session);
      const returned = await work(session);
      await scope.beforeEnd(session);
      return returned;
    }, options);
    await (inner as SessionScope | null)?.ended();
    return result;
  } catch (error) {
    await (inner as SessionScope | null)?.failed();
    throw error;
  }
};

export const runInner = <S extends object, T>(
  outer: SessionScope,
  open: OpenInner<S>,
  work: Work<S, T>,
  options: TransactionOptions,
): Promise<T> => {
  if (outer.current !== null) return runNested(outer, outer.current, open, work, options);
  let attempts = 0;
  // After a conflict the work runs again on rows read anew: objects kept from the lost attempt would bring its old values back.
  const unit = (): UnitOfWork => (attempts++ === 0 ? outer.unitForInner() : new UnitOfWork());
  return outer.outermost((transaction) => runOutermost(transaction, open, work, unit()), options);
};
