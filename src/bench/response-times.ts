/** How long answers took: a histogram of fixed size, however many there are, exact to one part in a thousand (decision 0021). */
import { createHistogram } from "node:perf_hooks";

/** Milliseconds; percentiles are the times that so many in a hundred answers did not exceed. All null when there were none. */
export interface ResponseTimes {
  readonly count: number;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

const nanoseconds = 1_000_000;
/** What is slower counts as this: an hour. */
const slowest = 3600 * 1000 * nanoseconds;

export class ResponseTimeHistogram {
  readonly #histogram = createHistogram({ lowest: 1, highest: slowest, figures: 3 });

  record(milliseconds: number): void {
    this.#histogram.record(Math.min(slowest, Math.max(1, Math.round(milliseconds * nanoseconds))));
  }

  add(other: ResponseTimeHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  summary(): ResponseTimes {
    const { count, mean, stddev, min, max } = this.#histogram;
    const or = (value: number): number | null => (count === 0 ? null : value / nanoseconds);
    const at = (percentile: number): number | null => or(count === 0 ? 0 : this.#histogram.percentile(percentile));
    return {
      count,
      mean: or(mean),
      standardDeviation: or(stddev),
      min: or(min),
      p50: at(50),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: or(max),
    };
  }
}
