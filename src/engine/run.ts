/** What a query needs of whoever runs it: an engine, a session or a transaction. */
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Request } from "../driver/driver.ts";
import { bind } from "./plan.ts";
import type { Plan } from "./plan.ts";

/** What a statement answered: rows undecoded, values by position; how many rows were read or changed; the columns' names. */
export interface Rows {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
  readonly columns: readonly string[];
}

export interface Runner {
  readonly dialect: Dialect;
  /** Runs a plan; rows come undecoded, for `plan.reader`. */
  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<Rows>;
  /** Rows in batches, from one snapshot of the data. */
  stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Rows>;
  /** Replaces the objects that were read from `rows` by those that the runner keeps for them, in place. Absent where nothing is kept. */
  adopt?(plan: Plan, rows: Rows["rows"], objects: unknown[]): void;
  /** The same runner without `adopt`, for rows that nobody could keep. */
  readonly untracked?: Runner;
}

/** The plan with its values, as a driver takes it. */
export const requestOf = (plan: Plan, values: readonly unknown[], signal?: AbortSignal): Request => ({
  text: plan.sql,
  values: bind(plan, values),
  writes: plan.writes.length > 0,
  bigints: plan.bigints,
  batched: plan.batched,
  returnsKey: plan.returnsKey,
  signal,
});
