/**
 * Calls on one thing in the order in which they were made.
 *
 *   enter(job) ── nobody holds it, nobody waits ──▶ job runs now, answers now
 *        └─────── otherwise ──────────────────────▶ waits; an aborted call leaves
 *
 * A job that goes on after it has returned calls `hold` before that, and `free` in the end.
 */
import type { MaybePromise } from "../../base/maybe-promise.ts";

interface Waiter {
  readonly start: () => void;
  readonly leave: (reason: unknown) => void;
}

export class Turns {
  /** Made for the first who waits: nearly always nobody does. */
  #waiting: Set<Waiter> | null = null;
  #holds = 0;

  /** Whether a job would run now. */
  get isFree(): boolean {
    return this.#holds === 0 && !this.hasWaiting;
  }

  get hasWaiting(): boolean {
    return this.#waiting !== null && this.#waiting.size > 0;
  }

  /** Runs `job` now or in its turn. Rejects with the signal's reason when it is aborted while waiting. */
  enter<T>(job: () => MaybePromise<T>, signal?: AbortSignal): MaybePromise<T> {
    return this.isFree ? job() : this.#wait(job, signal);
  }

  hold(): void {
    this.#holds++;
  }

  /** Ends one `hold`, and lets those who wait go on. */
  free(): void {
    this.#holds--;
    for (const waiter of this.#waiting ?? []) {
      if (this.#holds > 0) return;
      waiter.start();
    }
  }

  /** Sends everyone who waits away with an error. */
  dismiss(reason: unknown): void {
    for (const waiter of this.#waiting ?? []) waiter.leave(reason);
  }

  #wait<T>(job: () => MaybePromise<T>, signal: AbortSignal | undefined): Promise<T> {
    const waiting = (this.#waiting ??= new Set());
    return new Promise<T>((resolve, reject) => {
      const done = (): void => {
        waiting.delete(waiter);
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => waiter.leave(signal?.reason);
      const waiter: Waiter = {
        start: () => {
          done();
          try {
            resolve(job());
          } catch (error) {
            reject(error);
          }
        },
        leave: (reason) => {
          done();
          reject(reason);
        },
      };
      if (signal?.aborted === true) return reject(signal.reason);
      signal?.addEventListener("abort", onAbort);
      waiting.add(waiter);
    });
  }
}
