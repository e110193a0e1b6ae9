/** What a piece of work asked of its databases, and how long that took. */
import { ConfigurationError } from "../base/errors.ts";
import { collecting, collectingFromHere } from "./collecting.ts";
import { costsOf } from "./finished.ts";
import type { Costs, Finished, Watcher } from "./finished.ts";
import { memoryNow } from "./memory.ts";
import { shortened } from "./shortened.ts";

export interface ProfiledQuery extends Costs {
  readonly sql: string;
  /** Milliseconds: `waited`, `ran` and `decoded` together. */
  readonly duration: number;
  readonly rows: number;
  readonly model: string | null;
  readonly failed: boolean;
}

/** What `JSON.stringify` makes of a profiler. */
export interface ProfileSummary extends Costs {
  readonly totalQueries: number;
  /** Milliseconds of all queries together. */
  readonly totalTime: number;
  readonly slowest: ProfiledQuery | null;
  readonly queries: readonly ProfiledQuery[];
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

/** `null` as long as nothing was told. */
const plus = (sum: number | null, more: number | null): number | null => (more === null ? sum : (sum ?? 0) + more);

type Sums = { -readonly [cost in keyof Costs]: Costs[cost] };

const addTo = (sums: Sums, costs: Costs): void => {
  sums.ran += costs.ran;
  if (costs.decoded === null) return;
  sums.waited += costs.waited;
  sums.decoded = plus(sums.decoded, costs.decoded);
  sums.bytesSent = plus(sums.bytesSent, costs.bytesSent);
  sums.bytesReceived = plus(sums.bytesReceived, costs.bytesReceived);
};

const byteText = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};

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
  readonly #costs: Sums = { waited: 0, ran: 0, decoded: null, bytesSent: null, bytesReceived: null };
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

  #add(finished: Finished): void {
    const { statement, duration, rows, error } = finished;
    const { sql, model } = statement;
    // Field by field: spreading one object into another takes longer than all the rest here.
    const { waited, ran, decoded, bytesSent, bytesReceived } = costsOf(finished);
    const query = { sql, duration, rows, model, failed: error !== null, waited, ran, decoded, bytesSent, bytesReceived };
    addTo(this.#costs, query);
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

  /** The number of queries, the time they took, and the slowest of them, as text; of a server also what the time was spent on, and the bytes. */
  report(): string {
    const slowest = this.#slowest;
    const lines = ["Query Profile:", `  Total queries: ${this.#count}`, `  Total time: ${this.#time.toFixed(1)}ms`];
    if (slowest !== null) lines.push(`  Slowest: ${shortened(slowest.sql)} (${slowest.duration.toFixed(1)}ms)`);
    const { waited, ran, decoded, bytesSent, bytesReceived } = this.#costs;
    if (decoded !== null) lines.push(`  Waited: ${waited.toFixed(1)}ms, ran: ${ran.toFixed(1)}ms, decoded: ${decoded.toFixed(1)}ms`);
    if (bytesSent !== null && bytesReceived !== null)
      lines.push(`  Bytes: ${byteText(bytesSent)} sent, ${byteText(bytesReceived)} received`);
    return lines.join("\n");
  }

  /** All that `report()` tells, and the queries, for `JSON.stringify`. Values of parameters are in none of it. */
  toJSON(): ProfileSummary {
    const { totalQueries, totalTime, queries } = this;
    return { totalQueries, totalTime, ...this.#costs, slowest: this.#slowest, queries };
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
