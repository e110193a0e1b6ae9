/** Transactions and their connections on Node's tracing channels: `petrel:transaction` from BEGIN to its end, `petrel:acquire` the wait for a connection. */
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Driver, ReservedConnection } from "../../driver/driver.ts";
import type { Ending } from "./transaction-control.ts";
import type { TransactionHost } from "./transaction-host.ts";
import { transactionWatches } from "../watching/transaction-watchers.ts";
import type { TransactionWatch } from "../watching/transaction-watchers.ts";
import { channels, isHeard } from "../watching/watching.ts";

/** What subscribers of `petrel:transaction` get, the same object for every event of one transaction. */
export interface TransactionMessage {
  /** 0 for a transaction, more for a savepoint inside of one. */
  readonly depth: number;
  readonly readOnly: boolean;
  /** How it ended, at `asyncEnd`; `unknown` when the answer to its COMMIT was lost. */
  outcome?: Ending;
}

/** What subscribers of `petrel:acquire` get. */
export interface AcquireMessage {
  /** Whether the connection is to write. */
  readonly write: boolean;
  error?: unknown;
}

/** Who is told of one transaction. */
export interface TransactionTrace {
  readonly message: TransactionMessage | null;
  readonly watches: readonly TransactionWatch[];
}

/** Tells that a transaction was made; `null` where nobody wants to know. */
export const transactionMade = (transaction: object, depth: number, readOnly: boolean, host: TransactionHost): TransactionTrace | null => {
  const message: TransactionMessage | null = isHeard(channels.transaction) ? { depth, readOnly } : null;
  const watches = depth > 0 ? [] : transactionWatches(transaction, host, readOnly);
  if (message === null && watches.length === 0) return null;
  if (message !== null) {
    channels.transaction.start.publish(message);
    channels.transaction.end.publish(message);
  }
  return { message, watches };
};

/** Runs the callback inside of all who stand around it. */
export const aroundCallback = <T>({ watches }: TransactionTrace, work: () => T): T => {
  const step = (index: number): T => (index < watches.length ? watches[index]!.around(() => step(index + 1)) : work());
  return step(0);
};

/** Tells how it ended. */
export const transactionEnded = (trace: TransactionTrace | null, outcome: Ending): void => {
  if (trace === null) return;
  for (const watch of trace.watches) watch.ended(outcome);
  const { message } = trace;
  if (message === null) return;
  message.outcome = outcome;
  channels.transaction.asyncStart.publish(message);
  channels.transaction.asyncEnd.publish(message);
};

/** Waits in line for a connection of one's own. */
export const acquired = (driver: Driver, options: Parameters<Driver["reserve"]>[0]): MaybePromise<ReservedConnection> => {
  const { acquire } = channels;
  if (!isHeard(acquire)) return driver.reserve(options);
  const message: AcquireMessage = { write: options.write };
  const failed = (error: unknown): never => {
    message.error = error;
    acquire.error.publish(message);
    throw error;
  };
  const done = (): void => {
    acquire.asyncStart.publish(message);
    acquire.asyncEnd.publish(message);
  };
  acquire.start.publish(message);
  try {
    const connection = driver.reserve(options);
    return connection instanceof Promise ? connection.catch(failed).finally(done) : connection;
  } catch (error) {
    return failed(error);
  } finally {
    acquire.end.publish(message);
  }
};
