/**
 * One question on its way, for everyone who asks it meanwhile. Each may stop waiting by a signal of its own; the question itself is stopped when
 * nobody waits any more.
 */
import { ownReason } from "../engine/call-limit.ts";

export class Flight<T> {
  /** What the tables looked like when it began: who asks after a change must not have an answer from before it. */
  readonly epoch: number;
  readonly #stop: AbortController | null;
  #answer: Promise<T> | null = null;
  #waiting = 0;

  /** `canStop`: whether the one who begins it may leave. One who stays keeps it going. */
  constructor(epoch: number, canStop: boolean) {
    this.epoch = epoch;
    this.#stop = canStop ? new AbortController() : null;
  }

  get signal(): AbortSignal | undefined {
    return this.#stop?.signal;
  }

  begin(answer: Promise<T>): void {
    this.#answer = answer;
    // Whoever waits hears of a failure; nobody may be waiting any more.
    answer.catch(() => {});
  }

  /** Whether an answer comes: everyone may have left. */
  get isUnderWay(): boolean {
    return this.#stop?.signal.aborted !== true;
  }

  join(signal: AbortSignal | undefined): Promise<T> {
    const answer = this.#answer!;
    this.#waiting++;
    if (signal === undefined) return answer;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        if (--this.#waiting === 0) this.#stop?.abort(signal.reason);
        reject(ownReason(signal.reason, signal));
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      const stay = (): void => signal.removeEventListener("abort", leave);
      answer.finally(stay).then(resolve, reject);
    });
  }
}
