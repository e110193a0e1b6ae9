/** Types whose text is their value. In binary they are the same bytes; for those that are not, there is the text form only. */
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { readText } from "../protocol/text-cell.ts";
import type { TextForm } from "./codec-options.ts";
import { asItIs, type BinaryForm, type WireCodec, wireCodec } from "./codec.ts";

/** A string as it is; anything else is refused. */
export const textOnly = (value: unknown): string => {
  if (typeof value === "string") return value;
  throw new EncodingProblem(`expects a string, got ${describe(value)}`);
};

const textForm: TextForm = { decode: asItIs, encode: textOnly };

const sameBytes: BinaryForm = {
  decode: readText,
  encode: (writer: ByteWriter, value: unknown) => writer.text(textOnly(value)),
  encodeSized: (writer: ByteWriter, value: unknown) => writer.sizedText(textOnly(value)),
};

/** A type whose binary form is its text: strings, enums. */
export const textCodec = (name: string, oid: number): WireCodec =>
  wireCodec({ name, oid, text: textForm, binary: sameBytes, resultFormat: 0, parameterFormat: 0 });

/** A type that is read and written in PostgreSQL's own spelling, because its binary form would have to be spelled out anyway. */
export const spelledCodec = (name: string, oid: number, delimiter = ","): WireCodec =>
  wireCodec({ name, oid, text: textForm, binary: null, delimiter });

/** How an enum's labels are checked before they are sent: the server would only name the wrong one. */
export const enumCodec = (name: string, oid: number, labels: readonly string[] | null): WireCodec => {
  if (labels === null) return textCodec(name, oid);
  const known = new Set(labels);
  const label = (value: unknown): string => {
    if (known.has(textOnly(value))) return textOnly(value);
    throw new EncodingProblem(`expects one of its ${labels.length} labels, got another string`);
  };
  return wireCodec({
    name,
    oid,
    text: { decode: textForm.decode, encode: label },
    binary: { decode: readText, encode: (writer, value) => writer.text(label(value)) },
    resultFormat: 0,
    parameterFormat: 0,
  });
};

export const textCodecs: readonly WireCodec[] = [
  textCodec("text", 25),
  textCodec("varchar", 1043),
  textCodec("bpchar", 1042),
  textCodec("name", 19),
  textCodec("unknown", 705),
  textCodec("xml", 142),
  textCodec("cstring", 2275),
];

/** `[name, oid]` of the types that only their text form makes sense of. */
const spelled: readonly (readonly [string, number])[] = [
  ["char", 18],
  ["int2vector", 22],
  ["regproc", 24],
  ["tid", 27],
  ["oidvector", 30],
  ["point", 600],
  ["lseg", 601],
  ["path", 602],
  ["polygon", 604],
  ["line", 628],
  ["circle", 718],
  ["money", 790],
  ["aclitem", 1033],
  ["bit", 1560],
  ["varbit", 1562],
  ["refcursor", 1790],
  ["regprocedure", 2202],
  ["regoper", 2203],
  ["regoperator", 2204],
  ["regclass", 2205],
  ["regtype", 2206],
  ["void", 2278],
  ["txid_snapshot", 2970],
  ["pg_lsn", 3220],
  ["tsvector", 3614],
  ["tsquery", 3615],
  ["regconfig", 3734],
  ["regdictionary", 3769],
  ["jsonpath", 4072],
  ["regnamespace", 4089],
  ["regrole", 4096],
  ["regcollation", 4191],
  ["pg_snapshot", 5038],
];

export const spelledCodecs: readonly WireCodec[] = [
  ...spelled.map(([name, oid]) => spelledCodec(name, oid)),
  // The only type whose array elements are not separated by commas.
  spelledCodec("box", 603, ";"),
];
