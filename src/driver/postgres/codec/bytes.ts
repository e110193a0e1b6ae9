/** bytea as a `Uint8Array` of its own. */
import { UnreadableValue } from "../../../base/errors.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { type WireCodec, wireCodec } from "./codec.ts";

const bytes = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  throw new EncodingProblem(`expects bytes as a Uint8Array, got ${describe(value)}`);
};

/** A copy that does not share Node's pool, whose 8 KB it would keep alive. */
const copy = (view: Uint8Array): Uint8Array => {
  const own = new Uint8Array(view.byteLength);
  own.set(view);
  return own;
};

/** `bytea_output = escape`: `\\` is a backslash, `\ooo` a byte in octal, everything else itself. */
const unescape = (text: string): Uint8Array => {
  const plain = text.replaceAll(/\\(\\|[0-3][0-7]{2})/g, (_, code: string) =>
    code === "\\" ? code : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return copy(Buffer.from(plain, "latin1"));
};

const parse = (text: string): Uint8Array => {
  if (!text.startsWith("\\x")) return unescape(text);
  const parsed = Buffer.from(text.slice(2), "hex");
  if (parsed.length * 2 !== text.length - 2) throw new UnreadableValue("A bytea value of the server is not in hexadecimal form.");
  return copy(parsed);
};

export const bytea: WireCodec = wireCodec({
  name: "bytea",
  oid: 17,
  text: {
    decode: parse,
    encode: (value) => {
      const given = bytes(value);
      return `\\x${Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString("hex")}`;
    },
  },
  binary: {
    decode: (buffer, start, end) => copy(buffer.subarray(start, end)),
    encode: (writer, value) => writer.bytes(bytes(value)),
  },
});
