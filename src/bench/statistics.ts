/** What a list of times says: exact, since all of them are there. */

export interface Statistics {
  readonly mean: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly p95: number;
  /** Of the sample: divided by one less than its number. 0 of a single time. */
  readonly standardDeviation: number;
  /** Where the true median lies, with 95 % confidence, whatever the distribution: two of the times themselves. */
  readonly medianRange: readonly [number, number];
}

/** The value that `part` of the sorted values are not above (nearest rank). */
const atRank = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * part) - 1))]!;

const middle = (sorted: readonly number[]): number => {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

/** Ranks around the middle by the normal approximation of the binomial distribution; all there is when there are few. */
const rangeOfMedian = (sorted: readonly number[]): readonly [number, number] => {
  const count = sorted.length;
  const half = (1.96 * Math.sqrt(count)) / 2;
  const low = Math.max(0, Math.floor(count / 2 - half) - 1);
  const high = Math.min(count - 1, Math.ceil(count / 2 + half));
  return [sorted[low]!, sorted[high]!];
};

/** Null of no times. */
export const statisticsOf = (times: readonly number[]): Statistics | null => {
  if (times.length === 0) return null;
  const sorted = [...times].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, time) => sum + time, 0) / sorted.length;
  const squares = sorted.reduce((sum, time) => sum + (time - mean) ** 2, 0);
  return {
    mean,
    median: middle(sorted),
    min: sorted[0]!,
    max: sorted.at(-1)!,
    p95: atRank(sorted, 0.95),
    standardDeviation: sorted.length === 1 ? 0 : Math.sqrt(squares / (sorted.length - 1)),
    medianRange: rangeOfMedian(sorted),
  };
};
