/** bool as a boolean; nothing else is taken for one. */
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

const boolean = (value: unknown): boolean => {
  if (typeof value === "boolean") return value;
  throw new EncodingProblem(`expects a boolean, got ${describe(value)}`);
};

export const bool: WireCodec = wireCodec({
  name: "bool",
  oid: 16,
  text: { decode: (text) => text === "t" || text === "true", encode: (value) => (boolean(value) ? "t" : "f") },
  binary: {
    sizeBytes: 1,
    decode: (buffer, start) => buffer[start] !== 0,
    encode: (writer, value) => writer.int8(boolean(value) ? 1 : 0),
  },
});
