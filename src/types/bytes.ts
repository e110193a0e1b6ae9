/** Bytes: a `Uint8Array`, or a `Buffer`, which is one. What comes back is always a plain `Uint8Array` of its own memory. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

export const bytesProblem = (_type: ColumnType, value: unknown): string | null =>
  value instanceof Uint8Array ? null : `expects a Uint8Array, got ${describe(value)}`;

export const bytesCodec: Codec = {
  encode: (value: Uint8Array): Uint8Array => {
    const problem = bytesProblem({ kind: "bytes" }, value);
    if (problem !== null) throw new ValueProblem(problem);
    return value;
  },
  decode: (stored: Uint8Array): Uint8Array => (stored.constructor === Uint8Array ? stored : new Uint8Array(stored)),
};
