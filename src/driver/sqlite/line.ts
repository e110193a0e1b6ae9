/**
 * A line of work in front of connections that are each used by one at a time.
 *
 *   enter(job) ── a connection is free ──▶ job runs now, answers now
 *        └──────── all are held ─────────▶ waits, first come first served; an aborted one leaves
 *
 * A job that ends when it returns needs nothing more. One that goes on (a transaction, a cursor) calls `hold` before it returns, and `free` in the end.
 */
import type { MaybePromise } from "../../base/maybe-promise.ts";

interface Waiter {
  readonly start: () => void;
  readonly leave: (reason: unknown) => void;
}

/** How long one waits, and the error when that was too long. */
export interface Patience {
  readonly limitMs: number;
  readonly tooLate: () => Error;
}

export class Line<C> {
  readonly #free: C[];
  /** Made for the first who waits: each transaction has a line of its own, in which nearly always nobody does. */
  #waiting: Set<Waiter> | null = null;
  /** Holders that can let go early, the oldest first. Made for the first one, too. */
  #yielding: Set<() => void> | null = null;
  /** Makes one more connection, or `null` when there are enough. May throw. */
  readonly #open: () => C | null;
  readonly #patience: Patience | null;
  #held = 0;
  #whenIdle: (() => void) | null = null;

  constructor(connections: readonly C[], open: () => C | null = () => null, patience: Patience | null = null) {
    this.#free = [...connections];
    this.#open = open;
    this.#patience = patience;
  }

  /** Whether a job would have to wait for a connection that is there. */
  get isHeld(): boolean {
    return this.#free.length === 0;
  }

  /** Connections that are lent to someone. */
  get held(): number {
    return this.#held;
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#waiting?.size ?? 0;
  }

  /** Runs `job` at once or in its turn. Rejects with the signal's reason when it is aborted while waiting. */
  enter<T>(job: (connection: C) => MaybePromise<T>, signal?: AbortSignal): MaybePromise<T> {
    const connection = this.#take();
    return connection === null ? this.#wait(job, signal) : job(connection);
  }

  /** A connection for a job that ends when it returns, where one is free; `null` where the job has to `enter`. */
  now(): C | null {
    return this.#take();
  }

  hold(connection: C): void {
    const free = this.#free;
    if (free.at(-1) === connection) free.pop();
    else free.splice(free.indexOf(connection), 1);
    this.#held++;
  }

  /** Has `giveWay` called once, when someone waits for a connection; what it returns withdraws it. */
  whenWanted(giveWay: () => void): () => void {
    const yielding = (this.#yielding ??= new Set());
    yielding.add(giveWay);
    if (this.waiting > 0) this.#askToGiveWay();
    return () => yielding.delete(giveWay);
  }

  /** Gives a held connection back, or `null` in its place when it is lost, and lets those who wait go on. */
  free(connection: C | null): void {
    this.#held--;
    if (connection !== null) this.#free.push(connection);
    this.#drain();
  }

  /** Sends everyone who waits away with an error. */
  dismiss(reason: unknown): void {
    for (const waiter of [...(this.#waiting ?? [])]) waiter.leave(reason);
    this.#tellIdle();
  }

  /** Resolves when nobody holds a connection and nobody waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      this.#tellIdle();
    });
  }

  #take(): C | null {
    const connection = this.#free.at(-1);
    if (connection !== undefined) return connection;
    const opened = this.#open();
    if (opened !== null) this.#free.push(opened);
    return opened;
  }

  #wait<T>(job: (connection: C) => MaybePromise<T>, signal: AbortSignal | undefined): Promise<T> {
    const waiting = (this.#waiting ??= new Set());
    return new Promise<T>((resolve, reject) => {
      const patience = this.#patience;
      const timer = patience === null ? undefined : setTimeout(() => waiter.leave(patience.tooLate()), patience.limitMs);
      const done = (): void => {
        waiting.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => waiter.leave(signal?.reason);
      const waiter: Waiter = {
        start: () => {
          done();
          try {
            resolve(job(this.#take()!));
          } catch (error) {
            reject(error);
          }
        },
        leave: (reason) => {
          done();
          reject(reason);
        },
      };
      signal?.addEventListener("abort", onAbort);
      waiting.add(waiter);
      this.#askToGiveWay();
    });
  }

  #askToGiveWay(): void {
    for (const giveWay of this.#yielding ?? []) {
      this.#yielding!.delete(giveWay);
      return giveWay();
    }
  }

  #drain(): void {
    for (const waiter of this.#waiting ?? []) {
      try {
        if (this.#take() === null) break;
      } catch (error) {
        // No connection can be opened, and none may ever come back: each who waits has to know.
        waiter.leave(error);
        continue;
      }
      waiter.start();
    }
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#held > 0 || this.waiting > 0) return;
    this.#whenIdle?.();
    this.#whenIdle = null;
  }
}
