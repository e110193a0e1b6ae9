/** Runs a transaction again that lost against another one: a serialization failure (40001) or a deadlock (40P01). Nothing of it was kept. */
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError, DeadlockDetected, SerializationFailure } from "../../base/errors.ts";

const longestPauseMs = 1000;

/** Throws `ConfigurationError` for anything but a whole number from 0. */
export const checkRetries = (retry: unknown): void => {
  if (retry === undefined || (Number.isSafeInteger(retry) && (retry as number) >= 0)) return;
  throw new ConfigurationError("The option retry is how often a transaction may be run again: a whole number from 0.");
};

const lostAgainstAnother = (error: unknown): boolean => error instanceof SerializationFailure || error instanceof DeadlockDetected;

/** Twice as long each time, and never the same for two that met: otherwise they would meet again. */
const pauseMs = (failures: number): number => Math.min(longestPauseMs, 5 * 2 ** failures) * (0.5 + Math.random() / 2);

/** Throws what the last attempt threw; what else goes wrong is not tried again. */
export const withRetries = async <T>(retries: number, signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> => {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures >= retries || !lostAgainstAnother(error) || signal?.aborted === true) throw error;
      await sleep(pauseMs(failures), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    }
  }
};
