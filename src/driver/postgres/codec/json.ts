/**
 * json and jsonb, parsed. A parameter that is a string is JSON already; anything else is written as JSON.
 * So the JSON string "a" has to be given as `'"a"'`, and no value can be taken for another.
 */
import { UnreadableValue } from "../../../base/errors.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { readText } from "../protocol/text-cell.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

const jsonText = (value: unknown): string => {
  if (typeof value === "string") return value;
  const written: unknown = JSON.stringify(value);
  if (typeof written === "string") return written;
  throw new EncodingProblem(`expects a value that JSON can hold, got ${describe(value)}`);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own message quotes the text, which is a value of the database.
    throw new UnreadableValue("A json value of the database could not be parsed.");
  }
};

export const json: WireCodec = wireCodec({
  name: "json",
  oid: 114,
  text: { decode: parse, encode: jsonText },
  binary: {
    decode: (buffer, start, end) => parse(readText(buffer, start, end)),
    encode: (writer, value) => writer.text(jsonText(value)),
  },
  resultFormat: 0,
  parameterFormat: 0,
  holdsArrays: true,
});

/** The number in front of jsonb's text in binary. */
const jsonbVersion = 1;

export const jsonb: WireCodec = wireCodec({
  name: "jsonb",
  oid: 3802,
  text: { decode: parse, encode: jsonText },
  binary: {
    decode: (buffer, start, end) => {
      if (buffer[start] !== jsonbVersion) throw new UnreadableValue("The server sent jsonb in a version that this driver does not know.");
      return parse(readText(buffer, start + 1, end));
    },
    encode: (writer, value) => {
      const written = jsonText(value);
      writer.int8(jsonbVersion);
      writer.text(written);
    },
  },
  resultFormat: 0,
  parameterFormat: 0,
  holdsArrays: true,
});
