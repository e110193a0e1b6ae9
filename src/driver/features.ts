/** What only some drivers offer beside statements: those that speak to a server. Each is absent where there is nothing of the kind. */
import type { PoolStatus } from "./pool.ts";
import type { Hear, Subscription } from "./postgres/listen.ts";

export interface DriverFeatures {
  readonly poolStatus?: PoolStatus;
  listen?(channel: string, hear: Hear, gap?: (channel: string) => void): Promise<Subscription>;
  /** Sends the chunks of a `COPY … FROM STDIN`, and gives the number of rows. */
  copyFrom?(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, signal?: AbortSignal): Promise<number>;
  /** The chunks of a `COPY … TO STDOUT`. */
  copyTo?(text: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
