/** Text out of the receive buffer. */

/** What Node's `toString("utf8", start, end)` ends in after parsing its arguments, at twice the time for a short cell; its types leave it out. */
interface NativeSlice {
  utf8Slice(start: number, end: number): string;
}

/** The text in `buffer[start, end)`: a string of its own, which does not keep the buffer alive. Bytes that are not UTF-8 become U+FFFD. */
export const readText = (buffer: Buffer, start: number, end: number): string =>
  // `Buffer.prototype.utf8Slice` is there in every version of Node. One slice per chunk with substrings of it would be faster for whole results,
  // but the substrings keep the chunk's 64 KB alive.
  (buffer as unknown as NativeSlice).utf8Slice(start, end);
