/**
 * Makes answers of a store void, also of one that takes a moment. Until the store has confirmed it, whoever reads these tables goes past the store:
 * what this process has committed is never followed by an older answer. A store that cannot be reached is told again until it can.
 */
import { TableVersions } from "./table-versions.ts";
import type { CacheStore } from "./cache-store.ts";

interface Unconfirmed {
  readonly tables: ReadonlySet<string> | null;
}

const firstPauseMs = 50;
const longestPauseMs = 5000;

export class Invalidation {
  readonly #store: CacheStore;
  readonly #failed: () => void;
  readonly #versions = new TableVersions();
  readonly #unconfirmed = new Set<Unconfirmed>();
  readonly #retries = new Set<NodeJS.Timeout>();
  #isClosed = false;

  /** `failed` is called for every failure of the store. */
  constructor(store: CacheStore, failed: () => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** The state of the tables as this process knows it. */
  epoch(tables: readonly string[]): number {
    return this.#versions.stamp(tables);
  }

  /** Whether what the store says of these tables may be from before a change. */
  isUnsettled(tables: readonly string[]): boolean {
    if (this.#unconfirmed.size === 0) return false;
    for (const { tables: changed } of this.#unconfirmed) if (changed === null || tables.some((table) => changed.has(table))) return true;
    return false;
  }

  changed(tables: readonly string[] | null): void {
    this.#versions.changed(tables);
    this.#send({ tables: tables === null ? null : new Set(tables) }, firstPauseMs);
  }

  #send(change: Unconfirmed, pauseMs: number): void {
    const again = (): void => {
      this.#failed();
      this.#unconfirmed.add(change);
      if (this.#isClosed) return;
      const retry = setTimeout(() => {
        this.#retries.delete(retry);
        this.#send(change, Math.min(longestPauseMs, pauseMs * 2));
      }, pauseMs);
      retry.unref();
      this.#retries.add(retry);
    };
    try {
      const done = this.#store.invalidate(change.tables === null ? null : [...change.tables]);
      if (!(done instanceof Promise)) return void this.#unconfirmed.delete(change);
      this.#unconfirmed.add(change);
      done.then(() => this.#unconfirmed.delete(change), again);
    } catch {
      again();
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const retry of this.#retries) clearTimeout(retry);
  }
}
