/**
 * Where messages to the server are written: blocks of the thread's pool, taken when there is something to say.
 *
 *   block  [ taken by the socket | written since, not taken yet | free ]
 *                                ^ #start                       ^ offset
 *
 * A block is never written to again before the socket is done with it, so nothing is copied on its way out. Whatever is larger than a quarter
 * of a block leaves as a chunk of its own, so that no block ever grows. An idle connection holds no block at all.
 */
import { BugError, ParameterError } from "../../../base/errors.ts";
import { blockBytes, blockPool } from "./block-pool.ts";
import { EncodingProblem } from "./encoding-problem.ts";

const largeBytes = blockBytes / 4;
/** How many blocks a writer under constant load leaves behind before it lets go of them. */
const retiredKept = 4;
/** PostgreSQL refuses messages above its MaxAllocSize. A larger length would also wrap in the 32 bits of the protocol and smuggle in messages. */
const maxMessageBytes = 0x3fffffff;

const nothing: Buffer = Buffer.alloc(0);

/** What Node's `write(text, offset, "utf8")` ends in after parsing its arguments; its types leave it out. */
interface NativeWrite {
  utf8Write(text: string, offset: number, length: number): number;
}
interface Unicode {
  isWellFormed(): boolean;
}

const float = new DataView(new ArrayBuffer(8));
const shortText = 24;
const shortBytes = 48;

export class ByteWriter {
  /** The current block, and where the next byte goes. Only for generated encoders, which call `ensure` before they store. */
  block: Buffer = nothing;
  offset = 0;
  #start = 0;
  /** Finished chunks that the socket has not taken yet, and the bytes in them. */
  #chunks: Buffer[] = [];
  #chunkBytes = 0;
  /** Blocks left behind while the socket may still be reading them. */
  #retired: Buffer[] = [];
  #takesUnderWay = 0;
  /** Where the open message's length goes (-1: none is open), and the writer's size there. */
  #messageBlock: Buffer = nothing;
  #messageAt = -1;
  #messageStart = 0;
  /** The same for open values, innermost last. */
  #valueBlocks: Buffer[] = [];
  #valueOffsets: number[] = [];
  #valueStarts: number[] = [];

  /** Bytes written and not taken yet. */
  get size(): number {
    return this.#chunkBytes + this.offset - this.#start;
  }

  /** Makes room for `bytes` (at most a quarter of a block) at `offset` of `block`. */
  ensure(bytes: number): void {
    if (this.offset + bytes > this.block.length) this.#nextBlock(bytes);
  }

  #nextBlock(bytes: number): void {
    if (bytes > largeBytes) throw new BugError("A writer was asked for more room than a block has.");
    this.#closeChunk();
    if (this.block !== nothing) this.#retired.push(this.block);
    this.block = blockPool.take();
    this.offset = this.#start = 0;
  }

  #closeChunk(): void {
    if (this.offset === this.#start) return;
    this.#chunks.push(this.block.subarray(this.#start, this.offset));
    this.#chunkBytes += this.offset - this.#start;
    this.#start = this.offset;
  }

  int8(value: number): void {
    this.ensure(1);
    this.block[this.offset++] = value;
  }

  int16(value: number): void {
    this.ensure(2);
    const { block, offset } = this;
    block[offset] = value >> 8;
    block[offset + 1] = value;
    this.offset = offset + 2;
  }

  /** Also for unsigned values up to 2^32 - 1: the bits are the same. */
  int32(value: number): void {
    this.ensure(4);
    const { block, offset } = this;
    block[offset] = value >> 24;
    block[offset + 1] = value >> 16;
    block[offset + 2] = value >> 8;
    block[offset + 3] = value;
    this.offset = offset + 4;
  }

  int64(value: bigint): void {
    this.int32(Number(BigInt.asIntN(32, value >> 32n)));
    this.int32(Number(BigInt.asIntN(32, value)));
  }

  /** A whole number that a double holds exactly, without a bigint in between. */
  int64Number(value: number): void {
    this.int32(Math.floor(value / 0x1_0000_0000));
    this.int32(value);
  }

  float32(value: number): void {
    float.setFloat32(0, value);
    this.int32(float.getInt32(0));
  }

  float64(value: number): void {
    float.setFloat64(0, value);
    this.int32(float.getInt32(0));
    this.int32(float.getInt32(4));
  }

  /** The bytes are copied; the caller may change them afterwards. */
  bytes(value: Uint8Array): void {
    if (value.byteLength > largeBytes) return this.#large(value.byteLength, () => Buffer.from(value));
    this.ensure(value.byteLength);
    const { block, offset } = this;
    // The pieces of a Bind are short, and `set` leaves JavaScript for each of them.
    if (value.byteLength <= shortBytes) for (let at = 0; at < value.byteLength; at++) block[offset + at] = value[at]!;
    else block.set(value, offset);
    this.offset = offset + value.byteLength;
  }

  /** UTF-8 without a terminator. Throws `EncodingProblem` for what PostgreSQL's text cannot hold: NUL, and surrogates without their pair. */
  text(value: string): void {
    if (value.length <= shortText && this.#ascii(value)) return;
    if (value.includes("\0")) throw new EncodingProblem("holds a NUL character, which PostgreSQL cannot store in text");
    // A string that is not well-formed would silently be changed on its way to UTF-8.
    if (!(value as unknown as Unicode).isWellFormed()) throw new EncodingProblem("holds half of a surrogate pair, which is not text");
    if (value.length * 3 > largeBytes) {
      const bytes = Buffer.byteLength(value);
      if (bytes > largeBytes) return this.#large(bytes, () => Buffer.from(value, "utf8"));
      this.ensure(bytes);
    } else this.ensure(value.length * 3);
    this.offset += (this.block as unknown as NativeWrite).utf8Write(value, this.offset, this.block.length - this.offset);
  }

  /** The text with its length in bytes in front. */
  sizedText(value: string): void {
    if (value.length <= shortText) {
      this.ensure(shortText + 4);
      const { block, offset } = this;
      this.offset = offset + 4;
      if (this.#ascii(value)) return store(block, offset, value.length);
      this.offset = offset;
    }
    this.startValue();
    this.text(value);
    this.endValue();
  }

  /** Writes short plain ASCII without leaving JavaScript, which costs more than the bytes. Leaves nothing behind when it is something else. */
  #ascii(value: string): boolean {
    this.ensure(shortText);
    const { block, offset } = this;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code === 0 || code > 0x7f) return false;
      block[offset + index] = code;
    }
    this.offset = offset + value.length;
    return true;
  }

  /** Text and its terminator, as names and SQL travel. */
  cString(value: string): void {
    this.text(value);
    this.int8(0);
  }

  #large(bytes: number, make: () => Buffer): void {
    if (this.#messageSize() + bytes > maxMessageBytes) throw tooLarge();
    this.#closeChunk();
    this.#chunks.push(make());
    this.#chunkBytes += bytes;
  }

  #messageSize(): number {
    return this.#messageAt < 0 ? 0 : this.size - this.#messageStart;
  }

  /** Opens a message: its type byte, and room for its length. `code` 0 writes no type byte, as at the start of a session. */
  startMessage(code: number): void {
    if (code !== 0) this.int8(code);
    this.ensure(4);
    this.#messageBlock = this.block;
    this.#messageAt = this.offset;
    this.#messageStart = this.size;
    this.offset += 4;
  }

  /** Closes the message. Throws when it is larger than PostgreSQL accepts; `rollback` must follow. */
  endMessage(): void {
    const size = this.#messageSize();
    if (size > maxMessageBytes) throw tooLarge();
    store(this.#messageBlock, this.#messageAt, size);
    this.#messageAt = -1;
  }

  /** Opens a value with its length in front. Values nest. */
  startValue(): void {
    this.ensure(4);
    this.#valueBlocks.push(this.block);
    this.#valueOffsets.push(this.offset);
    this.offset += 4;
    this.#valueStarts.push(this.size);
  }

  /** Closes the innermost value, whose length is then known. */
  endValue(): void {
    store(this.#valueBlocks.pop()!, this.#valueOffsets.pop()!, this.size - this.#valueStarts.pop()!);
  }

  /** Where the writer stands, to come back to when an encoder throws. Valid until the next `take`. */
  mark(): Mark {
    return { block: this.block, offset: this.offset, start: this.#start, chunks: this.#chunks.length, chunkBytes: this.#chunkBytes };
  }

  /** Forgets everything since the mark, a half-written message included. */
  rollback(mark: Mark): void {
    while (this.block !== mark.block) {
      blockPool.give(this.block);
      this.block = this.#retired.pop() ?? mark.block;
    }
    this.offset = mark.offset;
    this.#start = mark.start;
    this.#chunks.length = mark.chunks;
    this.#chunkBytes = mark.chunkBytes;
    this.#messageAt = -1;
    this.#valueBlocks.length = this.#valueOffsets.length = this.#valueStarts.length = 0;
  }

  /**
   * Hands over everything written so far, in order, for one `writev`; empty when there is nothing.
   * The chunks stay untouched until `written` was called once for each `take` that gave something.
   */
  take(): readonly Buffer[] {
    this.#closeChunk();
    const chunks = this.#chunks;
    if (chunks.length === 0) return chunks;
    this.#chunks = [];
    this.#chunkBytes = 0;
    this.#takesUnderWay++;
    return chunks;
  }

  /** The socket is done with the oldest `take`. When it is done with all and nothing was written since, the blocks go back to be shared. */
  written(): void {
    this.#takesUnderWay--;
    if (this.#takesUnderWay > 0 || this.size > 0) {
      // Under constant load the moment of rest may never come: what was left behind is then the garbage collector's.
      if (this.#retired.length > retiredKept) this.#retired.length = 0;
      return;
    }
    for (const block of this.#retired) blockPool.give(block);
    this.#retired.length = 0;
    if (this.block !== nothing) blockPool.give(this.block);
    this.block = nothing;
    this.offset = this.#start = 0;
  }
}

export interface Mark {
  readonly block: Buffer;
  readonly offset: number;
  readonly start: number;
  readonly chunks: number;
  readonly chunkBytes: number;
}

const store = (block: Buffer, at: number, value: number): void => {
  block[at] = value >> 24;
  block[at + 1] = value >> 16;
  block[at + 2] = value >> 8;
  block[at + 3] = value;
};

const tooLarge = (): ParameterError =>
  new ParameterError("The statement with its parameters is larger than 1 GiB, which PostgreSQL does not accept. Split it, or use COPY.");
