/** What a piece of work asked of its databases, and how long that took. */
import { ConfigurationError } from "../base/errors.ts";
import { collecting, collectingFromHere } from "./collecting.ts";
import type { Finished, Watcher } from "./finished.ts";
import { memoryNow } from "./memory.ts";
import { shortened } from "./shortened.ts";

export interface ProfiledQuery {
  readonly sql: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly rows: number;
  readonly model: string | null;
  readonly failed: boolean;
}

export interface ProfileResult {
  /** Milliseconds of the last run, all of it and not only its queries. */
  readonly duration: number;
  /** Megabytes that the heap grew by during the last run; 0 where garbage collection made it smaller. */
  readonly memory: number;
  /** Queries of the last run, and the milliseconds they took together. */
  readonly queries: number;
  readonly queryTime: number;
  /** How often it was run, and for how many milliseconds altogether. */
  readonly runs: number;
  readonly totalDuration: number;
}

/** Statements beyond these are counted and timed, and not kept one by one. */
const kept = 10_000;

/**
 * Collects the queries of the code it is made in, and of what that calls, until it is stopped. Made with `using`, it stops with its block.
 *
 *     using profiler = new QueryProfiler();
 *     await User.objects.with("posts").all();
 *     console.log(profiler.report());
 *
 * Code that runs beside is not seen when the profiler is given the work: `await QueryProfiler.run(() => …)`. A profiler whose first use is `profile(name, …)`
 * sees only what runs in there.
 */
export class QueryProfiler implements Disposable {
  readonly #queries: ProfiledQuery[] = [];
  readonly #results = new Map<string, ProfileResult>();
  #count = 0;
  #time = 0;
  #slowest: ProfiledQuery | null = null;
  #stop: (() => void) | null;

  constructor() {
    this.#stop = collectingFromHere(this.#watcher);
  }

  /** Runs `work`, and gives the profiler of its queries with what it returned. */
  static async run<T>(work: () => T | Promise<T>): Promise<{ readonly profiler: QueryProfiler; readonly result: T }> {
    const profiler = new QueryProfiler();
    profiler.stop();
    return { profiler, result: await collecting(profiler.#watcher, work) };
  }

  readonly #watcher: Watcher = () => (finished) => this.#add(finished);

  #add({ statement: { sql, model }, duration, rows, error }: Finished): void {
    const query = { sql, duration, rows, model, failed: error !== null };
    this.#count++;
    this.#time += duration;
    if (this.#slowest === null || duration > this.#slowest.duration) this.#slowest = query;
    if (this.#queries.length < kept) this.#queries.push(query);
  }

  /** The queries in the order in which they ended: the first 10,000. */
  get queries(): readonly ProfiledQuery[] {
    return [...this.#queries];
  }

  get totalQueries(): number {
    return this.#count;
  }

  /** Milliseconds of all queries together; those that ran side by side count each. */
  get totalTime(): number {
    return this.#time;
  }

  /** The number of queries, the time they took, and the slowest of them, as text. */
  report(): string {
    const slowest = this.#slowest;
    const lines = ["Query Profile:", `  Total queries: ${this.#count}`, `  Total time: ${this.#time.toFixed(1)}ms`];
    if (slowest !== null) lines.push(`  Slowest: ${shortened(slowest.sql)} (${slowest.duration.toFixed(1)}ms)`);
    return lines.join("\n");
  }

  /** Runs `work` under a name; `getResults()` tells how long it took. */
  profile<T>(name: string, work: () => T | Promise<T>): Promise<T>;
  /** The same for the rest of a block: `using _ = profiler.profile("report")`. */
  profile(name: string): Disposable;
  profile(name: string, work?: () => unknown): Promise<unknown> | Disposable {
    if (typeof name !== "string") throw new ConfigurationError("profile() takes a name, and the work that it stands for.");
    if (this.#count === 0) this.stop();
    let queries = 0;
    let queryTime = 0;
    const watcher: Watcher = () => (finished) => {
      queries++;
      queryTime += finished.duration;
      // A profiler that still collects gets it from there.
      if (this.#stop === null) this.#add(finished);
    };
    const before = memoryNow().heapUsed;
    const startedAt = performance.now();
    const done = (): void => {
      const duration = performance.now() - startedAt;
      const memory = Math.max(0, memoryNow().heapUsed - before);
      const { runs = 0, totalDuration = 0 } = this.#results.get(name) ?? {};
      this.#results.set(name, { duration, memory, queries, queryTime, runs: runs + 1, totalDuration: totalDuration + duration });
    };
    if (work !== undefined) return collecting(watcher, work).finally(done);
    const stop = collectingFromHere(watcher);
    return {
      [Symbol.dispose]: () => {
        stop();
        done();
      },
    };
  }

  /** What `profile` measured, by name. */
  getResults(): Record<string, ProfileResult> {
    return Object.fromEntries(this.#results);
  }

  /** Collects no more. What was collected stays. */
  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
