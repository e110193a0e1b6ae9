/** What a transaction may be asked for. */
import { ConfigurationError, TransactionError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { BeginOptions } from "../../dialect/dialect.ts";
import type { Duration } from "../../config/duration.ts";
import { startedLimit } from "../call-limit.ts";
import { checkRetries } from "./retry.ts";

export interface TransactionOptions extends BeginOptions {
  /** Aborts every call of the transaction, and its commit. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long all of it may take, from now to the end of the commit and with every run of `work`, as `"5s"` or in milliseconds. Then the call under way is
   * stopped, or the next one refused, and everything rolled back; `work` itself cannot be stopped. Throws `QueryCanceled`.
   */
  readonly timeout?: Duration | undefined;
  /**
   * How often `transaction(work)` may run `work` again when the database let another transaction win (`SerializationFailure`, `DeadlockDetected`).
   * `work` must not do what cannot be done twice. Default 0.
   */
  readonly retry?: number | undefined;
}

const known: Readonly<Record<keyof TransactionOptions, true>> = {
  isolation: true,
  readOnly: true,
  signal: true,
  timeout: true,
  retry: true,
};

/** The same with the time running: its end is part of the signal from here on. */
export const startedOptions = (options: TransactionOptions): TransactionOptions => {
  if (options.timeout === undefined) return options;
  const { timeout, ...others } = options;
  return { ...others, signal: startedLimit({ signal: others.signal, timeout })?.signal };
};

/** Throws `ConfigurationError` for an unknown option, `TransactionError` for one that a savepoint cannot have. */
export const checkTransactionOptions = (options: TransactionOptions, isNested: boolean): void => {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new ConfigurationError(`A transaction has no option '${name}'.${didYouMean(name, Object.keys(known))}`);
  }
  const { readOnly } = options;
  if (readOnly !== undefined && typeof readOnly !== "boolean") throw new ConfigurationError("The option readOnly is true or false.");
  checkRetries(options.retry);
  if (!isNested || (options.retry === undefined && options.isolation === undefined && readOnly === undefined)) return;
  throw new TransactionError(
    "A nested transaction is a savepoint of the outer one: give isolation, readOnly and retry to the outermost transaction.",
  );
};
