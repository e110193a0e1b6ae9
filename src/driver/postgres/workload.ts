/** How long the server will need for what one connection has sent, by experience with each statement. */
import type { PreparedStatement } from "./statements/statement-cache.ts";

/** How much the latest run counts against those before. */
const weight = 0.25;

export class Workload {
  #lastSettled = 0;
  #leastMillis = Infinity;
  /** Microseconds for everything that is under way. */
  micros = 0;

  add(statement: PreparedStatement): void {
    this.micros += statement.costMicros;
  }

  /**
   * One run has ended. The server could begin with it when it was sent or when the one before had ended, whichever was later; the shortest time
   * ever seen is taken for the way there and back.
   */
  settle(statement: PreparedStatement, sentAt: number, isLast: boolean): void {
    const cost = statement.costMicros;
    this.micros = isLast ? 0 : Math.max(0, this.micros - cost);
    const now = performance.now();
    const tookMillis = now - Math.max(sentAt, this.#lastSettled);
    this.#lastSettled = now;
    if (tookMillis < this.#leastMillis) this.#leastMillis = tookMillis;
    const micros = Math.max(1, (tookMillis - this.#leastMillis) * 1000);
    statement.costMicros = cost + (micros - cost) * weight;
  }
}
