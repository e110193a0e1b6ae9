/** Connections as they are opened, on Node's tracing channel `petrel:connect`. */
import { tracingChannel } from "node:diagnostics_channel";
import type { ConnectConfig } from "./config.ts";

/** What subscribers of `petrel:connect` get: the hosts that are tried, in order, as `name:port`. */
export interface ConnectMessage {
  readonly hosts: readonly string[];
  readonly database: string;
  error?: unknown;
}

const channel = tracingChannel("petrel:connect");

/** Tells that `connect` was begun, and how it ended; the connection itself is shown to nobody. */
export const traceConnect = async <T>({ hosts, database }: ConnectConfig, connect: () => Promise<T>): Promise<T> => {
  const message: ConnectMessage = { hosts: hosts.map(({ name, port }) => `${name}:${port}`), database };
  let connected: T[] = [];
  await channel.tracePromise(async () => {
    connected = [await connect()];
  }, message);
  return connected[0]!;
};
