/** What waits before it is written: behind a cancellation, whose target must not be another statement, and behind values that learn their types. */
import { DatabaseClosed, ParameterError } from "../../base/errors.ts";
import type { Request } from "../driver.ts";
import { Deadline } from "./deadline.ts";

type Reject = (error: Error) => void;

export const gone = (): DatabaseClosed =>
  new DatabaseClosed("The connection is closed: the statement was not sent.", { mayHaveRun: false });

export class SendingLine {
  readonly #isOpen: () => boolean;
  readonly #held: (() => void)[] = [];
  /** Waits for cancellations only: what is sent once more, and what is asked in order to send another. */
  readonly #urgent: (() => void)[] = [];
  isCanceling = false;
  isLearning = false;

  constructor(isOpen: () => boolean) {
    this.#isOpen = isOpen;
  }

  get isHolding(): boolean {
    return this.isCanceling || this.isLearning;
  }

  /** How many wait, whoever learns types included. */
  get size(): number {
    return this.#held.length + this.#urgent.length + (this.isLearning ? 1 : 0);
  }

  /** Sends now or in its turn, unless a limit of the requests comes first. What `send` throws rejects. */
  whenFree(send: () => void, reject: Reject, requests: readonly Request[]): void {
    const attempt = this.#attempt(send, reject);
    if (!this.isHolding) return attempt();
    const limited = requests.find(({ signal, timeoutMs }) => signal !== undefined || timeoutMs !== undefined);
    this.#held.push(limited === undefined ? attempt : untilGivenUp(attempt, reject, limited));
  }

  /** In front of what is held, as soon as nothing is being cancelled. */
  urgently(send: () => void, reject: Reject): void {
    const attempt = this.#attempt(send, reject);
    if (this.isCanceling) this.#urgent.push(attempt);
    else attempt();
  }

  /** In front of all that is held. */
  putFirst(send: () => void, reject: Reject): void {
    this.#held.unshift(this.#attempt(send, reject));
  }

  /** Sends what was held, in order, as far as it goes: one of them may make the rest wait again. */
  letGo(): void {
    while (this.#urgent.length > 0 && !this.isCanceling) this.#urgent.shift()!();
    while (this.#held.length > 0 && !this.isHolding) this.#held.shift()!();
  }

  /** The connection is closed: everyone is told. */
  end(): void {
    for (const attempt of [...this.#urgent.splice(0), ...this.#held.splice(0)]) attempt();
  }

  #attempt(send: () => void, reject: Reject): () => void {
    return () => {
      if (!this.#isOpen()) return reject(gone());
      try {
        send();
      } catch (error) {
        reject(error instanceof Error ? error : new ParameterError("A value threw something that is no error.", { cause: error }));
      }
    };
  }
}

/** Nothing of it was sent: whoever waited longer than they want is told at once. */
const untilGivenUp = (attempt: () => void, reject: Reject, { signal, timeoutMs }: Request): (() => void) => {
  let isGivenUp = false;
  const deadline = new Deadline(signal, timeoutMs, (error) => {
    isGivenUp = true;
    reject(error);
  });
  return () => {
    deadline.over();
    if (!isGivenUp) attempt();
  };
};
