/** The streams of a transaction that are being read: they end with it, and whoever reads one is told. */
import type { Answer } from "../../driver/driver.ts";
import { ended } from "./transaction-control.ts";

type Batches = AsyncIterator<Answer>;

export class OpenStreams {
  /** Made for the first one: most transactions read none. */
  #open: Set<Batches> | null = null;

  get isEmpty(): boolean {
    return this.#open === null || this.#open.size === 0;
  }

  /** The batches to their end. Throws `TransactionError` when they were stopped before the last one was read. */
  async *read(batches: Batches): AsyncGenerator<Answer, void, undefined> {
    const open = (this.#open ??= new Set());
    const assertStillRead = (): void => {
      if (!open.has(batches)) throw ended("ended while a stream of it was read; it");
    };
    open.add(batches);
    try {
      for (let step = await batches.next(); step.done !== true; step = await batches.next()) {
        yield step.value;
        assertStillRead();
      }
      assertStillRead();
    } finally {
      open.delete(batches);
      await batches.return?.();
    }
  }

  stop(): void {
    for (const batches of this.#open ?? []) {
      this.#open!.delete(batches);
      // Whoever reads it is told that the transaction ended.
      batches.return?.().catch(() => {});
    }
  }
}
