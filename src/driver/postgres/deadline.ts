/** Watches one request's signal and time limit, and calls once when either is up. Over when the request is settled. */
import { QueryCanceled } from "../../base/errors.ts";
import { canceled } from "../pool.ts";

const tooSlow = (timeoutMs: number, isSent: boolean): QueryCanceled =>
  new QueryCanceled(`The statement did not end within ${timeoutMs} ms (timeoutMs) and was stopped${isSent ? "" : " before it was sent"}.`, {
    mayHaveRun: isSent,
  });

export class Deadline {
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  readonly #timer: NodeJS.Timeout | null;

  constructor(signal: AbortSignal | undefined, timeoutMs: number | undefined, stop: (error: QueryCanceled) => void, isSent = true) {
    this.#signal = signal;
    this.#onAbort = (): void => {
      this.over();
      stop(canceled(signal!, isSent));
    };
    this.#timer =
      timeoutMs === undefined || timeoutMs <= 0
        ? null
        : setTimeout(() => {
            this.over();
            stop(tooSlow(timeoutMs, isSent));
          }, timeoutMs);
    if (signal?.aborted === true) queueMicrotask(this.#onAbort);
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  over(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
