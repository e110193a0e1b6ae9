/** Composite types as objects with their fields, in order; and anonymous rows (`row(1, 'a')`) as tuples. */
import { UnreadableValue } from "../../../base/errors.ts";
import { didYouMean } from "../../../base/hint.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import { type BinaryForm, type WireCodec, wireCodec } from "./codec.ts";
import { readField } from "./field-text.ts";

export interface CompositeField {
  readonly name: string;
  readonly codec: WireCodec;
}

const broken = (name: string): UnreadableValue =>
  new UnreadableValue(
    `The server sent a value of type ${name} with other fields than the type had. If the type was altered, connect again.`,
  );

/** The texts of a row's fields: `(1,"a b",)`. */
const splitRow = (name: string, text: string): (string | null)[] => {
  if (!text.startsWith("(") || !text.endsWith(")")) throw broken(name);
  if (text === "()") return [];
  const values: (string | null)[] = [];
  for (let at = 0; at < text.length - 1;) {
    const field = readField(text, at + 1, ",)");
    if (field === null) throw broken(name);
    values.push(field.value);
    at = field.next;
  }
  return values;
};

/** Calls `visit` for each field of a row in binary: its type and where it lies, -1 for NULL. */
const walkRow = (
  name: string,
  buffer: Buffer,
  start: number,
  end: number,
  visit: (oid: number, from: number, to: number) => void,
): void => {
  if (end - start < 4) throw broken(name);
  const count = buffer.readInt32BE(start);
  let at = start + 4;
  for (let index = 0; index < count; index++) {
    if (end - at < 8) throw broken(name);
    const oid = buffer.readUInt32BE(at);
    const size = buffer.readInt32BE(at + 4);
    at += 8;
    if (size < -1 || size > end - at) throw broken(name);
    if (size === -1) visit(oid, -1, -1);
    else visit(oid, at, (at += size));
  }
  if (at !== end) throw broken(name);
};

const readPart = (name: string, { sizeBytes, decode }: BinaryForm, buffer: Buffer, from: number, to: number): unknown => {
  if (sizeBytes !== undefined && to - from !== sizeBytes) throw broken(name);
  return decode(buffer, from, to);
};

/** The fields' values in order, from an object by name or an array by position. What an object lacks is NULL. */
const valuesOf = (value: unknown, fields: readonly CompositeField[]): readonly unknown[] => {
  if (Array.isArray(value)) {
    if (value.length !== fields.length) throw new EncodingProblem(`expects ${fields.length} fields, got ${value.length}`);
    return value;
  }
  if (typeof value !== "object" || value === null || value instanceof Date || ArrayBuffer.isView(value)) {
    throw new EncodingProblem(`expects an object with the fields of the type, got ${describe(value)}`);
  }
  const names = fields.map((field) => field.name);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new EncodingProblem(`has no field of the name that was given.${didYouMean(unknown, names)} Its fields are: ${names.join(", ")}`);
  return names.map((name) => (Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : null));
};

/** An object with own properties whatever the fields' names are, `__proto__` included. */
const objectOf = (fields: readonly CompositeField[], values: readonly unknown[]): object =>
  Object.fromEntries(fields.map((field, index) => [field.name, values[index]]));

const fieldBinary = (fields: readonly CompositeField[]): readonly BinaryForm[] | null => {
  const forms = fields.map((field) => field.codec.binary).filter((form) => form !== null);
  return forms.length === fields.length ? forms : null;
};

const compositeBinary = (name: string, fields: readonly CompositeField[], forms: readonly BinaryForm[]): BinaryForm => ({
  decode: (buffer, start, end) => {
    const values: unknown[] = [];
    walkRow(name, buffer, start, end, (oid, from, to) => {
      const index = values.length;
      if (fields[index]?.codec.oid !== oid) throw broken(name);
      values.push(from < 0 ? null : readPart(name, forms[index]!, buffer, from, to));
    });
    if (values.length !== fields.length) throw broken(name);
    return objectOf(fields, values);
  },
  encode: (writer, value) => {
    const values = valuesOf(value, fields);
    writer.int32(fields.length);
    for (const [index, item] of values.entries()) {
      writer.int32(fields[index]!.codec.oid);
      if (item === null || item === undefined) writer.int32(-1);
      else {
        writer.startValue();
        forms[index]!.encode(writer, item);
        writer.endValue();
      }
    }
  },
});

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "$&$&")}"`;

/** A composite type with its fields as the catalog has them, dropped ones left out. Parameters may be objects or tuples. */
export const compositeCodec = (name: string, oid: number, fields: readonly CompositeField[]): WireCodec => {
  const forms = fieldBinary(fields);
  return wireCodec({
    name,
    oid,
    text: {
      decode: (text) => {
        const texts = splitRow(name, text);
        // `()` is both no field and one that is NULL.
        if (texts.length === 0 && fields.length === 1) texts.push(null);
        if (texts.length !== fields.length) throw broken(name);
        return objectOf(
          fields,
          texts.map((item, index) => (item === null ? null : fields[index]!.codec.text.decode(item))),
        );
      },
      encode: (value) => {
        const parts = valuesOf(value, fields).map((item, index) =>
          item === null || item === undefined ? "" : quoted(fields[index]!.codec.text.encode(item)),
        );
        return `(${parts.join(",")})`;
      },
    },
    binary: forms === null ? null : compositeBinary(name, fields, forms),
  });
};

/**
 * The type of `row(…)`. No run knows its fields' types before it has come in text, so it always does, and the fields are strings.
 * A row that is cast to a named composite type has fields of their types.
 */
export const recordCodec: WireCodec = wireCodec({
  name: "record",
  oid: 2249,
  text: {
    decode: (text) => splitRow("record", text),
    encode: () => {
      throw new EncodingProblem("cannot be sent as an anonymous row; cast it to a named composite type");
    },
  },
  binary: null,
});
