/** LISTEN and NOTIFY: short texts between the programs that use one PostgreSQL database. */
import { ConfigurationError } from "../base/errors.ts";
import { describe } from "../types/column-type.ts";
import type { Database } from "./database.ts";
import { featureOf } from "./driver-feature.ts";
import { runText } from "./raw.ts";

/** Ends what `listen` began; leaving an `await using` block does so, too. */
export interface Subscription extends AsyncDisposable {
  /** Resolves when the server has been told, or is not there to be told. */
  unlisten(): Promise<void>;
}

export interface ListenOptions {
  /** The connection was lost and is back: notifications may have been missed meanwhile. */
  readonly onGap?: ((channel: string) => void) | undefined;
}

/** Gets what was sent, and the server process that sent it. What it throws is an uncaught exception: it has no caller. */
export type Heard = (payload: string, processId: number) => void;

const instead = "Within one process, use an EventEmitter.";

export const listenOn = async (database: Database, channel: string, heard: Heard, { onGap }: ListenOptions): Promise<Subscription> => {
  if (typeof heard !== "function") throw new ConfigurationError(`listen() takes a function that hears, not ${describe(heard)}.`);
  const subscription = await featureOf(database, "listen", "listen()", instead)(channel, heard, onGap);
  const unlisten = (): Promise<void> => subscription.unlisten();
  return { unlisten, [Symbol.asyncDispose]: unlisten };
};

export const notifyOn = async (database: Database, channel: string, payload: string): Promise<void> => {
  featureOf(database, "listen", "notify()", instead);
  await runText(database, "SELECT pg_notify(?, ?)", [channel, payload]);
};
