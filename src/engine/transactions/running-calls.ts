/** The calls of a transaction that were promised an answer and have none yet: its end waits for them. */
import type { MaybePromise } from "../../base/maybe-promise.ts";

const none: readonly Promise<unknown>[] = [];

export class RunningCalls {
  /** Made for the first promise: SQLite gives none. */
  #calls: Set<Promise<unknown>> | null = null;

  get count(): number {
    return this.#calls === null ? 0 : this.#calls.size;
  }

  get all(): readonly Promise<unknown>[] {
    return this.count === 0 ? none : [...this.#calls!];
  }

  /** Remembers the call until it is answered; returns what it was given. */
  add<T>(answer: MaybePromise<T>): MaybePromise<T> {
    if (!(answer instanceof Promise)) return answer;
    const calls = (this.#calls ??= new Set());
    calls.add(answer);
    const done = (): boolean => calls.delete(answer);
    answer.then(done, done);
    return answer;
  }

  /** When all of them are over: the first failure among them, in the order in which they were made, or `undefined`. */
  static async failureOf(calls: readonly Promise<unknown>[]): Promise<PromiseRejectedResult | undefined> {
    const outcomes = await Promise.allSettled(calls);
    return outcomes.find((outcome) => outcome.status === "rejected");
  }
}
