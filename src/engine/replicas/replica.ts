/** One copy of a database: how far it has come, and why it is not asked when it is not. */
import type { Driver } from "../../driver/driver.ts";
import type { DriverFeatures } from "../../driver/features.ts";

/** How long a copy may take to say how far it has come. */
const patienceMs = 5000;
const longestPauseMs = 30_000;

/** Where the primary was, and when it was asked. */
export interface Written {
  readonly position: bigint;
  readonly askedAt: number;
}

export class Replica {
  readonly driver: Driver & DriverFeatures;
  readonly address: string;
  readonly weight: number;
  /** Why no statement is sent to it; `null` when it is fine. */
  problem: string | null = "It has not been asked yet.";
  /** Where in the primary's log it is; `null` where nobody knows. */
  position: bigint | null = null;
  lagMs = 0;
  latencyMs: number | null = null;
  /** How many statements and transactions were sent to it. */
  statements = 0;
  /** What it is owed among the others: see `chosen`. */
  credit = 0;
  #answeredAt = -Infinity;
  /** When the primary was asked for a position that this one was seen to have. */
  #caughtUpAt = -Infinity;
  #failures = 0;
  #pausedUntil = 0;
  #asking: Promise<void> | null = null;

  constructor(driver: Driver & DriverFeatures, address: string, weight: number) {
    this.driver = driver;
    this.address = address;
    this.weight = weight;
  }

  /** Whether it is well, and was no longer ago than `freshMs`. */
  isWell(now: number, freshMs: number): boolean {
    return this.problem === null && now - this.#answeredAt < freshMs;
  }

  /** Asks it how far it has come, unless it is being asked, or failed a short while ago. `written` is where the primary is. Never rejects. */
  check(written: () => Written | null, isUrgent = false): Promise<void> {
    if (!isUrgent && performance.now() < this.#pausedUntil) return Promise.resolve();
    this.#asking ??= this.#ask(written).finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(written: () => Written | null): Promise<void> {
    const start = performance.now();
    try {
      const { isStandby, position, sinceLastCommitMs } = await this.driver.standing!(patienceMs);
      const now = performance.now();
      const end = written();
      const isBehind = position !== null && end !== null && position < end.position;
      if (!isBehind) this.#caughtUpAt = Math.max(this.#caughtUpAt, end?.askedAt ?? start);
      this.position = position;
      this.latencyMs = now - start;
      // What it lacks was written after it had everything; on a primary that was idle its last commit may be hours old.
      this.lagMs = isBehind ? Math.max(0, Math.min(sinceLastCommitMs ?? Infinity, now - this.#caughtUpAt)) : 0;
      this.problem = isStandby ? null : "It is no standby any more: it takes writes.";
      this.#answeredAt = now;
      this.#failures = 0;
    } catch (error) {
      this.failed(error);
    }
  }

  /** It is not asked for a while, which grows with each failure. */
  failed(error: unknown): void {
    this.problem = error instanceof Error ? error.message : "It failed.";
    this.latencyMs = null;
    this.#pausedUntil = performance.now() + Math.min(longestPauseMs, 100 * 2 ** this.#failures++);
  }
}

/** The next of `replicas` in turn, each as often as it weighs, evenly mixed: the one that is owed most. `null` where there is none. */
export const chosen = (replicas: readonly Replica[]): Replica | null => {
  if (replicas.length < 2) return replicas[0] ?? null;
  let best = replicas[0]!;
  let total = 0;
  for (const replica of replicas) {
    total += replica.weight;
    replica.credit += replica.weight;
    if (replica.credit > best.credit) best = replica;
  }
  best.credit -= total;
  return best;
};
