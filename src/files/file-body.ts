/** What can be stored: bytes that are there, or that come. */
import { createHash } from "node:crypto";
import { FileRefused } from "../base/errors.ts";

/** The content of a file. Texts are UTF-8. Streams are read once, piece by piece, and only as fast as they are written. */
export type FileBody = Uint8Array | string | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A file that somebody sends. A `File` of the web platform (`formData.get("photo")`) is one, too. What it claims to be is not believed. */
export type Upload = File | { readonly name: string; readonly body: FileBody };

export const bodyOf = (upload: Upload): FileBody => ("body" in upload ? upload.body : upload);

const notBytes = (): FileRefused =>
  new FileRefused("A file's content is bytes (Uint8Array, Buffer), a text, a Blob, or a stream of bytes.");

/** Piece by piece, whatever it was given as. Throws `FileRefused` for pieces that are no bytes. */
export async function* piecesOf(body: FileBody): AsyncGenerator<Uint8Array, void, undefined> {
  if (typeof body === "string") return yield new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return yield body;
  const pieces = body instanceof Blob ? body.stream() : body;
  if (typeof pieces !== "object" || pieces === null || !(Symbol.asyncIterator in pieces || Symbol.iterator in pieces)) throw notBytes();
  for await (const piece of pieces) {
    if (!(piece instanceof Uint8Array)) throw notBytes();
    if (piece.length > 0) yield piece;
  }
}

/** All of it at once. */
export const wholeOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

/** Passes pieces on, counts and hashes them, and throws `FileRefused` before the first byte above `limit` is passed on. */
export class Measured implements AsyncIterable<Uint8Array> {
  readonly #pieces: AsyncIterable<Uint8Array>;
  readonly #limit: number;
  readonly #hash = createHash("sha256");
  size = 0;

  constructor(pieces: AsyncIterable<Uint8Array>, limit: number) {
    this.#pieces = pieces;
    this.#limit = limit;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of this.#pieces) {
      this.size += piece.length;
      if (this.size > this.#limit) throw new FileRefused(`The file is larger than the ${this.#limit} bytes that are allowed.`);
      this.#hash.update(piece);
      yield piece;
    }
  }

  /** In hexadecimal digits; once, when all has passed. */
  sha256(): string {
    return this.#hash.digest("hex");
  }
}
