/**
 * How values of one PostgreSQL type are written and read.
 *
 * Every type has a text form and most have a binary one; both give the same value. A codec says which it wants in results and which it sends.
 * No function here sees NULL. Encoders throw `EncodingProblem`, decoders `UnreadableValue`.
 */
import type { TextForm } from "./codec-options.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { readText } from "../protocol/text-cell.ts";

/** The protocol's format codes: 0 text, 1 binary. */
export type Format = 0 | 1;

/** A value from its bytes `buffer[start, end)`. The buffer is the connection's: nothing that is returned may point into it. */
export type Decode = (buffer: Buffer, start: number, end: number) => unknown;
/** Writes a value's bytes, without the length in front of them. */
export type Encode = (writer: ByteWriter, value: unknown) => void;

export interface BinaryForm {
  /** The size of every value where all have the same; `decode` relies on it. It is checked where values stand inside others. */
  readonly sizeBytes?: number;
  readonly decode: Decode;
  readonly encode: Encode;
  /** Writes the length and the value at once, where that is faster than `encode` between `startValue` and `endValue`. */
  readonly encodeSized?: Encode;
}

export interface WireCodec {
  /** PostgreSQL's name of the type, as in `pg_type.typname`. */
  readonly name: string;
  readonly oid: number;
  /** The format to ask for in results; `decode` reads it. */
  readonly resultFormat: Format;
  readonly decode: Decode;
  /** The format that `encode` writes. */
  readonly parameterFormat: Format;
  readonly encode: Encode;
  readonly text: TextForm;
  readonly binary: BinaryForm | null;
  /** What stands between the elements of an array in text: a comma, but for `box` and what extensions choose. */
  readonly delimiter: string;
  /** Its values may be arrays themselves: inside an array they are elements, and not a further dimension. */
  readonly holdsArrays: boolean;
}

interface CodecParts {
  readonly name: string;
  readonly oid: number;
  readonly text: TextForm;
  readonly binary: BinaryForm | null;
  /** Text and binary differ in worth by type: 1 for numbers and times, 0 where the text is needed anyway. */
  readonly resultFormat?: Format;
  readonly parameterFormat?: Format;
  readonly delimiter?: string;
  readonly holdsArrays?: boolean;
}

/** The decoder of types whose text is their value. */
export const asItIs = (text: string): string => text;

const textCells = new WeakMap<TextForm, Decode>();

/** A decoder of cells in text from a decoder of strings; the same one for the same form, so that readers made for it serve every connection. */
export const decodeTextCell = (text: TextForm): Decode => {
  if (text.decode === asItIs) return readText;
  let decode = textCells.get(text);
  if (decode === undefined) textCells.set(text, (decode = (buffer, start, end) => text.decode(readText(buffer, start, end))));
  return decode;
};

const encodeTextCell =
  (text: TextForm): Encode =>
  (writer, value) =>
    writer.text(text.encode(value));

/** Makes a codec; both formats are binary where there is a binary form and nothing else is said. */
export const wireCodec = ({ name, oid, text, binary, delimiter = ",", holdsArrays = false, ...formats }: CodecParts): WireCodec => {
  const { resultFormat = binary === null ? 0 : 1, parameterFormat = binary === null ? 0 : 1 } = formats;
  return {
    name,
    oid,
    resultFormat,
    decode: resultFormat === 1 && binary !== null ? binary.decode : decodeTextCell(text),
    parameterFormat,
    encode: parameterFormat === 1 && binary !== null ? binary.encode : encodeTextCell(text),
    text,
    binary,
    delimiter,
    holdsArrays,
  };
};
