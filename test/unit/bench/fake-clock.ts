/** Time that passes only when everybody waits for it: it jumps to the next moment that somebody waits for. */
import type { Clock, Stopwatch } from "../../../src/bench/clock.ts";

interface Waiting {
  readonly time: number;
  readonly resolve: () => void;
}

export class FakeClock implements Clock {
  #now = 0;
  #waiting: Waiting[] = [];
  #isMoving = false;

  now(): number {
    return this.#now;
  }

  until(time: number, signal: AbortSignal | null): Promise<void> {
    if (time <= this.#now || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ time, resolve });
      signal?.addEventListener("abort", () => resolve());
      this.#move();
    });
  }

  turn(): Promise<void> {
    return new Promise((resolve) => void setImmediate(resolve));
  }

  /** Work that keeps the whole process busy: time passes and nothing else happens. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #move(): void {
    if (this.#isMoving) return;
    this.#isMoving = true;
    // After everything that goes on now, those included who only give way for a turn.
    setImmediate(() =>
      setImmediate(() =>
        setImmediate(() => {
          this.#isMoving = false;
          const next = Math.min(...this.#waiting.map(({ time }) => time));
          this.#now = Math.max(this.#now, next);
          const due = this.#waiting.filter(({ time }) => time <= this.#now);
          this.#waiting = this.#waiting.filter(({ time }) => time > this.#now);
          for (const { resolve } of due) resolve();
          if (this.#waiting.length > 0) this.#move();
        }),
      ),
    );
  }
}

/** Time that passes by what is said to take it. */
export class FakeStopwatch implements Stopwatch {
  #now = 0;
  #cpu = 0;

  now(): number {
    return this.#now;
  }

  cpu(): number {
    return this.#cpu;
  }

  pass(milliseconds: number, cpu: number): void {
    this.#now += milliseconds;
    this.#cpu += cpu;
  }
}
