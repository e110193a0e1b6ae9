/** How long named pieces of work take, over the life of a program. */
import { ConfigurationError } from "../base/errors.ts";
import { collecting, collectingFromHere } from "./collecting.ts";
import type { Watcher } from "./finished.ts";

export interface TrackedWork {
  readonly runs: number;
  readonly errors: number;
  /** Statements sent by all runs. */
  readonly statements: number;
  /** Milliseconds per run. */
  readonly average: number;
  readonly slowest: number;
}

export interface Metrics {
  /** Pieces of work that were tracked. */
  readonly totalQueries: number;
  readonly total_queries: number;
  /** Milliseconds per piece of work. */
  readonly avgQueryTime: number;
  readonly avg_query_time: number;
  /** Statements that they sent. */
  readonly statements: number;
  readonly errors: number;
  /** Pieces of work that took longer than `slowMs`. */
  readonly slow: number;
  /** Milliseconds that half, 95 and 99 of a hundred of the last pieces of work did not exceed. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly byName: Readonly<Record<string, TrackedWork>>;
}

export interface PerformanceMonitorOptions {
  /** From how many milliseconds on a piece of work counts as slow. 1000 unless said. */
  readonly slowMs?: number | undefined;
  /** How many durations are kept for the percentiles: the last ones. 10,000 unless said. */
  readonly history?: number | undefined;
}

interface Sums {
  runs: number;
  errors: number;
  statements: number;
  time: number;
  slowest: number;
}

const none = (): Sums => ({ runs: 0, errors: 0, statements: 0, time: 0, slowest: 0 });
const averageOf = ({ time, runs }: Sums): number => (runs === 0 ? 0 : time / runs);

/**
 *     const monitor = new PerformanceMonitor();
 *     const user = await monitor.trackQuery("user_creation", () => session.insert(User, { name: "John" }));
 *     monitor.getMetrics().avgQueryTime;   // 0.8
 */
export class PerformanceMonitor {
  readonly #slowMs: number;
  readonly #history: number;
  readonly #durations: number[] = [];
  readonly #all = none();
  readonly #byName = new Map<string, Sums>();
  #slow = 0;

  constructor({ slowMs = 1000, history = 10_000 }: PerformanceMonitorOptions = {}) {
    if (!(slowMs >= 0)) throw new ConfigurationError("PerformanceMonitor: slowMs is a number of milliseconds.");
    if (!Number.isSafeInteger(history) || history < 1)
      throw new ConfigurationError("PerformanceMonitor: history is a whole number from 1 on.");
    this.#slowMs = slowMs;
    this.#history = history;
  }

  /** Runs `work`, times it, and gives what it gives. */
  trackQuery<T>(name: string, work: () => T | Promise<T>): Promise<T>;
  /** The same for the rest of a block: `using _ = monitor.trackQuery("user_creation")`. What the block throws is not seen. */
  trackQuery(name: string): Disposable;
  trackQuery(name: string, work?: () => unknown): Promise<unknown> | Disposable {
    if (typeof name !== "string") throw new ConfigurationError("trackQuery() takes a name, and the work that it stands for.");
    let statements = 0;
    const watcher: Watcher = () => () => void statements++;
    const startedAt = performance.now();
    const done = (isError: boolean): void => this.#add(name, performance.now() - startedAt, statements, isError);
    if (work === undefined) {
      const stop = collectingFromHere(watcher);
      return {
        [Symbol.dispose]: () => {
          stop();
          done(false);
        },
      };
    }
    return collecting(watcher, work).then(
      (result) => {
        done(false);
        return result;
      },
      (error: unknown) => {
        done(true);
        throw error;
      },
    );
  }

  #add(name: string, duration: number, statements: number, isError: boolean): void {
    const named = this.#byName.get(name) ?? none();
    this.#byName.set(name, named);
    for (const sums of [this.#all, named]) {
      sums.runs++;
      if (isError) sums.errors++;
      sums.statements += statements;
      sums.time += duration;
      sums.slowest = Math.max(sums.slowest, duration);
    }
    if (duration > this.#slowMs) this.#slow++;
    // The oldest makes room.
    this.#durations[(this.#all.runs - 1) % this.#history] = duration;
  }

  getMetrics(): Metrics {
    const sorted = this.#durations.toSorted((one, other) => one - other);
    const percentile = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
    const { runs, errors, statements } = this.#all;
    const average = averageOf(this.#all);
    return {
      totalQueries: runs,
      total_queries: runs,
      avgQueryTime: average,
      avg_query_time: average,
      statements,
      errors,
      slow: this.#slow,
      p50: percentile(0.5),
      p95: percentile(0.95),
      p99: percentile(0.99),
      byName: Object.fromEntries(
        Array.from(this.#byName, ([name, sums]) => {
          const { slowest } = sums;
          return [name, { runs: sums.runs, errors: sums.errors, statements: sums.statements, average: averageOf(sums), slowest }];
        }),
      ),
    };
  }
}
