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
import { OwnWrites } from "./own-writes.ts";
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
  /** What this process wrote. */
  readonly own = new OwnWrites();
  /** The furthest position that a view waits for. */
  #awaited = 0n;
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = fastestMs;
  #lastReadAt = 0;
  #isClosed = false;

  constructor(primary: Driver & DriverFeatures, all: readonly Replica[], settings: ReplicaSettings) {
    this.#primary = primary;
    this.all = all;
    this.#settings = settings;
  }

  /** Something that may have written has ended, well or not: in a view, if there is one. */
  wrote(view: OwnWrites | null): void {
    const now = performance.now();
    this.own.ended(now);
    view?.ended(now);
    this.#pauseMs = fastestMs;
  }

  /** The copy that is to answer a read, or `null`. `reader`: whose writes it must have; `null` for nobody's. */
  pick(reader: OwnWrites | null): Replica | null {
    const now = performance.now();
    this.#lastReadAt = now;
    const ready = this.all.filter((replica) => this.isReady(replica, now));
    const able = reader === null ? ready : ready.filter((replica) => this.#hasWrites(replica, reader, now));
    if (reader !== null && reader !== this.own) this.#await(reader);
    if (this.#timer === null) this.#look();
    else if (able.length < ready.length && this.#pauseMs === fastestMs) this.#look();
    return chosen(able);
  }

  /** A view's position is asked for when somebody reads behind its writes, and copies are asked more often until one has come there. */
  #await(view: OwnWrites): void {
    if (!view.isKnown) void this.#askPrimary(view);
    else if (view.position > this.#awaited) {
      this.#awaited = view.position;
      this.#pauseMs = fastestMs;
    }
  }

  /** Whether it is well and not too far behind. */
  isReady(replica: Replica, now: number = performance.now()): boolean {
    const { intervalMs, maxLagMs } = this.#settings;
    return replica.isWell(now, 3 * intervalMs + patienceMs / 5) && replica.lagMs <= maxLagMs;
  }

  /** Views are asked for by somebody who knows why: they go by positions, whatever holds for the process. */
  #hasWrites(replica: Replica, reader: OwnWrites, now: number): boolean {
    const readYourWrites = reader === this.own ? this.#settings.readYourWrites : true;
    if (readYourWrites === false || reader.isNothing) return true;
    if (readYourWrites !== true) return now - reader.lastAt >= readYourWrites;
    if (!this.#hasPositions) return now - reader.lastAt >= windowMs;
    return reader.isKnown && replica.position !== null && replica.position >= reader.position;
  }

  /** Asks everybody now. */
  async refresh(): Promise<void> {
    await this.#askPrimary(this.own);
    await Promise.all(this.all.map((replica) => replica.check(() => this.#written, true)));
  }

  /** Asks those who are not being asked, and again after a pause. */
  #look(): void {
    if (this.#isClosed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    void this.#askPrimary(this.own);
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
    return this.all.some(
      (replica) => this.isReady(replica, now) && (!this.#hasWrites(replica, this.own, now) || (replica.position ?? 0n) < this.#awaited),
    );
  }

  #askPrimary(reader: OwnWrites): Promise<void> {
    if (!this.#hasPositions) return Promise.resolve();
    reader.asking ??= this.#askWritten(reader).finally(() => (reader.asking = null));
    return reader.asking;
  }

  async #askWritten(reader: OwnWrites): Promise<void> {
    const { count } = reader;
    const askedAt = performance.now();
    try {
      const position = await this.#primary.writtenPosition!(patienceMs);
      if (position === null) this.#hasPositions = false;
      else {
        this.#written = { position, askedAt };
        reader.learned(count, position);
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
