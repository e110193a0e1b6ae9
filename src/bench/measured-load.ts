/** Counts what scenarios do: what started in the measured time counts, throughput is of what also ended in it. */
import { Failures, mergedErrors } from "./failures.ts";
import type { ScenarioResults } from "./load-results.ts";
import { ResponseTimeHistogram } from "./response-times.ts";

/** The measured part of a run, on the clock. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Finished {
  /** When it was due. */
  readonly due: number;
  readonly started: number;
  readonly ended: number;
}

export class ScenarioCount {
  readonly failures = new Failures();
  readonly response = new ResponseTimeHistogram();
  readonly service = new ResponseTimeHistogram();
  /** Successes that ended in the window. */
  within = 0;
  successes = 0;

  succeeded({ due, started, ended }: Finished, window: Window): void {
    if (ended >= window.from && ended < window.to) this.within++;
    if (due < window.from || due >= window.to) return;
    this.successes++;
    this.response.record(ended - due);
    this.service.record(ended - started);
  }

  failed(error: unknown, due: number, window: Window): void {
    if (due >= window.from && due < window.to) this.failures.add(error);
  }
}

/** Several counts as one result. */
export const resultsOf = (counts: readonly ScenarioCount[], measuredMs: number): ScenarioResults => {
  const [response, service] = [new ResponseTimeHistogram(), new ResponseTimeHistogram()];
  for (const count of counts) {
    response.add(count.response);
    service.add(count.service);
  }
  const sum = (of: (count: ScenarioCount) => number): number => counts.reduce((total, count) => total + of(count), 0);
  const successes = sum((count) => count.successes);
  const errorCount = sum((count) => count.failures.count);
  const operations = successes + errorCount;
  const responseTimes = response.summary();
  return {
    operations,
    successes,
    errorCount,
    errorRate: operations === 0 ? 0 : errorCount / operations,
    errors: mergedErrors(counts.map((count) => count.failures.list())),
    throughput: measuredMs === 0 ? 0 : sum((count) => count.within) / (measuredMs / 1000),
    avgResponseTime: responseTimes.mean,
    avg_response_time: responseTimes.mean,
    responseTimes,
    serviceTimes: service.summary(),
  };
};
