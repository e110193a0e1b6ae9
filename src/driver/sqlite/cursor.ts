/** A result read in portions. Between two portions its connection belongs to it. */
import { BugError } from "../../base/errors.ts";

export class Cursor {
  readonly #rows: Iterator<unknown[]>;
  readonly #explain: (error: unknown) => unknown;
  #state: "open" | "ended" | "closed" = "open";

  constructor(rows: Iterator<unknown[]>, explain: (error: unknown) => unknown) {
    this.#rows = rows;
    this.#explain = explain;
  }

  /** Whether all rows were taken. Known only once a portion came out short; never true of a cursor that was closed before its end. */
  get isEnded(): boolean {
    return this.#state === "ended";
  }

  /** Appends the next rows to `into`, at most `count`. Throws when the cursor was closed before its end: that must not look like an end. */
  take(count: number, into: unknown[][]): void {
    if (this.#state === "closed") throw new BugError("a result was read on after its cursor was closed.");
    try {
      for (let taken = 0; taken < count && this.#state === "open"; taken++) {
        const step = this.#rows.next();
        if (step.done === true) this.#state = "ended";
        else into.push(step.value);
      }
    } catch (error) {
      this.close();
      throw this.#explain(error);
    }
  }

  /** May be called twice, and after the end. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    try {
      this.#rows.return?.();
    } catch {
      // The statement reports again what `take` has thrown, or its database is gone: it is closed either way.
    }
  }
}
