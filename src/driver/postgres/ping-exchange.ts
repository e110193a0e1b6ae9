/** A lone Sync, which asks whether the server is there. */
import { ProtocolError } from "../../base/errors.ts";
import type { Exchange, Pipeline } from "./pipeline.ts";
import { messageName } from "./protocol/message-codes.ts";
import { writeSync } from "./protocol/write.ts";

/** Asks now; `giveUp` ends a connection that has not answered after so long. */
export const ping = (pipeline: Pipeline, patienceMs: number, giveUp: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(giveUp, patienceMs);
    const settled = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    pipeline.endGroup();
    pipeline.addWhole(
      new PingExchange(
        () => settled(resolve),
        (error) => settled(() => reject(error)),
      ),
    );
    writeSync(pipeline.writer);
    pipeline.flush();
  });

/** A Sync alone: the server has nothing to say but ReadyForQuery. */
class PingExchange implements Exchange {
  endsGroup = true;
  isComplete = true;
  readonly text = null;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor(resolve: () => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  message(code: number): void {
    throw new ProtocolError(`The server sent ${messageName(code)} in answer to Sync. The connection is closed.`);
  }

  rows(): void {
    throw new ProtocolError("The server sent rows in answer to Sync. The connection is closed.");
  }

  finish(): void {
    this.#resolve();
  }

  refused(error: Error): void {
    this.#reject(error);
  }

  skipped(error: Error): void {
    this.#reject(error);
  }

  lost(error: Error): void {
    this.#reject(error);
  }
}
