/**
 * Blocks of memory that all connections of the thread share: messages are written into them, and received messages wait in them for their rest.
 *
 *     spare blocks   0 ──── size ──────────── maxSize       given back above maxSize: left to the garbage collector
 *                      kept ready   let go at the next cleanup
 *
 * Engines that ask for more get it for as long as they are open; what several ask for is not added up, as they use the same blocks.
 */
import { ConfigurationError } from "../../../base/errors.ts";
import type { BlockPoolOptions } from "../options.ts";

export const blockBytes = 32_768;

interface Wish {
  readonly size: number;
  readonly maxSize: number;
}

const defaultMaxSize = 4;
const mostBlocks = 100_000;

const blocks = (value: number, name: string): number => {
  if (Number.isSafeInteger(value) && value >= 0 && value <= mostBlocks) return value;
  throw new ConfigurationError(`memoryPool.${name} is a whole number of blocks, from 0 to ${mostBlocks}.`);
};

export class BlockPool {
  readonly #spares: Buffer[] = [];
  readonly #wishes = new Set<Wish>();
  #size = 0;
  #maxSize = defaultMaxSize;

  /** Blocks that nobody uses. */
  get spares(): number {
    return this.#spares.length;
  }

  take(): Buffer {
    return this.#spares.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  /** Whoever gives a block back does not touch it any more. Buffers of another length are left to the garbage collector. */
  give(block: Buffer): void {
    if (block.length === blockBytes && this.#spares.length < this.#maxSize) this.#spares.push(block);
  }

  /** Keeps blocks as the options say until the returned function is called. Throws `ConfigurationError` for numbers that are none. */
  govern({ size = 0, maxSize = Math.max(size, defaultMaxSize), cleanupIntervalMs = 300_000 }: BlockPoolOptions): () => void {
    const wish: Wish = { size: blocks(size, "size"), maxSize: blocks(maxSize, "maxSize") };
    if (maxSize < size) throw new ConfigurationError("memoryPool.maxSize is less than memoryPool.size.");
    this.#wishes.add(wish);
    this.#weigh();
    while (this.#spares.length < this.#size) this.#spares.push(Buffer.allocUnsafeSlow(blockBytes));
    // A longer time than a timer can be set for is never.
    const timer = cleanupIntervalMs < 2 ** 31 ? setInterval(() => this.#trim(this.#size), Math.max(1, cleanupIntervalMs)) : null;
    timer?.unref();
    return () => {
      if (timer !== null) clearInterval(timer);
      this.#wishes.delete(wish);
      this.#weigh();
      this.#trim(this.#maxSize);
    };
  }

  #weigh(): void {
    const wishes = [...this.#wishes];
    this.#size = Math.max(0, ...wishes.map(({ size }) => size));
    this.#maxSize = wishes.length === 0 ? defaultMaxSize : Math.max(...wishes.map(({ maxSize }) => maxSize));
  }

  #trim(left: number): void {
    if (this.#spares.length > left) this.#spares.length = left;
  }
}

/** The pool of this thread. */
export const blockPool: BlockPool = new BlockPool();
