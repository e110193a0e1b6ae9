/**
 * Batches that give way. A connection serves one cursor at a time, so a loop that writes while it reads would wait for itself:
 *
 *     for await (const user of tx.query(User).stream()) await tx.update(user, { … });
 *
 * When somebody wants the connection, what is left of the answer is read into memory and the connection is free.
 */
import type { Answer } from "../driver.ts";

export class YieldingBatches {
  readonly #batches: AsyncGenerator<Answer, void, void>;
  readonly #free: () => void;
  readonly #kept: Answer[] = [];
  #reading: Promise<void> | null = null;
  #isEnded = false;
  #failure: { readonly error: unknown } | null = null;

  /** `free` is called once, when the connection is not needed any more. */
  constructor(batches: AsyncGenerator<Answer, void, void>, free: () => void) {
    this.#batches = batches;
    this.#free = free;
  }

  /** The next batch, or `null` at the end. */
  async next(): Promise<Answer | null> {
    if (this.#reading !== null) await this.#reading;
    const kept = this.#kept.shift();
    if (kept !== undefined) return kept;
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#isEnded) return null;
    const step = await this.#batches.next();
    if (step.done !== true) return step.value;
    this.#end();
    return null;
  }

  /** Reads all that is left, now. */
  giveWay(): void {
    this.#reading ??= this.#readRest();
  }

  async close(): Promise<void> {
    await this.#batches.return();
    this.#end();
  }

  async #readRest(): Promise<void> {
    try {
      for await (const batch of this.#batches) this.#kept.push(batch);
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#end();
    }
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#free();
  }
}
