/** What a query needs of whoever runs it: an engine, a session or a transaction. */
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Driver, FieldDescription } from "../driver/driver.ts";
import type { CacheChoice } from "./cache-choice.ts";
import type { PlannedRequest } from "./watching/interceptor.ts";
import { bind } from "./plans/plan.ts";
import { unreadable } from "./results/unreadable.ts";
import type { Plan } from "./plans/plan.ts";

/** What a statement answered: rows undecoded, values by position; how many rows were read or changed; the columns' names. */
export interface Rows {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
  readonly columns: readonly string[];
  /** Of a plan that repeats: the lists of values whose rows a trigger kept out. */
  readonly keptOut?: readonly number[] | undefined;
  /** What the rows became already, where the driver reads straight from the wire; `rows` is empty then. */
  readonly objects?: readonly unknown[] | undefined;
  /** The columns as the server describes them, where there is one. */
  readonly fields?: readonly FieldDescription[] | undefined;
}

/** A plan that only reads, and its values. */
export interface PlannedRead {
  readonly plan: Plan;
  readonly values: readonly unknown[];
  /** What its query says to the cache; absent where it is never asked. */
  readonly cache?: CacheChoice | null;
}

export interface Runner {
  readonly dialect: Dialect;
  /** Runs a plan; rows come undecoded, for `plan.reader`. `cache`: the answer may be one that is kept; transactions read all the same. */
  run(plan: Plan, values: readonly unknown[], signal?: AbortSignal, cache?: CacheChoice | null): MaybePromise<Rows>;
  /** Runs several reads in one round trip. Absent where calls made at once travel together anyway. */
  runAll?(reads: readonly PlannedRead[], signal?: AbortSignal): MaybePromise<readonly Rows[]>;
  /** Rows in batches, from one snapshot of the data. */
  stream(plan: Plan, values: readonly unknown[], batchSize: number, signal?: AbortSignal): AsyncIterable<Rows>;
  /** Replaces the objects that were read from `rows` by those that the runner keeps for them, in place. `rows` is empty where the driver decodes. Absent where nothing is kept. */
  adopt?(plan: Plan, rows: Rows["rows"], objects: unknown[]): void;
  /** The same runner without `adopt`, for rows that nobody could keep. */
  readonly untracked?: Runner;
}

/** What each of the reads answers, in one round trip where the database is behind a wire. */
export const runAll = (runner: Runner, reads: readonly PlannedRead[], signal?: AbortSignal): MaybePromise<readonly Rows[]> =>
  runner.runAll === undefined
    ? Promise.all(reads.map(({ plan, values, cache }) => runner.run(plan, values, signal, cache)))
    : runner.runAll(reads, signal);

/** The plan with its values, as a driver takes it. `readsInto`: the driver decodes rows itself, unless the plan wants them undecoded. */
export const requestOf = (plan: Plan, values: readonly unknown[], signal: AbortSignal | undefined, readsInto: boolean): PlannedRequest => ({
  text: plan.sql,
  values: bind(plan, values),
  writes: plan.writes.length > 0,
  readsOnly: plan.readsOnly,
  bigints: plan.bigints,
  batched: plan.batched,
  atMostOne: plan.atMostOne,
  returnsKey: plan.returnsKey,
  repeats: plan.repeats,
  signal,
  // Watchers fill it in: with a place of its own all requests have one shape, and a driver reads them as fast.
  trace: undefined,
  sink: readsInto && plan.wire !== null ? plan.wire.newSink() : undefined,
  plan,
});

/** Streams give rows undecoded, but to a sink that takes batches. */
export const streamRequestOf = (plan: Plan, values: readonly unknown[], signal: AbortSignal | undefined, driver: Driver): PlannedRequest =>
  requestOf(plan, values, signal, driver.readsInto === true && plan.wire?.takesBatches === true);

/** Every row of an answer as the plan reads it, and as `runner` keeps it. Throws `UnreadableValue` for what a column's type cannot hold. */
export const readAll = (plan: Plan, { objects, rows }: Rows, runner?: Runner): unknown[] => {
  const read = (objects as unknown[] | undefined) ?? readRows(plan, rows);
  if (runner?.adopt !== undefined) runner.adopt(plan, rows, read);
  return read;
};

const readRows = (plan: Plan, rows: Rows["rows"]): unknown[] => {
  try {
    return plan.reader.all(rows);
  } catch (error) {
    throw unreadable(error, plan.reads);
  }
};

/** The first row of an answer as the plan reads it, or `null`. */
export const readFirst = (plan: Plan, { objects, rows }: Rows): unknown => {
  if (objects !== undefined) return objects.length === 0 ? null : objects[0];
  if (rows.length === 0) return null;
  try {
    return plan.reader.one(rows[0]!);
  } catch (error) {
    throw unreadable(error, plan.reads);
  }
};
