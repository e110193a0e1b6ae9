/** How much memory a piece of work takes at its peak. */
import { memoryNow } from "./memory.ts";
import type { MemoryUsage } from "./memory.ts";

const everyMs = 10;

/**
 * Looks at the memory of the process while work runs. Others who run meanwhile count as well, and memory that garbage collection has not fetched yet.
 *
 *     const monitor = new MemoryMonitor();
 *     await monitor.track(() => User.objects.all());
 *     if (monitor.getUsage() > 100) console.log("High memory usage detected");
 */
export class MemoryMonitor {
  readonly #read: () => MemoryUsage;
  #last: MemoryUsage = { heapUsed: 0, rss: 0 };

  /** `read` gives megabytes; the process's own, unless said. */
  constructor(read: () => MemoryUsage = memoryNow) {
    this.#read = read;
  }

  /** Runs `work`, and gives what it gives. */
  track<T>(work: () => T | Promise<T>): Promise<T>;
  /** The same for the rest of a block: `using _ = monitor.track()`. */
  track(): Disposable;
  track(work?: () => unknown): Promise<unknown> | Disposable {
    const before = this.#read();
    let peak = before;
    const look = (): void => {
      const now = this.#read();
      peak = { heapUsed: Math.max(peak.heapUsed, now.heapUsed), rss: Math.max(peak.rss, now.rss) };
    };
    const timer = setInterval(look, everyMs);
    timer.unref();
    const done = (): void => {
      clearInterval(timer);
      look();
      this.#last = { heapUsed: peak.heapUsed - before.heapUsed, rss: peak.rss - before.rss };
    };
    if (work === undefined) return { [Symbol.dispose]: done };
    return (async () => work())().finally(done);
  }

  /** Megabytes that the heap grew by at the peak of what was tracked last. */
  getUsage(): number {
    return this.#last.heapUsed;
  }

  /** The same for the heap and for the process. */
  getDetails(): MemoryUsage {
    return this.#last;
  }
}
