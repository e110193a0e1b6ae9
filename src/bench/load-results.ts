/** What a load test finds, in the shape of the seeds and as plain data for JSON. */
import type { NamedError } from "./failures.ts";
import type { ResponseTimes } from "./response-times.ts";

export interface ScenarioResults {
  /** Operations that started while it was measured. */
  readonly operations: number;
  readonly successes: number;
  readonly errorCount: number;
  /** From 0 to 1, of `operations`. */
  readonly errorRate: number;
  /** The most frequent first. */
  readonly errors: readonly NamedError[];
  /** Successful operations a second that ended while it was measured. */
  readonly throughput: number;
  /** Milliseconds, the mean; null when nothing succeeded. */
  readonly avgResponseTime: number | null;
  /** The same, as the seeds of this tool spell it. */
  readonly avg_response_time: number | null;
  /** Of successful operations: from when each was due (with a `rate`) or began (without) to its end. */
  readonly responseTimes: ResponseTimes;
  /** Of the same, from when each began: what is left of the response time is waiting for its turn. */
  readonly serviceTimes: ResponseTimes;
}

export interface LoadTestResults extends ScenarioResults {
  /** `closed`: so many users, each asking again when it has its answer. `open`: arrivals at a rate, whether answers come or not. */
  readonly loop: "closed" | "open";
  readonly concurrency: number;
  /** Arrivals a second; null in a closed loop. */
  readonly rate: number | null;
  /** Milliseconds that were measured, without the ramp-up. */
  readonly duration: number;
  /** Arrivals that were due and still waiting for their turn at the end. Above 0 the rate is more than the system can do. */
  readonly notStarted: number;
  readonly scenarios: Readonly<Record<string, ScenarioResults>>;
}
