/** Where calls without a session go: into the transaction around the running code, or to the connected database by themselves. */
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Plan } from "../engine/plan.ts";
import { runAll } from "../engine/run.ts";
import type { PlannedRead, Rows, Runner } from "../engine/run.ts";
import { sessionAround } from "../session/current-session.ts";
import { Session } from "../session/session.ts";
import { currentEngine } from "./current-engine.ts";

/** The session of the transaction around the running code, or `null`. */
export const ambientSession = (name: string): Session | null => {
  const found = sessionAround(currentEngine(name));
  return found instanceof Session ? found : null;
};

/** A runner that looks where it stands each time, so that a query may be written before the transaction that runs it. */
export class AmbientRunner implements Runner {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get #runner(): Runner {
    return ambientSession(this.#name) ?? currentEngine(this.#name);
  }

  get dialect(): Runner["dialect"] {
    return currentEngine(this.#name).dialect;
  }

  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Rows> {
    return this.#runner.run(plan, values, signal);
  }

  runAll(reads: readonly PlannedRead[], signal?: AbortSignal): MaybePromise<readonly Rows[]> {
    return runAll(this.#runner, reads, signal);
  }

  stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Rows> {
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
