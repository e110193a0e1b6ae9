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
  /** Microseconds of this process's CPU per operation, the median: what is left of the time is the other side's, or waiting. */
  readonly cpu: number;
}

interface Round {
  readonly time: number;
  readonly cpu: number;
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

const roundOf = async ({ run, prepare, operations }: Contender): Promise<Round> => {
  await prepare?.();
  // Nobody's garbage is another's to collect. Not a full collection: a few of those throw away hidden classes and compiled code.
  collectGarbage("minor");
  const cpuBefore = process.cpuUsage();
  const start = process.hrtime.bigint();
  const result = run();
  // Contenders that answer at once are not charged for a promise of ours.
  if (result instanceof Promise) await result;
  const time = Number(process.hrtime.bigint() - start) / 1000 / operations;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { time, cpu: (user + system) / operations };
};

export const measure = async (contenders: readonly Contender[], { warmUp, counted }: Rounds): Promise<readonly Measured[]> => {
  const taken = contenders.map((): Round[] => []);
  for (let round = -warmUp; round < counted; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + warmUp) % contenders.length;
      const found = await roundOf(contenders[index]!);
      if (round >= 0) taken[index]!.push(found);
    }
  }
  return contenders.map(({ name }, index) => summary(name, taken[index]!));
};

const at = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
};

const summary = (name: string, rounds: readonly Round[]): Measured => {
  const times = rounds.map(({ time }) => time);
  const cpu = at(
    rounds.map((round) => round.cpu),
    0.5,
  );
  return { name, median: at(times, 0.5), fastest: at(times, 0), slow: at(times, 0.95), times, cpu };
};
