/** Values by key, each computed once for everyone who asks at the same time, and kept until it is too old, invalidated, or without room. */
import type { Shelf } from "./shelf.ts";

/** Stands for what the value depends on: with another number the value is of no use. */
export type Stamp = () => number;

export interface Lifetime {
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly stamp: Stamp;
}

interface Entry {
  readonly value: unknown;
  /** By the clock that nobody sets. */
  readonly madeAt: number;
  readonly stamp: number;
}

interface UnderWay {
  readonly value: Promise<unknown>;
  readonly stamp: number;
}

export class Memo {
  readonly #shelf: Shelf<Entry>;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(shelf: Shelf<Entry>) {
    this.#shelf = shelf;
  }

  /** The value, which `make` computes where none is kept. Its failure is everyone's who waits for it, and is not kept. */
  get(key: string, make: () => unknown, lifetime: Lifetime): Promise<unknown> {
    const stamp = lifetime.stamp();
    const entry = this.#shelf.get(key);
    if (entry !== undefined && entry.stamp === stamp) {
      const age = performance.now() - entry.madeAt;
      if (age < lifetime.ttlMs) return Promise.resolve(entry.value);
      if (age < lifetime.ttlMs + lifetime.staleMs) {
        // Nobody waits for the new value; when it fails, the next one who asks tries again.
        this.#make(key, make, stamp).catch(() => {});
        return Promise.resolve(entry.value);
      }
    }
    return this.#make(key, make, stamp);
  }

  #make(key: string, make: () => unknown, stamp: number): Promise<unknown> {
    const others = this.#underWay.get(key);
    if (others !== undefined && others.stamp === stamp) return others.value;
    const value = (async () => make())();
    const own: UnderWay = { value, stamp };
    this.#underWay.set(key, own);
    const settled = (keep: () => void): void => {
      // Invalidated meanwhile: somebody else's by now, or nobody's.
      if (this.#underWay.get(key) !== own) return;
      this.#underWay.delete(key);
      keep();
    };
    value.then(
      (made) => settled(() => this.#shelf.set(key, { value: made, madeAt: performance.now(), stamp })),
      () => settled(() => {}),
    );
    return value;
  }

  delete(key: string): void {
    this.#underWay.delete(key);
    this.#shelf.delete(key);
  }

  clear(): void {
    this.#underWay.clear();
    this.#shelf.clear();
  }
}
