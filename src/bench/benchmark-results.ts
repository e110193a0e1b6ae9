/** What a suite finds, in the shape that is saved. */
import type { NamedError } from "./failures.ts";

/** Times are milliseconds of one call of the function. Of a benchmark that never succeeded all of them are null. */
export interface BenchmarkResult {
  readonly iterations: number;
  readonly warmup: number;
  readonly avgTime: number | null;
  /** The same, as the seeds of this tool spell it. */
  readonly avg_time: number | null;
  readonly medianTime: number | null;
  /** Where the true median lies, with 95 % confidence. */
  readonly medianRange: readonly [number, number] | null;
  readonly minTime: number | null;
  readonly maxTime: number | null;
  readonly p95Time: number | null;
  readonly standardDeviation: number | null;
  /** Milliseconds of this process's processor time, the median. */
  readonly cpuTime: number | null;
  /** Bytes that a call allocates on the JavaScript heap, the median. Calls in which garbage was collected show less. */
  readonly memory: number | null;
  /** Operations of one call, as given. */
  readonly operations: number;
  /** From the median; null as the times are. */
  readonly operationsPerSecond: number | null;
  /** From 0 to 1. */
  readonly successRate: number;
  readonly errorCount: number;
  readonly errors: readonly NamedError[];
}

/** By the benchmarks' names, in their order. */
export type BenchmarkResults = Readonly<Record<string, BenchmarkResult>>;
