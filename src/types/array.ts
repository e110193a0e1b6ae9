/** Lists of values of one type, as the text of a JSON array. Elements that JSON has no form for are written as strings; `null` elements stay `null`. */
import { bytesProblem } from "./bytes.ts";
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";
import { dateAsText } from "./date.ts";
import { decimalAsText } from "./decimal.ts";
import { floatCodec, floatProblem } from "./float.ts";
import { bigintCodec, integerCodec } from "./integer.ts";
import { jsonProblem } from "./json.ts";
import { booleanProblem } from "./boolean.ts";
import { textCodec } from "./text.ts";
import { timeAsText } from "./time.ts";
import { timestampAsText } from "./timestamp.ts";
import { uuidCodec } from "./uuid.ts";

type Element = { readonly write: (value: unknown) => unknown; readonly read: (written: never) => unknown };

const same = (value: unknown): unknown => value;
const throughCodec = ({ encode, decode }: Codec): Element => ({
  // The element's codec checks what it is given.
  write: encode === null ? same : (encode as (value: unknown) => unknown),
  read: decode ?? same,
});
const checkedBy = (problemWith: (value: unknown) => string | null): Element => ({
  write: (value) => {
    const problem = problemWith(value);
    if (problem !== null) throw new ValueProblem(problem);
    return value;
  },
  read: same,
});

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(at * 2, at * 2 + 2), 16));

const elementOf = (type: ColumnType): Element => {
  switch (type.kind) {
    case "int":
      return throughCodec(integerCodec(type));
    case "bigint":
      // As strings: JSON.parse would round them.
      return { write: (value) => String(bigintCodec.encode!(value as never)), read: bigintCodec.decode! };
    case "float":
      return {
        write: (value) => {
          const problem = floatProblem({ kind: "float" }, value);
          if (problem !== null || !Number.isFinite(value))
            throw new ValueProblem(problem ?? `expects a finite number, got ${describe(value)}`);
          return value;
        },
        read: floatCodec.decode!,
      };
    case "decimal":
      return throughCodec(decimalAsText(type));
    case "text":
      return throughCodec(textCodec);
    case "bool":
      return checkedBy((value) => booleanProblem(type, value));
    case "uuid":
      return throughCodec(uuidCodec);
    case "timestamp":
      return throughCodec(timestampAsText);
    case "date":
      return throughCodec(dateAsText);
    case "time":
      return throughCodec(timeAsText);
    case "json":
      return checkedBy((value) => jsonProblem(type, value));
    case "bytes":
      return { ...checkedBy((value) => bytesProblem(type, value)), write: (value) => writeBytes(value), read: unhex };
    case "array":
      throw new ValueProblem("holds arrays of arrays, which is not supported");
  }
};

const writeBytes = (value: unknown): string => {
  const problem = bytesProblem({ kind: "bytes" }, value);
  if (problem !== null) throw new ValueProblem(problem);
  return hex(value as Uint8Array);
};

const atElement = (index: number, problem: unknown): unknown =>
  problem instanceof ValueProblem ? new ValueProblem(`${problem.message} (element ${index + 1})`) : problem;

/** Throws `ValueProblem` with the number of the element, counted from 1. */
export const arrayAsText = (type: ColumnType): Codec => {
  const { write, read } = elementOf(type.element ?? { kind: "text" });
  return {
    encode: (value: readonly unknown[]): string => {
      if (!Array.isArray(value)) throw new ValueProblem(`expects an array, got ${describe(value)}`);
      const written = Array.from(value as readonly unknown[], (element, index) => {
        if (element === null) return null;
        try {
          return write(element);
        } catch (problem) {
          throw atElement(index, problem);
        }
      });
      return JSON.stringify(written);
    },
    decode: (stored: string): unknown[] =>
      (JSON.parse(stored) as unknown[]).map((written) => (written === null ? null : read(written as never))),
  };
};
