/** The two ways to put load on something: users who wait for their answers (closed), and arrivals that do not care (open). */
import { arrivals } from "./arrivals.ts";
import type { ArrivalPattern } from "./arrivals.ts";
import { givingWay, isAborted } from "./clock.ts";
import type { Clock } from "./clock.ts";

export interface Load {
  /** Users in a closed loop; operations at once, at most, in an open one. */
  readonly concurrency: number;
  /** Null: a closed loop. */
  readonly rate: number | null;
  readonly pattern: ArrivalPattern;
  readonly rampUpMs: number;
  readonly durationMs: number;
  readonly signal: AbortSignal | null;
}

/** Does one operation that was due at `due`, for the user or the arrival of this number. Never rejects. */
export type Operate = (due: number, number: number) => Promise<void>;

/** Users begin one after the other, evenly over the ramp-up. Each asks again as soon as it has its answer. */
export const closedLoop = async ({ concurrency, rampUpMs, durationMs, signal }: Load, operate: Operate, clock: Clock): Promise<void> => {
  const start = clock.now();
  const end = start + rampUpMs + durationMs;
  const giveWay = givingWay(clock);
  const user = async (number: number): Promise<void> => {
    await clock.until(start + (rampUpMs * number) / concurrency, signal);
    for (let now = clock.now(); now < end && !isAborted(signal); now = clock.now()) {
      await operate(now, number);
      const pause = giveWay();
      if (pause !== undefined) await pause;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, number) => user(number)));
};

/** An arrival that is later than this when the time is over does not begin any more. */
const latenessAtTheEnd = 10;

/**
 * Operations begin when they are due. When as many as may run at once are running, the next one begins late, and its lateness is part of its response time.
 * Gives when each arrival that never began was due.
 */
export const openLoop = async (load: Load, operate: Operate, clock: Clock): Promise<readonly number[]> => {
  const { concurrency, rate, signal } = load;
  const start = clock.now();
  const end = start + load.rampUpMs + load.durationMs;
  const giveWay = givingWay(clock);
  const running = new Set<Promise<void>>();
  const neverBegan: number[] = [];
  let wake = (): void => undefined;
  const somethingEnds = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  void clock.until(end, signal).then(() => wake());
  const isOver = (): boolean => isAborted(signal) || clock.now() >= end;
  let number = 0;
  for (const offset of arrivals({ ...load, rate: rate ?? 0 })) {
    const due = start + offset;
    if (clock.now() < due) await clock.until(due, signal);
    while (running.size >= concurrency && !isOver()) await somethingEnds();
    if (isAborted(signal)) break;
    if (running.size >= concurrency || (isOver() && clock.now() - due > latenessAtTheEnd)) {
      neverBegan.push(due);
      continue;
    }
    const operation: Promise<void> = operate(due, number++).finally(() => {
      running.delete(operation);
      wake();
    });
    running.add(operation);
    const pause = giveWay();
    if (pause !== undefined) await pause;
  }
  await Promise.all(running);
  return neverBegan;
};
