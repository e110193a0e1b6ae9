/** Times functions, one beside the other: a round runs each of them once, so that a machine that slows down slows all of them. */
import { getHeapStatistics } from "node:v8";
import { ConfigurationError } from "../base/errors.ts";
import { realStopwatch } from "./clock.ts";
import type { Stopwatch } from "./clock.ts";
import { Failures } from "./failures.ts";
import type { BenchmarkResult, BenchmarkResults } from "./benchmark-results.ts";
import { checkNamed, wholeNumber } from "./option.ts";
import { progressTeller } from "./progress.ts";
import type { ProgressOption } from "./progress.ts";
import { compareResults } from "./comparison.ts";
import type { ComparisonOptions, Comparisons } from "./comparison.ts";
import { readResults, writeResults } from "./saved-results.ts";
import { statisticsOf } from "./statistics.ts";

export interface BenchmarkOptions<T> {
  /** Runs before each iteration, not timed. What it gives is handed to the benchmark and to `teardown`. */
  readonly setup?: () => T | Promise<T>;
  /** Runs after each iteration, not timed, also after one that failed. */
  readonly teardown?: (made: T) => unknown;
  /** How many operations one call of the function stands for: 1000 when it loops a thousand times. 1 when absent. */
  readonly operations?: number;
}

export interface SuiteOptions {
  /** Timed calls of each benchmark. 100 when absent. */
  readonly iterations?: number;
  /** Calls before them that are not counted. 10 when absent. */
  readonly warmup?: number;
  /** Told of each round; `true` writes a line to standard error. Written when absent and standard error is a terminal. */
  readonly progress?: ProgressOption;
}

interface Benchmark {
  readonly name: string;
  readonly work: (made: unknown) => unknown;
  readonly setup: () => unknown;
  readonly teardown: (made: unknown) => unknown;
  readonly operations: number;
}

interface Taken {
  readonly times: number[];
  readonly cpu: number[];
  readonly memory: number[];
  readonly failures: Failures;
}

/** One call; a failure is counted and its time is not. What `setup` and `teardown` throw ends the run: nothing after it could be believed. */
const once = async ({ work, setup, teardown }: Benchmark, taken: Taken | null, watch: Stopwatch): Promise<void> => {
  const made = await setup();
  try {
    const heap = getHeapStatistics().used_heap_size;
    const cpu = watch.cpu();
    const start = watch.now();
    const result = work(made);
    // Functions that answer at once are not charged for a promise of ours.
    if (result instanceof Promise) await result;
    const time = watch.now() - start;
    const worked = watch.cpu() - cpu;
    taken?.times.push(time);
    taken?.cpu.push(worked);
    taken?.memory.push(Math.max(0, getHeapStatistics().used_heap_size - heap));
  } catch (error) {
    taken?.failures.add(error);
  } finally {
    await teardown(made);
  }
};

const resultOf = (
  { operations }: Benchmark,
  { times, cpu, memory, failures }: Taken,
  iterations: number,
  warmup: number,
): BenchmarkResult => {
  const found = statisticsOf(times);
  return {
    iterations,
    warmup,
    avgTime: found?.mean ?? null,
    avg_time: found?.mean ?? null,
    medianTime: found?.median ?? null,
    medianRange: found?.medianRange ?? null,
    minTime: found?.min ?? null,
    maxTime: found?.max ?? null,
    p95Time: found?.p95 ?? null,
    standardDeviation: found?.standardDeviation ?? null,
    cpuTime: statisticsOf(cpu)?.median ?? null,
    memory: statisticsOf(memory)?.median ?? null,
    operations,
    operationsPerSecond: found === null || found.median === 0 ? null : (operations / found.median) * 1000,
    successRate: times.length / iterations,
    errorCount: failures.count,
    errors: failures.list(),
  };
};

/**
 * Benchmarks of your own code.
 *
 *     const suite = new BenchmarkSuite();
 *     suite.benchmark("user_query", () => session.query(User).filter({ isActive: true }).limit(10).all());
 *     const results = await suite.run({ iterations: 200 });
 *     results["user_query"]!.avgTime;      // milliseconds
 *     await suite.save("baseline.json");   // and later: await suite.compare("baseline.json")
 */
export class BenchmarkSuite {
  readonly #benchmarks = new Map<string, Benchmark>();
  readonly #watch: Stopwatch;
  #results: BenchmarkResults | null = null;

  /** Another `watch` is for tests. */
  constructor(watch: Stopwatch = realStopwatch) {
    this.#watch = watch;
  }

  /** Adds a benchmark; the suite itself comes back, for the next one. Throws `ConfigurationError` for a name that is taken. */
  benchmark<T = undefined>(name: string, work: (made: T) => unknown, options: BenchmarkOptions<T> = {}): this {
    checkNamed("benchmark", name, work, this.#benchmarks);
    const { setup = () => undefined, teardown = () => undefined } = options;
    const operations = wholeNumber(options.operations, `operations of '${name}'`, 1, 1);
    // What setup gives is what the other two take: the types of this call say so, and nothing else reaches them.
    const benchmark = { name, work, setup, teardown, operations } as Benchmark;
    this.#benchmarks.set(name, benchmark);
    return this;
  }

  /** Runs all benchmarks in turns, first the warm-up and then the timed rounds. An error of a benchmark is counted, one of `setup` or `teardown` is thrown. */
  async run(options: SuiteOptions = {}): Promise<BenchmarkResults> {
    const iterations = wholeNumber(options.iterations, "iterations", 1, 100);
    const warmup = wholeNumber(options.warmup, "warmup", 0, 10);
    const tell = progressTeller(options.progress);
    const benchmarks = [...this.#benchmarks.values()];
    if (benchmarks.length === 0)
      throw new ConfigurationError('There is nothing to run: add a benchmark first, suite.benchmark("name", …).');
    const taken = benchmarks.map((): Taken => ({ times: [], cpu: [], memory: [], failures: new Failures() }));
    const rounds = warmup + iterations;
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < benchmarks.length; turn++) {
        // Another one begins each round, so that nobody always follows the same neighbour.
        const index = (turn + round) % benchmarks.length;
        await once(benchmarks[index]!, round < warmup ? null : taken[index]!, this.#watch);
      }
      tell({ done: (round + 1) / rounds, text: `round ${round + 1} of ${rounds}` });
    }
    this.#results = Object.fromEntries(
      benchmarks.map((benchmark, index) => [benchmark.name, resultOf(benchmark, taken[index]!, iterations, warmup)]),
    );
    return this.#results;
  }

  get #last(): BenchmarkResults {
    if (this.#results === null) throw new ConfigurationError("The suite has not run yet: await suite.run() first.");
    return this.#results;
  }

  /** Writes the results of the last run to a file, as JSON, with the machine and its versions. */
  async save(path: string): Promise<void> {
    await writeResults(path, this.#last);
  }

  /** The last run against a baseline: a file that `save` wrote, or results. */
  async compare(baseline: string | BenchmarkResults, options: ComparisonOptions = {}): Promise<Comparisons> {
    const results = this.#last;
    return compareResults(results, typeof baseline === "string" ? await readResults(baseline) : baseline, options);
  }
}
