/**
 * Contenders take turns in one process, in an order that moves on each round, each with an empty nursery.
 * What counts is the median of the rounds, and the median of the ratios within a round; `README.md` says why.
 */
export interface Contender {
  readonly name: string;
  /** How many operations one call of `run` stands for. */
  readonly operations: number;
  /** The timed part. */
  readonly run: () => unknown;
  /** Before each round, not timed. */
  readonly prepare?: () => unknown;
}

export interface Measured {
  readonly name: string;
  /** Microseconds per operation. */
  readonly median: number;
  readonly fastest: number;
  /** The 95th percentile. */
  readonly slow: number;
  /** The same per round, in order. */
  readonly times: readonly number[];
}

export interface Rounds {
  readonly warmUp: number;
  readonly counted: number;
}

/** Refuses to go on without `--expose-gc`. */
export const collectGarbage = (type: "major" | "minor"): void => {
  if (globalThis.gc === undefined) throw new Error("Benchmarks need the garbage collector: node --expose-gc, or npm run bench.");
  globalThis.gc({ type });
};

const timeOf = async ({ run, prepare, operations }: Contender): Promise<number> => {
  await prepare?.();
  // Nobody's garbage is another's to collect. Not a full collection: a few of those throw away hidden classes and compiled code.
  collectGarbage("minor");
  const start = process.hrtime.bigint();
  const result = run();
  // Contenders that answer at once are not charged for a promise of ours.
  if (result instanceof Promise) await result;
  return Number(process.hrtime.bigint() - start) / 1000 / operations;
};

export const measure = async (contenders: readonly Contender[], { warmUp, counted }: Rounds): Promise<readonly Measured[]> => {
  const times = contenders.map((): number[] => []);
  for (let round = -warmUp; round < counted; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + warmUp) % contenders.length;
      const time = await timeOf(contenders[index]!);
      if (round >= 0) times[index]!.push(time);
    }
  }
  return contenders.map(({ name }, index) => summary(name, times[index]!));
};

const summary = (name: string, times: readonly number[]): Measured => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  return { name, median: at(0.5), fastest: sorted[0]!, slow: at(0.95), times };
};
