/** Where calls without a session go: into the transaction around the running code, or to the connected database by themselves. */
import { TransactionError } from "../base/errors.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { CacheChoice } from "../engine/cache-choice.ts";
import type { Plan } from "../engine/plans/plan.ts";
import type { Server } from "../engine/replicas/replicated-driver.ts";
import { runAll } from "../engine/run.ts";
import type { PlannedRead, Rows, Runner } from "../engine/run.ts";
import { standsInside } from "../engine/transactions/scope.ts";
import { sessionAround } from "../session/current-session.ts";
import { Session } from "../session/session.ts";
import { currentEngine } from "./current-engine.ts";

/** The session of the transaction around the running code, or `null`. */
export const ambientSession = (name: string): Session | null => {
  const found = sessionAround(currentEngine(name));
  return found instanceof Session ? found : null;
};

/** Throws `TransactionError` for a write on the database called `name` that stands in a transaction of another one, of which it would be no part. */
export const assertSameDatabase = (name: string): void => {
  if (ambientSession(name) !== null || !standsInside(({ isOpen }) => isOpen)) return;
  throw new TransactionError(
    `This would be written to the database '${name}' inside a transaction of another one, and be kept when that is rolled back. ` +
      `Use transaction(work, { using: '${name}' }) for a transaction of its own, or outside(() => …) if you mean it.`,
  );
};

/** A runner that looks where it stands each time, so that a query may be written before the transaction that runs it. */
export class AmbientRunner implements Runner {
  readonly #name: string;
  readonly #server: Server | null;

  constructor(name: string, server: Server | null) {
    this.#name = name;
    this.#server = server;
  }

  get #runner(): Runner {
    return (
      ambientSession(this.#name) ??
      (this.#server === null ? currentEngine(this.#name) : currentEngine(this.#name).with({ on: this.#server }))
    );
  }

  get dialect(): Runner["dialect"] {
    return currentEngine(this.#name).dialect;
  }

  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal, cache?: CacheChoice | null): MaybePromise<Rows> {
    if (plan.writes.length > 0) assertSameDatabase(this.#name);
    return this.#runner.run(plan, values, signal, cache);
  }

  runAll(reads: readonly PlannedRead[], signal?: AbortSignal): MaybePromise<readonly Rows[]> {
    return runAll(this.#runner, reads, signal);
  }

  stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Rows> {
    if (plan.writes.length > 0) assertSameDatabase(this.#name);
    return this.#runner.stream(plan, values, batchSize, signal);
  }

  adopt(plan: Plan, rows: Rows["rows"], objects: unknown[]): void {
    this.#runner.adopt?.(plan, rows, objects);
  }

  get untracked(): Runner {
    const runner = this.#runner;
    return runner.untracked ?? runner;
  }
}
