/**
 * What a database needs of a cache of answers. The cache itself is a room above.
 *
 *     query ── CacheChoice ──▶ database ──▶ cache: has it, or asks the database ──▶ connection
 */
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { CacheChoice } from "./cache-choice.ts";
import type { Plan } from "./plans/plan.ts";
import type { Rows } from "./run.ts";

/** Where the answers come from that are not kept. */
export interface AnswerSource {
  /** Tells contexts of one database apart, whose rows may differ; empty outside of any. */
  readonly contextKey: string;
  /** Runs the plan as if there were no cache. */
  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Rows>;
  /** The same with undecoded rows, which can be read more than once. */
  ask(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Rows>;
}

export interface AnswerCache {
  /** The answer of a plan that reads: a kept one, or what `source` says. */
  read(source: AnswerSource, plan: Plan, values: readonly unknown[], choice: CacheChoice, signal?: AbortSignal): MaybePromise<Rows>;
  /** Called when the database is closed. */
  close(): void;
}
