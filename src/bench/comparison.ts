/** Results against a baseline: which became slower, and whether that is more than noise. */
import type { BenchmarkResult, BenchmarkResults } from "./benchmark-results.ts";
import { positiveNumber } from "./option.ts";

export interface ComparisonOptions {
  /** Differences below this part of the baseline are none: 0.05 is 5 %, and what counts when absent. */
  readonly tolerance?: number;
}

/** `added` is not in the baseline, `missing` only there, `failed` succeeded in one of the two only or in neither. */
export type Verdict = "faster" | "slower" | "same" | "added" | "missing" | "failed";

export interface Comparison {
  readonly verdict: Verdict;
  /** This median by the baseline's: 2 takes twice as long. Null where one of them is not there. */
  readonly ratio: number | null;
  /** Milliseconds. */
  readonly medianTime: number | null;
  readonly baselineTime: number | null;
}

export type Comparisons = Readonly<Record<string, Comparison>>;

const compared = (now: BenchmarkResult, before: BenchmarkResult, tolerance: number): Comparison => {
  const [medianTime, baselineTime] = [now.medianTime, before.medianTime];
  if (medianTime === null || baselineTime === null || now.medianRange === null || before.medianRange === null) {
    return { verdict: "failed", ratio: null, medianTime, baselineTime };
  }
  const ratio = medianTime / baselineTime;
  const [isAbove, isBelow] = [now.medianRange[0] > before.medianRange[1], now.medianRange[1] < before.medianRange[0]];
  const isBeyondNoise = Math.abs(ratio - 1) > tolerance && (isAbove || isBelow);
  const verdict = isBeyondNoise ? (ratio > 1 ? "slower" : "faster") : "same";
  return { verdict, ratio, medianTime, baselineTime };
};

/**
 * Each benchmark of either side. `slower` and `faster` need both: the medians are further apart than `tolerance`, and their 95 % ranges do not touch.
 */
export const compareResults = (results: BenchmarkResults, baseline: BenchmarkResults, options: ComparisonOptions = {}): Comparisons => {
  const tolerance = positiveNumber(options.tolerance, "tolerance", 0.05);
  const names = [...new Set([...Object.keys(results), ...Object.keys(baseline)])];
  const comparisonOf = (name: string): Comparison => {
    const [now, before] = [results[name], baseline[name]];
    if (now === undefined) return { verdict: "missing", ratio: null, medianTime: null, baselineTime: before?.medianTime ?? null };
    if (before === undefined) return { verdict: "added", ratio: null, medianTime: now.medianTime, baselineTime: null };
    return compared(now, before, tolerance);
  };
  return Object.fromEntries(names.map((name) => [name, comparisonOf(name)]));
};
