/** What `import … from "petrel/bench"` gives: measuring your own code. */
export { BenchmarkSuite, type BenchmarkOptions, type SuiteOptions } from "../bench/benchmark-suite.ts";
export type { BenchmarkResult, BenchmarkResults } from "../bench/benchmark-results.ts";
export { compareResults, type Comparison, type ComparisonOptions, type Comparisons, type Verdict } from "../bench/comparison.ts";
export {
  LoadTest,
  type LoadRunOptions,
  type LoadTestOptions,
  type ScenarioContext,
  type ScenarioOptions,
  type ScenarioWork,
} from "../bench/load-test.ts";
export type { LoadTestResults, ScenarioResults } from "../bench/load-results.ts";
export type { ArrivalPattern } from "../bench/arrivals.ts";
export type { Clock } from "../bench/clock.ts";
export type { NamedError } from "../bench/failures.ts";
export type { Progress, ProgressOption } from "../bench/progress.ts";
export type { ResponseTimes } from "../bench/response-times.ts";
export type { Duration } from "../config/duration.ts";
export { readResults } from "../bench/saved-results.ts";
