/**
 * What a reader must be shown: the writes that ended where it works, and a position in the primary's log that lies behind them. The process has one, and each
 * view of `engine.with({ after })` has one, which begins at the position where somebody's writes ended elsewhere.
 */
let made = 0;

export class OwnWrites {
  /** Tells them apart. */
  readonly id = ++made;
  /** Writes that have ended, well or not. */
  count = 0;
  lastAt = -Infinity;
  /** Behind the first `known` of them, and behind what it began with. */
  position: bigint;
  /** The primary is being asked for the next one. */
  asking: Promise<void> | null = null;
  #known = 0;

  constructor(position = 0n) {
    this.position = position;
  }

  /** Whether there is nothing that a copy could lack. */
  get isNothing(): boolean {
    return this.count === 0 && this.position === 0n;
  }

  /** Whether `position` lies behind all of them. */
  get isKnown(): boolean {
    return this.#known === this.count;
  }

  ended(now: number): void {
    this.count++;
    this.lastAt = now;
  }

  /** `position` lies behind the first `count` of them. */
  learned(count: number, position: bigint): void {
    if (this.#known === count) return;
    this.#known = count;
    if (position > this.position) this.position = position;
  }
}
