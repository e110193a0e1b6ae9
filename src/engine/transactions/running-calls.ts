/** The calls of a transaction that were promised an answer and have none yet: its end waits for them. */
import type { MaybePromise } from "../../base/maybe-promise.ts";

export class RunningCalls {
  /** The one that runs, where it is one: nearly always the next is made when it is answered. */
  #first: Promise<unknown> | null = null;
  /** Those made while another one ran. */
  #others: Set<Promise<unknown>> | null = null;

  get count(): number {
    return (this.#first === null ? 0 : 1) + (this.#others?.size ?? 0);
  }

  /** In the order in which they were made. */
  get all(): readonly Promise<unknown>[] {
    return [...(this.#first === null ? [] : [this.#first]), ...(this.#others ?? [])];
  }

  /** Remembers the call until it is answered; returns what it was given. */
  add<T>(answer: MaybePromise<T>): MaybePromise<T> {
    if (!(answer instanceof Promise)) return answer;
    if (this.count === 0) this.#first = answer;
    else (this.#others ??= new Set()).add(answer);
    const done = (): void => this.#over(answer);
    answer.then(done, done);
    return answer;
  }

  /** When all of them are over: the first failure among them, in their order, or `undefined`. */
  static async failureOf(calls: readonly Promise<unknown>[]): Promise<PromiseRejectedResult | undefined> {
    const outcomes = await Promise.allSettled(calls);
    return outcomes.find((outcome) => outcome.status === "rejected");
  }

  #over(answer: Promise<unknown>): void {
    if (this.#first === answer) this.#first = null;
    else this.#others?.delete(answer);
  }
}
