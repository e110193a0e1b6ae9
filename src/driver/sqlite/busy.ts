/**
 * Waiting for a lock that another connection has, without holding the event loop.
 *
 * SQLite's own busy handler sleeps inside the call. Where the lock is held by a transaction of this very process, that transaction could
 * then never end. So SQLite is told not to wait, and a statement that was refused as busy (it has changed nothing) is run again later.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseBusy } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { SqliteConnection } from "./connection.ts";
import { isBusy } from "./errors.ts";
import type { Place } from "./place.ts";

/** Milliseconds before each try, then the last for ever: the steps of SQLite's own handler (`sqliteDefaultBusyCallback` in main.c). */
const delaysMs = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100];

/** Runs `attempt` now and, while it is refused as busy, again for the place's busy timeout. The connection is held meanwhile. */
export const retryWhileBusy = <T>(place: Place, connection: SqliteConnection, attempt: () => T, signal?: AbortSignal): MaybePromise<T> => {
  try {
    return attempt();
  } catch (error) {
    return retryAfter(error, place, connection, attempt, signal);
  }
};

/** The same for what was tried once and threw `error`. */
export const retryAfter = <T>(
  error: unknown,
  place: Place,
  connection: SqliteConnection,
  attempt: () => T,
  signal?: AbortSignal,
): Promise<T> => {
  if (!mayRetry(error) || place.busyTimeoutMs <= 0) throw error;
  place.line.hold(connection);
  return retry(place, attempt, signal, error).finally(() => place.line.free(connection));
};

/** The same on a connection that is held already. */
export const retryHeldWhileBusy = async <T>(place: Place, attempt: () => T, signal?: AbortSignal): Promise<T> => {
  try {
    return attempt();
  } catch (error) {
    return await retry(place, attempt, signal, error);
  }
};

const retry = async <T>(place: Place, attempt: () => T, signal: AbortSignal | undefined, first: unknown): Promise<T> => {
  const deadline = performance.now() + place.busyTimeoutMs;
  let refusal = first;
  for (let tries = 0; mayRetry(refusal) && performance.now() < deadline; tries++) {
    await sleep(Math.min(delaysMs[tries] ?? 100, deadline - performance.now()));
    signal?.throwIfAborted();
    place.check();
    try {
      return attempt();
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
};

const mayRetry = (error: unknown): boolean => error instanceof DatabaseBusy && isBusy(error.cause);
