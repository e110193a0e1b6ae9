/**
 * Reads rows where the socket put them: a driver with a wire of its own hands the bytes over, and nothing stands between them and the object.
 * The rows are PostgreSQL DataRow messages, whole ones, one after the other.
 */

import type { FieldDescription, Sink } from "./driver.ts";

/** A value from its bytes `bytes[start, end)`; never called for NULL. What it returns does not point into the bytes. */
export type CellDecoder = (bytes: Buffer, start: number, end: number) => unknown;

/** A column of the answer as the server describes it. `format` is 0 for text and 1 for binary. */
export interface ResultField extends FieldDescription {
  readonly format: 0 | 1;
}

export interface RowSink extends Sink {
  /**
   * Comes once before the first rows, with what reads each column in the format in which it comes.
   * The same array of fields means the same columns, so what was generated for it can be used again.
   */
  fields(fields: readonly ResultField[], decoders: readonly CellDecoder[]): void;
  /**
   * `count` DataRow messages lie in `bytes` from `start` to `end`, each beginning with its type byte and length.
   * The bytes are valid during the call only: copy what must live longer. What this throws fails the request, and only this request.
   */
  rows(bytes: Buffer, start: number, end: number, count: number): void;
}
