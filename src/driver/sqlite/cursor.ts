/** A result read in portions. Between two portions its connection belongs to it. */
export class Cursor {
  readonly #rows: Iterator<unknown[]>;
  readonly #explain: (error: unknown) => unknown;
  #isDone = false;

  constructor(rows: Iterator<unknown[]>, explain: (error: unknown) => unknown) {
    this.#rows = rows;
    this.#explain = explain;
  }

  /** Whether there are no more rows. Known only once a portion came out short, or the cursor was closed. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Appends the next rows to `into`, at most `count`. */
  take(count: number, into: unknown[][]): void {
    try {
      for (let taken = 0; taken < count && !this.#isDone; taken++) {
        const step = this.#rows.next();
        if (step.done === true) this.#isDone = true;
        else into.push(step.value);
      }
    } catch (error) {
      this.close();
      throw this.#explain(error);
    }
  }

  /** May be called twice, and after the end. */
  close(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    try {
      this.#rows.return?.();
    } catch {
      // The statement reports again what `take` has thrown, or its database is gone: it is closed either way.
    }
  }
}
