/** DataRows as arrays of values by position, for requests without a sink, and what a statement answered. */
import { BugError } from "../../base/errors.ts";
import type { Answer } from "../driver.ts";
import type { ResultField } from "../row-sink.ts";
import type { Decode, WireCodec } from "./codec/codec.ts";
import { decodeTextCell } from "./codec/codec.ts";
import { brokenRow, readFieldOffsets } from "./protocol/read.ts";

/** The codec of a type by its OID; text for types that it does not know. */
export interface CodecLookup {
  codec(typeOid: number): WireCodec;
}

/** The decoder of one column in the format in which it comes. */
const decoderOf = (field: ResultField, codecs: CodecLookup): Decode => {
  const codec = codecs.codec(field.type);
  if (field.format === 0) return decodeTextCell(codec.text);
  if (codec.binary !== null) return codec.binary.decode;
  throw new BugError(`column ${field.name} of type ${codec.name} came in binary, which was not asked for.`);
};

export const decodersOf = (fields: readonly ResultField[], codecs: CodecLookup): readonly Decode[] =>
  fields.map((field) => decoderOf(field, codecs));

/** The fields as results come from now on: each column in the format that its codec wants. */
export const preferredFields = (fields: readonly ResultField[], codecs: CodecLookup): readonly ResultField[] =>
  fields.map((field) => ({ ...field, format: codecs.codec(field.type).resultFormat }));

let offsets = new Int32Array(64);

/** Decodes `count` DataRow messages in `buffer[start, end)` and adds them to `into`. Throws `ProtocolError` for rows that are none. */
export const readRows = (
  buffer: Buffer,
  start: number,
  end: number,
  count: number,
  decoders: readonly Decode[],
  into: unknown[][],
): void => {
  const columns = decoders.length;
  if (columns * 2 > offsets.length) offsets = new Int32Array(columns * 2);
  let at = start;
  for (let row = 0; row < count; row++) {
    const next = at + 1 + buffer.readInt32BE(at + 1);
    if (next > end) throw brokenRow();
    readFieldOffsets(buffer, at + 5, next, columns, offsets);
    const values: unknown[] = new Array(columns);
    for (let column = 0; column < columns; column++) {
      const from = offsets[column * 2]!;
      values[column] = from < 0 ? null : decoders[column]!(buffer, from, offsets[column * 2 + 1]!);
    }
    into.push(values);
    at = next;
  }
};

export class PostgresAnswer implements Answer {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
  readonly fields: readonly ResultField[];
  /** There are more rows in the portal. */
  readonly isSuspended: boolean;
  readonly objects: readonly unknown[] | undefined;

  constructor(
    rows: readonly (readonly unknown[])[],
    count: number,
    fields: readonly ResultField[],
    isSuspended: boolean,
    objects?: readonly unknown[],
  ) {
    this.rows = rows;
    this.count = count;
    this.fields = fields;
    this.isSuspended = isSuspended;
    this.objects = objects;
  }

  get columns(): readonly string[] {
    let names = namesByFields.get(this.fields);
    if (names === undefined) namesByFields.set(this.fields, (names = this.fields.map((field) => field.name)));
    return names;
  }
}

/** The fields of a prepared statement are the same array each time, and so are their names. */
const namesByFields = new WeakMap<readonly ResultField[], readonly string[]>();
