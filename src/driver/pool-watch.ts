/** What happens in a pool, for whoever measures it; while nobody does, no clock is read. */

/** Times are milliseconds. What it throws would be thrown at whoever uses the pool. */
export interface PoolWatcher {
  /** A connection was opened. */
  opened(tookMs: number): void;
  /** A borrower has its connection; 0 where one was free, or where a read joined others on theirs. */
  lent(waitedMs: number): void;
  /** A connection came to rest, or ended: so long somebody used it. */
  returned(usedMs: number): void;
  /** A borrower waited as long as it may, and got none. */
  timedOut(): void;
}

/** What the watch keeps at a connection: when it was lent, 0 where nobody saw it. */
export interface Lent {
  lentAt: number;
}

export class PoolWatch {
  #watchers: readonly PoolWatcher[] = [];

  get isOn(): boolean {
    return this.#watchers.length > 0;
  }

  /** Tells `watcher`, until the returned function is called. */
  add(watcher: PoolWatcher): () => void {
    this.#watchers = [...this.#watchers, watcher];
    return () => {
      this.#watchers = this.#watchers.filter((each) => each !== watcher);
    };
  }

  opened(since: number): void {
    for (const watcher of this.#watchers) watcher.opened(performance.now() - since);
  }

  lent(since: number | null): void {
    if (!this.isOn) return;
    const waitedMs = since === null ? 0 : performance.now() - since;
    for (const watcher of this.#watchers) watcher.lent(waitedMs);
  }

  begin(slot: Lent): void {
    slot.lentAt = this.isOn ? performance.now() : 0;
  }

  end(slot: Lent): void {
    if (slot.lentAt === 0) return;
    const usedMs = performance.now() - slot.lentAt;
    slot.lentAt = 0;
    for (const watcher of this.#watchers) watcher.returned(usedMs);
  }

  timedOut(): void {
    for (const watcher of this.#watchers) watcher.timedOut();
  }
}
