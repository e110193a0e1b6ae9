/** The time, and waiting for it. Tests put another clock in its place, so that a minute of load takes no minute. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since some moment, with fractions. */
  now(): number;
  /** Resolves when `now()` has reached `time`, or `signal` was aborted. */
  until(time: number, signal: AbortSignal | null): Promise<void>;
  /** Lets the event loop look after everything else once. */
  turn(): Promise<void>;
}

/** What one call is timed by: milliseconds, with fractions, on the clock and of this process's own work. Tests put others in their place. */
export interface Stopwatch {
  now(): number;
  cpu(): number;
}

export const realStopwatch: Stopwatch = {
  now: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** A call, since what a signal says changes while a loop runs. */
export const isAborted = (signal: AbortSignal | null): boolean => signal?.aborted === true;

/** Timers count whole milliseconds and are late by up to one; the rest of the way is turns of the event loop. */
const timerLateness = 2;

export const realClock: Clock = {
  now: () => performance.now(),
  async until(time, signal) {
    const waiting = time - performance.now() - timerLateness;
    if (waiting > 0) {
      try {
        await sleep(waiting, undefined, signal === null ? {} : { signal });
      } catch {
        // Only an aborted signal ends the sleep early.
        return;
      }
    }
    for (let now = performance.now(); now < time && !isAborted(signal); now = performance.now()) await nextTurn();
  },
  turn: () => nextTurn(),
};

/** A loop whose steps never leave the queue of promises would keep timers and sockets waiting: this gives way every few milliseconds. */
export const givingWay = (clock: Clock): (() => Promise<void> | undefined) => {
  let last = clock.now();
  const giveWay = async (): Promise<void> => {
    await clock.turn();
    last = clock.now();
  };
  return () => (clock.now() - last < 5 ? undefined : giveWay());
};
