/**
 * Which copies of a database may answer now.
 *
 *     a write ends ──▶ nobody ──(the primary's position is asked once, when somebody reads)──▶ those that have come so far
 *
 * Writes cost nothing: the position behind them is asked for by the first read that follows, which itself goes to the primary, as all do until
 * a copy has come there. While there are reads each copy is asked about once per interval, and as fast as it answers while one is waited for.
 */
import type { Driver } from "../../driver/driver.ts";
import type { DriverFeatures } from "../../driver/features.ts";
import { chosen } from "./replica.ts";
import type { Replica, Written } from "./replica.ts";

export interface ReplicaSettings {
  /** `true`: a copy answers when it has what this process wrote; a number: so many milliseconds after the last write; `false`: at once. */
  readonly readYourWrites: boolean | number;
  readonly maxLagMs: number;
  readonly intervalMs: number;
}

/** How long after a write the primary is read where servers have no positions. */
const windowMs = 2000;
/** Without reads for so long, nobody is asked any more. */
const restAfterMs = 60_000;
const fastestMs = 2;
const patienceMs = 5000;

export class Replicas {
  readonly all: readonly Replica[];
  readonly #primary: Driver & DriverFeatures;
  readonly #settings: ReplicaSettings;
  /** Where the primary was when it was last asked. */
  #written: Written | null = null;
  #hasPositions = true;
  /** Counts what may have written, when it has ended. */
  #writes = 0;
  #lastWriteAt = -Infinity;
  /** The position behind the first so many writes. */
  #required: { readonly writes: number; readonly position: bigint } = { writes: 0, position: 0n };
  #asking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = fastestMs;
  #lastReadAt = 0;
  #isClosed = false;

  constructor(primary: Driver & DriverFeatures, all: readonly Replica[], settings: ReplicaSettings) {
    this.#primary = primary;
    this.all = all;
    this.#settings = settings;
  }

  /** Something that may have written has ended, well or not. */
  wrote(): void {
    this.#writes++;
    this.#lastWriteAt = performance.now();
    this.#pauseMs = fastestMs;
  }

  /** The copy that is to answer a read, or `null`. `isOwnRead`: it must know what this process wrote. */
  pick(isOwnRead: boolean): Replica | null {
    const now = performance.now();
    this.#lastReadAt = now;
    const ready = this.all.filter((replica) => this.isReady(replica, now));
    const able = isOwnRead ? ready.filter((replica) => this.#knowsWrites(replica, now)) : ready;
    if (this.#timer === null) this.#look();
    else if (able.length < ready.length && this.#pauseMs === fastestMs) this.#look();
    return chosen(able);
  }

  /** Whether it is well and not too far behind. */
  isReady(replica: Replica, now: number = performance.now()): boolean {
    const { intervalMs, maxLagMs } = this.#settings;
    return replica.isWell(now, 3 * intervalMs + patienceMs / 5) && replica.lagMs <= maxLagMs;
  }

  #knowsWrites(replica: Replica, now: number): boolean {
    const { readYourWrites } = this.#settings;
    if (readYourWrites === false || this.#writes === 0) return true;
    if (readYourWrites !== true) return now - this.#lastWriteAt >= readYourWrites;
    if (!this.#hasPositions) return now - this.#lastWriteAt >= windowMs;
    return this.#required.writes === this.#writes && replica.position !== null && replica.position >= this.#required.position;
  }

  /** Asks everybody now. */
  async refresh(): Promise<void> {
    await this.#askPrimary();
    await Promise.all(this.all.map((replica) => replica.check(() => this.#written, true)));
  }

  /** Asks those who are not being asked, and again after a pause. */
  #look(): void {
    if (this.#isClosed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    void this.#askPrimary();
    for (const replica of this.all) void replica.check(() => this.#written);
    const { intervalMs } = this.#settings;
    this.#pauseMs = this.#isWaiting() ? Math.min(intervalMs, this.#pauseMs * 2) : intervalMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (performance.now() - this.#lastReadAt < restAfterMs) this.#look();
    }, this.#pauseMs).unref();
  }

  #isWaiting(): boolean {
    const now = performance.now();
    return this.all.some((replica) => this.isReady(replica, now) && !this.#knowsWrites(replica, now));
  }

  #askPrimary(): Promise<void> {
    if (!this.#hasPositions) return Promise.resolve();
    this.#asking ??= this.#askWritten().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #askWritten(): Promise<void> {
    const writes = this.#writes;
    const askedAt = performance.now();
    try {
      const position = await this.#primary.writtenPosition!(patienceMs);
      if (position === null) this.#hasPositions = false;
      else {
        this.#written = { position, askedAt };
        if (this.#required.writes !== writes) this.#required = { writes, position };
      }
    } catch {
      // The primary is away: what it wrote last is still what copies have to have.
    }
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
