/** Walks the body of one message from left to right and never past its end. */
import { ProtocolError } from "../../../base/errors.ts";
import { readText } from "./text-cell.ts";

export class BodyReader {
  readonly #message: string;
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;

  /** `message` is the protocol's name of it, for errors. */
  constructor(message: string, buffer: Buffer, start: number, end: number) {
    this.#message = message;
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#end - this.#at;
  }

  #take(bytes: number): number {
    if (bytes > this.#end - this.#at) throw this.impossible();
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  uint8(): number {
    return this.#buffer[this.#take(1)]!;
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#take(2));
  }

  uint16(): number {
    return this.#buffer.readUInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }

  /** OIDs are unsigned. */
  uint32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  /** A copy. */
  bytes(count: number): Buffer {
    const start = this.#take(count);
    return Buffer.from(this.#buffer.subarray(start, start + count));
  }

  /** Text up to its terminator, which must lie in this message. */
  cString(): string {
    const terminator = this.#buffer.subarray(this.#at, this.#end).indexOf(0);
    if (terminator < 0) throw this.impossible();
    const start = this.#take(terminator + 1);
    return readText(this.#buffer, start, start + terminator);
  }

  /** Everything that is left, as text without a terminator. */
  restText(): string {
    const start = this.#take(this.left);
    return readText(this.#buffer, start, this.#end);
  }

  /** Throws when something is left: a longer message than it says means that the stream is out of step. */
  finish(): void {
    if (this.#at !== this.#end) throw this.impossible();
  }

  impossible(): ProtocolError {
    return new ProtocolError(`The server sent ${this.#message} with contents that do not fit its length. The connection is closed.`);
  }
}
