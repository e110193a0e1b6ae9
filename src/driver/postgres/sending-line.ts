/**
 * What waits before it is written: behind a cancellation, whose target must not be another statement, behind values that learn their types, and behind a
 * BEGIN under way with its first statement: were it refused, what follows would run outside of the transaction.
 */
import { DatabaseClosed, ParameterError } from "../../base/errors.ts";
import type { Request } from "../driver.ts";
import { Deadline } from "./deadline.ts";
import type { Settle } from "./statements/statement-writer.ts";

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
  #isBeginning = false;
  /** Why the last BEGIN was refused, until somebody has ended the transaction that never was. */
  refusal: Error | null = null;
  /** What those who are held are told at the moment. */
  #answer: Error | null = null;
  /** Hears of a BEGIN that was owed. */
  readonly begin: Settle = { resolve: () => undefined, reject: (error) => (this.refusal = error) };

  constructor(isOpen: () => boolean) {
    this.#isOpen = isOpen;
  }

  get isHolding(): boolean {
    return this.isCanceling || this.isLearning || this.#isBeginning;
  }

  get isBeginning(): boolean {
    return this.#isBeginning;
  }

  /** How many wait, whoever learns types included. */
  get size(): number {
    return this.#held.length + this.#urgent.length + (this.isLearning ? 1 : 0);
  }

  /**
   * Sends now or in its turn, unless a limit of the requests comes first. What `send` throws rejects. `isBegin`: a BEGIN is among them; one that waits and
   * is not sent then is one that was refused.
   */
  whenFree(send: () => void, told: Reject, requests: readonly Request[], isBegin = false): void {
    if (!this.isHolding) return this.#attempt(send, told)();
    const reject: Reject = isBegin ? (error) => (this.begin.reject(error), told(error)) : told;
    const attempt = this.#attempt(send, reject);
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

  /** BEGIN was sent. */
  began(): void {
    this.#isBeginning = true;
    this.refusal = null;
  }

  /** All that was sent with BEGIN is over. What was to run in a transaction that could not be begun does not run. */
  begun(): void {
    this.#isBeginning = false;
    this.#answer = this.refusal;
    if (this.#answer !== null) for (const attempt of this.#held.splice(0)) attempt();
    this.#answer = null;
    this.letGo();
  }

  /** The connection is closed: everyone is told. */
  end(): void {
    this.#isBeginning = false;
    for (const attempt of [...this.#urgent.splice(0), ...this.#held.splice(0)]) attempt();
  }

  #attempt(send: () => void, reject: Reject): () => void {
    return () => {
      const refusal = this.#isOpen() ? this.#answer : gone();
      if (refusal !== null) return reject(refusal);
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
  const giveUp = (error: Error): void => {
    isGivenUp = true;
    reject(error);
  };
  const deadline = new Deadline(signal, timeoutMs, giveUp, false);
  return () => {
    deadline.over();
    if (!isGivenUp) attempt();
  };
};
