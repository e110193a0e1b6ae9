/** LISTEN and NOTIFY: short texts between the programs that use one PostgreSQL database. */
import { ConfigurationError } from "../base/errors.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import { describe } from "../types/column-type.ts";
import { ownReason, signalOf } from "./call-limit.ts";
import type { CallLimit } from "./call-limit.ts";
import type { Database } from "./database.ts";
import { featureOf } from "./driver-feature.ts";
import { runText } from "./raw.ts";

/** Ends what `listen` began; leaving an `await using` block does so, too. */
export interface Subscription extends AsyncDisposable {
  /** Resolves when the server has been told, or is not there to be told. */
  unlisten(): Promise<void>;
}

export interface ListenOptions extends CallLimit {
  /** The connection was lost and is back: notifications may have been missed meanwhile. */
  readonly onGap?: ((channel: string) => void) | undefined;
}

/** Gets what was sent, and the server process that sent it. What it throws is an uncaught exception: it has no caller. */
export type Heard = (payload: string, processId: number) => void;

const instead = "Within one process, use an EventEmitter.";

/** `signal` and `timeout` are about the beginning: a connection, and the server's word that it listens. */
export const listenOn = async (
  database: Database,
  channel: string,
  heard: Heard,
  { onGap, ...limit }: ListenOptions,
): Promise<Subscription> => {
  if (typeof heard !== "function") throw new ConfigurationError(`listen() takes a function that hears, not ${describe(heard)}.`);
  const listen = featureOf(database, "listen", "listen()", instead);
  const signal = signalOf(limit);
  signal?.throwIfAborted();
  const begun = listen(channel, heard, onGap);
  const subscription = await unlessAborted(begun, signal).catch((error: unknown) => {
    // Whoever gave up hears nothing any more, should the server still answer.
    if (signal?.aborted === true) begun.then((late) => late.unlisten()).catch(() => {});
    throw ownReason(error, signal);
  });
  const unlisten = (): Promise<void> => subscription.unlisten();
  return { unlisten, [Symbol.asyncDispose]: unlisten };
};

export const notifyOn = async (database: Database, channel: string, payload: string, limit: CallLimit = {}): Promise<void> => {
  featureOf(database, "listen", "notify()", instead);
  await runText(database, "SELECT pg_notify(?, ?)", [channel, payload], limit);
};
