/**
 * Calls made at once on a session without a transaction, in the order in which they were made: a write waits for the writes before it, and so does
 * a read. Each statement has a connection of its own there, and the server would take them in any order. Nothing waits where calls are awaited.
 */
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { CacheChoice } from "../engine/cache-choice.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import { ownReason } from "../engine/call-limit.ts";
import type { Database } from "../engine/database.ts";
import type { Plan } from "../engine/plans/plan.ts";
import type { Sender } from "../engine/raw.ts";
import { runAll } from "../engine/run.ts";
import type { PlannedRead, Rows, Runner } from "../engine/run.ts";

export class CallOrder implements Runner, Sender {
  readonly #database: Database;
  /** Settles, and never rejects, when the last write is answered; `null` when none is under way. */
  #lastWrite: Promise<void> | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  get dialect(): Runner["dialect"] {
    return this.#database.dialect;
  }

  /** When the writes so far are answered; `undefined` when they are. */
  get written(): Promise<void> | undefined {
    return this.#lastWrite ?? undefined;
  }

  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal, cache?: CacheChoice | null): MaybePromise<Rows> {
    const isWrite = plan.writes.length > 0;
    // Nearly every read: nothing to wait for, and nothing made for it.
    if (!isWrite && this.#lastWrite === null) return this.#database.run(plan, values, signal, cache);
    return this.#inOrder(isWrite, () => this.#database.run(plan, values, signal, cache), signal);
  }

  runAll(reads: readonly PlannedRead[], signal?: AbortSignal): MaybePromise<readonly Rows[]> {
    return this.#inOrder(false, () => runAll(this.#database, reads, signal), signal);
  }

  send(...[request, writes]: Parameters<Sender["send"]>): ReturnType<Sender["send"]> {
    return this.#inOrder(request.writes, () => this.#database.send(request, writes), request.signal);
  }

  async *stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Rows> {
    if (this.#lastWrite !== null) await waited(this.#lastWrite, signal);
    yield* this.#database.stream(plan, values, batchSize, signal);
  }

  #inOrder<T>(isWrite: boolean, call: () => MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> {
    const before = this.#lastWrite;
    const answer = before === null ? call() : waited(before, signal).then(call);
    if (isWrite && answer instanceof Promise) this.#remember(answer, before);
    return answer;
  }

  /** A call that gave up waiting is answered before those it waited for. */
  #remember(answer: Promise<unknown>, before: Promise<void> | null): void {
    const done = (): void => {
      if (this.#lastWrite === write) this.#lastWrite = null;
    };
    const write: Promise<void> = before === null ? answer.then(done, done) : Promise.allSettled([before, answer]).then(done);
    this.#lastWrite = write;
  }
}

const waited = (before: Promise<void>, signal: AbortSignal | undefined): Promise<void> =>
  signal === undefined
    ? before
    : unlessAborted(before, signal).catch((error: unknown) => {
        throw ownReason(error, signal);
      });
