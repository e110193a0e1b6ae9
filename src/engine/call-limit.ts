/** How long a call may take, all of it: waiting for a connection, running, reading. A time limit is a signal that Petrel aborts itself. */
import { QueryCanceled } from "../base/errors.ts";
import { milliseconds } from "../config/duration.ts";
import type { Duration } from "../config/duration.ts";

export interface CallLimit {
  /** Stops the call. It rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Stops the call after this time, as `"5s"` or in milliseconds. It rejects with `QueryCanceled`. */
  readonly timeout?: Duration | undefined;
}

interface Limit {
  readonly late: AbortSignal;
  readonly timeoutMs: number;
}

const limits = new WeakMap<AbortSignal, readonly Limit[]>();
const limitsOf = (signal: AbortSignal): readonly Limit[] => limits.get(signal) ?? [];

/** The signal that stops the call; `undefined` when nothing does. Throws `ConfigurationError` for a timeout that is no length of time. */
export const signalOf = (call: CallLimit | undefined): AbortSignal | undefined => {
  if (call === undefined || call.timeout === undefined) return call?.signal;
  const timeoutMs = milliseconds(call.timeout, "timeout");
  const late = AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1));
  limits.set(late, [{ late, timeoutMs }]);
  return bothSignals(call.signal, late);
};

/** The same limit for a call of several statements: its time runs once, from now on. */
export const startedLimit = (call: CallLimit | undefined): CallLimit | undefined =>
  call?.timeout === undefined ? call : { signal: signalOf(call) };

/** A signal that either of the two aborts. */
export const bothSignals = (one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  const both = AbortSignal.any([one, other]);
  const all = [...limitsOf(one), ...limitsOf(other)];
  if (all.length > 0) limits.set(both, all);
  return both;
};

/** The error of a call that its own limit stopped; any other as it is. What the caller's signal gave as its reason comes out again. */
export const ownReason = (error: unknown, signal: AbortSignal | undefined): unknown => {
  if (signal === undefined || !signal.aborted) return error;
  if (known.has(error as object)) return error;
  const isStopped = error === signal.reason || (error instanceof QueryCanceled && error.cause === signal.reason);
  if (!isStopped) return error;
  const limit = limitsOf(signal).find(({ late }) => late.reason === signal.reason);
  return limit === undefined ? signal.reason : tooSlow(limit.timeoutMs, error);
};

/** Errors that are in these words already: a call passes through several hands. */
const known = new WeakSet<object>();

const tooSlow = (timeoutMs: number, cause: unknown): QueryCanceled => {
  const error = new QueryCanceled(
    `The call did not end within ${timeoutMs} ms, its timeout, and was stopped. Give it more time, or find out what it waited for.`,
    { cause, ...(cause instanceof QueryCanceled && cause.mayHaveRun !== undefined ? { mayHaveRun: cause.mayHaveRun } : {}) },
  );
  known.add(error);
  return error;
};
