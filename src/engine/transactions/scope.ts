/**
 * Which transaction the running code stands in, by async context.
 * The guard against the mistake nobody sees in review: using the engine, or an outer session, inside a transaction's own callback.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** What the scope needs to know of a transaction. */
export interface ScopedTransaction {
  readonly isOpen: boolean;
}

/** Innermost first. A scope without a transaction means: outside on purpose. */
interface Scope {
  readonly transaction: ScopedTransaction | null;
  readonly enclosing: Scope | undefined;
}

const storage = new AsyncLocalStorage<Scope>();

/** Runs `work`, and all that it awaits, inside `transaction`. */
export const inside = <T>(transaction: ScopedTransaction, work: () => T): T =>
  storage.run({ transaction, enclosing: storage.getStore() }, work);

/**
 * Runs `work` as if no transaction stood around it: what it asks an engine for runs on a connection of its own and commits by itself.
 * What could only run after the surrounding transaction throws `TransactionError`: a write on SQLite, which has one writer, and anything in a
 * database in memory, which has one connection. Beware of waiting for other locks that the surrounding transaction holds.
 */
export const outside = <T>(work: () => T): T => storage.run({ transaction: null, enclosing: storage.getStore() }, work);

/** The innermost transaction around the running code that `test` accepts and that it has not stepped `outside` of, or `null`. */
export const innermost = (test: (transaction: ScopedTransaction) => boolean): ScopedTransaction | null => {
  for (let scope = storage.getStore(); scope !== undefined && scope.transaction !== null; scope = scope.enclosing) {
    if (test(scope.transaction)) return scope.transaction;
  }
  return null;
};

/** Whether the running code stands inside a transaction that `test` accepts, at any depth, and has not stepped `outside` of it. */
export const standsInside = (test: (transaction: ScopedTransaction) => boolean): boolean => innermost(test) !== null;

/** The same for code that has stepped `outside`, too: whether a transaction cannot end before the running code does. */
export const isSurrounded = (test: (transaction: ScopedTransaction) => boolean): boolean => {
  for (let scope = storage.getStore(); scope !== undefined; scope = scope.enclosing) {
    if (scope.transaction !== null && test(scope.transaction)) return true;
  }
  return false;
};
