/**
 * Splits what the socket delivers into whole server messages.
 *
 *   ... | 'D' length row | 'D' length row | 'C' length tag | 'Z' le|        a message that the chunk cuts is held until the rest is there
 *         `-- one run of two rows ------´   `-- one message ´
 *
 * Chunks in any size; out come views into them, valid until the next call: copy what must live longer.
 * It is held in a block of the thread's pool, or in a buffer of its own when it is larger; a connection that holds nothing has neither.
 * Nothing is allocated on the word of a length: a message that spans chunks takes at most twice what has arrived of it.
 */
import { ProtocolError } from "../../../base/errors.ts";
import { blockBytes, blockPool } from "./block-pool.ts";
import { backend, messageName } from "./message-codes.ts";

export interface FrameSink {
  /** One whole message that is not a DataRow; its body, without type and length, is `buffer[start, end)`. */
  message(code: number, buffer: Buffer, start: number, end: number): void;
  /** `count` whole DataRow messages back to back, with their five-byte headers, in `buffer[start, end)`. */
  rows(buffer: Buffer, start: number, end: number, count: number): void;
}

/** PostgreSQL's MaxAllocSize: no server sends more. */
const maxLength = 0x3fffffff;
/** What libpq allows for messages that are short by nature; above it the stream is out of step. */
const maxShortLength = 30_000;
const headerBytes = 5;
const nothing: Buffer = Buffer.alloc(0);

const isShort = 1;
const isLong = 2;
const kinds = ((): Uint8Array => {
  const table = new Uint8Array(256);
  for (const code of Object.values(backend)) table[code] = isShort;
  const long = [
    backend.rowDescription,
    backend.dataRow,
    backend.copyData,
    backend.functionCallResponse,
    backend.errorResponse,
    backend.noticeResponse,
    backend.notificationResponse,
    backend.parameterDescription,
    backend.parameterStatus,
  ];
  for (const code of long) table[code] = isLong;
  return table;
})();

/** The length at `at`, which counts itself and the body. Throws `ProtocolError` where type or length cannot be. */
const readLength = (buffer: Buffer, at: number): number => {
  const length = (buffer[at + 1]! << 24) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 8) | buffer[at + 4]!;
  const kind = kinds[buffer[at]!]!;
  if (kind === isLong && length >= 4 && length <= maxLength) return length;
  if (kind === isShort && length >= 4 && length <= maxShortLength) return length;
  throw impossible(buffer[at]!, kind, length);
};

const impossible = (code: number, kind: number, length: number): ProtocolError =>
  kind === 0
    ? new ProtocolError(
        `The server sent a message of the unknown type ${messageName(code)}. Is this a PostgreSQL server? The connection is closed.`,
      )
    : new ProtocolError(`The server sent ${messageName(code)} with the impossible length ${length >>> 0}. The connection is closed.`);

export class Frames {
  readonly #sink: FrameSink;
  #held: Buffer = nothing;
  #heldBytes = 0;
  #isBroken = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Bytes of a message whose rest has not arrived. Not 0 at the end of the stream: the server stopped in the middle of a message. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes the next `chunk[0, length)` of the stream and calls the sink for every message that is now whole.
   * Throws `ProtocolError` for an unknown type, or a length below 4 or above 0x3fffffff; after that, and after anything that the sink throws,
   * the place in the stream is lost and every further call throws.
   */
  push(chunk: Buffer, length: number = chunk.length): void {
    if (this.#isBroken) throw new ProtocolError("The connection lost its place in the server's messages before. It must be closed.");
    this.#isBroken = true;
    let at = 0;
    if (this.#heldBytes > 0) at = this.#complete(chunk, length);
    if (at < length) at = this.#split(chunk, at, length);
    if (at < length) this.#hold(chunk, at, length);
    this.#isBroken = false;
  }

  /** Gives out the whole messages of `chunk[at, end)`; returns where the first incomplete one starts. */
  #split(chunk: Buffer, at: number, end: number): number {
    while (end - at >= headerBytes) {
      if (chunk[at] === backend.dataRow) {
        const next = this.#run(chunk, at, end);
        if (next === at) return at;
        at = next;
        continue;
      }
      const next = at + 1 + readLength(chunk, at);
      if (next > end) return at;
      this.#sink.message(chunk[at]!, chunk, at + headerBytes, next);
      at = next;
    }
    return at;
  }

  /** Gives out the longest run of whole DataRows from `start` on; returns where it ends. */
  #run(chunk: Buffer, start: number, end: number): number {
    let at = start;
    let count = 0;
    while (end - at >= headerBytes && chunk[at] === backend.dataRow) {
      const next = at + 1 + readLength(chunk, at);
      if (next > end) break;
      at = next;
      count++;
    }
    if (count > 0) this.#sink.rows(chunk, start, at, count);
    return at;
  }

  /** Adds to the held message what it lacks; returns how much of the chunk that took. */
  #complete(chunk: Buffer, length: number): number {
    let at = 0;
    if (this.#heldBytes < headerBytes) {
      at = Math.min(headerBytes - this.#heldBytes, length);
      this.#hold(chunk, 0, at);
      if (this.#heldBytes < headerBytes) return at;
    }
    const whole = 1 + readLength(this.#held, 0);
    const taken = Math.min(whole - this.#heldBytes, length - at);
    if (taken > 0) this.#hold(chunk, at, at + taken);
    if (this.#heldBytes === whole) this.#release(whole);
    return at + taken;
  }

  #release(whole: number): void {
    const held = this.#held;
    this.#heldBytes = 0;
    this.#held = nothing;
    if (held[0] === backend.dataRow) this.#sink.rows(held, 0, whole, 1);
    else this.#sink.message(held[0]!, held, headerBytes, whole);
    // Not before it was read: whoever hears of the message may write the next one.
    blockPool.give(held);
  }

  /** Copies `chunk[start, end)` behind what is held, doubling the room so that every byte is moved twice at most on average. */
  #hold(chunk: Buffer, start: number, end: number): void {
    const bytes = this.#heldBytes + end - start;
    if (bytes > this.#held.length) {
      const smaller = this.#held;
      this.#held =
        bytes <= blockBytes ? blockPool.take() : Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(smaller.length * 2, maxLength + 1)));
      smaller.copy(this.#held, 0, 0, this.#heldBytes);
      blockPool.give(smaller);
    }
    chunk.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = bytes;
  }
}
