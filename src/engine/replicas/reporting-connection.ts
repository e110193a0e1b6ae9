/** A connection of a transaction that says, when it is given back, whether something may have been written on it. */
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Request, ReservedConnection } from "../../driver/driver.ts";
import type { CopyFeatures } from "../../driver/features.ts";

const isControl = /^\s*(?:begin|start|commit|end|rollback|abort|savepoint|release)\b/i;
const mayWrite = ({ readsOnly, text }: Request): boolean => readsOnly !== true && !isControl.test(text);

export class ReportingConnection implements ReservedConnection, CopyFeatures {
  readonly #inner: ReservedConnection & CopyFeatures;
  readonly #wrote: () => void;
  #hasWritten = false;
  readonly together?: <T>(begin: () => T) => T;

  constructor(inner: ReservedConnection, wrote: () => void) {
    this.#inner = inner;
    this.#wrote = wrote;
    if (inner.together !== undefined) this.together = (begin) => inner.together!(begin);
  }

  get inTransaction(): boolean {
    return this.#inner.inTransaction;
  }

  run(request: Request): MaybePromise<Answer> {
    this.#hasWritten ||= mayWrite(request);
    return this.#inner.run(request);
  }

  batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    this.#hasWritten ||= requests.some(mayWrite);
    return this.#inner.batch!(requests);
  }

  stream(request: Request, batchSize: number): AsyncIterable<Answer> {
    this.#hasWritten ||= mayWrite(request);
    return this.#inner.stream(request, batchSize);
  }

  copyFrom(...call: Parameters<NonNullable<CopyFeatures["copyFrom"]>>): Promise<number> {
    this.#hasWritten = true;
    return this.#inner.copyFrom!(...call);
  }

  copyTo(...call: Parameters<NonNullable<CopyFeatures["copyTo"]>>): AsyncIterable<Uint8Array> {
    return this.#inner.copyTo!(...call);
  }

  release(): void {
    this.#inner.release();
    if (this.#hasWritten) this.#wrote();
  }
}
