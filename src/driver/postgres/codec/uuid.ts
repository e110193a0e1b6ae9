/** uuid as its 36 characters in lower case. The server sends text, which is the value; parameters are the 16 bytes. */
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { readText } from "../protocol/text-cell.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const hexDigits = "0123456789abcdef";
/** Where the bytes of the value begin in the 36 characters. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const spelled = Buffer.alloc(36, "-");

const uuidText = (value: unknown): string => {
  if (typeof value === "string" && form.test(value)) return value.toLowerCase();
  throw new EncodingProblem(
    `expects a UUID as a string of 36 characters, got ${typeof value === "string" ? "another string" : describe(value)}`,
  );
};

/** Spells the bytes in one buffer and reads it once: a string put together from pieces would stay in pieces. */
const decode = (buffer: Buffer, start: number): string => {
  for (let index = 0; index < 16; index++) {
    const byte = buffer[start + index]!;
    const place = places[index]!;
    spelled[place] = hexDigits.charCodeAt(byte >> 4);
    spelled[place + 1] = hexDigits.charCodeAt(byte & 15);
  }
  return readText(spelled, 0, 36);
};

const digit = (code: number): number => (code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57);

export const uuid: WireCodec = wireCodec({
  name: "uuid",
  oid: 2950,
  text: { decode: (text) => text, encode: uuidText },
  binary: {
    sizeBytes: 16,
    decode,
    encode: (writer, value) => {
      const text = uuidText(value);
      for (const place of places) writer.int8((digit(text.charCodeAt(place)) << 4) | digit(text.charCodeAt(place + 1)));
    },
  },
  resultFormat: 0,
});
