/**
 * Arrays as arrays, of any dimension; NULL is null. PostgreSQL's lower bounds are read over and written as 1: JavaScript's arrays begin at 0.
 *
 * Both forms are as deep as the value; a type whose elements have no binary form travels as text.
 */
import { UnreadableValue } from "../../../base/errors.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import type { TextForm } from "./codec-options.ts";
import { type BinaryForm, type WireCodec, wireCodec } from "./codec.ts";

/** PostgreSQL's MAXDIM. */
const maxDimensions = 6;

const broken = (name: string): UnreadableValue =>
  new UnreadableValue(`The server sent a value of type ${name} whose contents do not fit its length.`);

/** Whether an array inside an array is a further dimension. In arrays of JSON, of multiranges and of domains over arrays it is a value. */
type Nesting = "dimensions" | "values";

const listOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw new EncodingProblem(`expects an array, got ${describe(value)}`);
};

/** The lengths along each dimension. Throws for arrays that are not rectangular, as PostgreSQL does. */
const dimensionsOf = (list: readonly unknown[], nesting: Nesting): readonly number[] => {
  if (list.length === 0) return [];
  if (nesting === "values" || !Array.isArray(list[0])) return [list.length];
  const inner = dimensionsOf(list[0], nesting);
  if (inner.length === 0) throw new EncodingProblem("expects no empty array inside an array");
  if (inner.length >= maxDimensions) throw new EncodingProblem(`expects at most ${maxDimensions} dimensions`);
  return [list.length, ...inner];
};

/** Calls `visit` for each element in order, and checks on the way that every dimension is as long as it says. */
const visitElements = (list: readonly unknown[], dimensions: readonly number[], depth: number, visit: (value: unknown) => void): void => {
  if (list.length !== dimensions[depth]) throw new EncodingProblem("expects arrays of one length inside an array");
  const isInnermost = depth === dimensions.length - 1;
  for (const value of list) {
    if (isInnermost) visit(value);
    else if (Array.isArray(value)) visitElements(value, dimensions, depth + 1, visit);
    else throw new EncodingProblem("expects either arrays or values inside an array, not both");
  }
};

const hasNull = (list: readonly unknown[]): boolean => {
  for (const value of list)
    if (value === null || value === undefined || (typeof value === "object" && Array.isArray(value) && hasNull(value))) return true;
  return false;
};

const encodeBinary = (element: WireCodec, binary: BinaryForm, nesting: Nesting) => {
  const { sizeBytes, encode, encodeSized } = binary;
  return (writer: ByteWriter, value: unknown): void => {
    const list = listOf(value);
    const dimensions = dimensionsOf(list, nesting);
    writer.int32(dimensions.length);
    writer.int32(hasNull(list) ? 1 : 0);
    writer.int32(element.oid);
    for (const size of dimensions) {
      writer.int32(size);
      writer.int32(1);
    }
    if (dimensions.length === 0) return;
    const write = (item: unknown): void => {
      if (item === null || item === undefined) writer.int32(-1);
      else if (nesting === "dimensions" && typeof item === "object" && Array.isArray(item))
        throw new EncodingProblem("expects either arrays or values inside an array, not both");
      else if (sizeBytes !== undefined) {
        writer.int32(sizeBytes);
        encode(writer, item);
      } else if (encodeSized !== undefined) encodeSized(writer, item);
      else {
        writer.startValue();
        encode(writer, item);
        writer.endValue();
      }
    };
    // Ten thousand rows are written as one list per column (`npm run bench -- bulk-10000`).
    if (dimensions.length === 1) for (const item of list) write(item);
    else visitElements(list, dimensions, 0, write);
  };
};

/** Where a reader of one array's bytes stands. */
interface Cursor {
  readonly buffer: Buffer;
  at: number;
  readonly end: number;
}

const decodeBinary = (name: string, { decode, sizeBytes }: BinaryForm): BinaryForm["decode"] => {
  const readElement = (cursor: Cursor): unknown => {
    if (cursor.end - cursor.at < 4) throw broken(name);
    const size = cursor.buffer.readInt32BE(cursor.at);
    const start = cursor.at + 4;
    cursor.at = start + Math.max(0, size);
    if (size === -1) return null;
    if (size < 0 || cursor.at > cursor.end || (sizeBytes !== undefined && size !== sizeBytes)) throw broken(name);
    return decode(cursor.buffer, start, cursor.at);
  };
  const readDimension = (cursor: Cursor, dimensions: readonly number[], depth: number): unknown[] => {
    const size = dimensions[depth]!;
    const list: unknown[] = [];
    const isInnermost = depth === dimensions.length - 1;
    for (let index = 0; index < size; index++) list.push(isInnermost ? readElement(cursor) : readDimension(cursor, dimensions, depth + 1));
    return list;
  };
  return (buffer, start, end) => {
    if (end - start < 12) throw broken(name);
    const count = buffer.readInt32BE(start);
    if (count === 0) return [];
    if (count < 0 || count > maxDimensions || end - start < 12 + count * 8) throw broken(name);
    const dimensions = Array.from({ length: count }, (_, index) => buffer.readInt32BE(start + 12 + index * 8));
    const elements = dimensions.reduce((product, size) => product * Math.max(0, size), 1);
    // Every element has four bytes at least: a larger number is not true, and an empty array has no dimensions.
    if (elements === 0 || elements * 4 > end - start) throw broken(name);
    const cursor: Cursor = { buffer, at: start + 12 + count * 8, end };
    const list = readDimension(cursor, dimensions, 0);
    if (cursor.at !== end) throw broken(name);
    return list;
  };
};

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

const encodeText =
  (element: WireCodec, nesting: Nesting): TextForm["encode"] =>
  (value) => {
    const list = listOf(value);
    const dimensions = dimensionsOf(list, nesting);
    const print = (items: readonly unknown[], depth: number): string => {
      if (items.length !== dimensions[depth]) throw new EncodingProblem("expects arrays of one length inside an array");
      const isInnermost = depth === dimensions.length - 1;
      const parts = items.map((item) => {
        if (!isInnermost && Array.isArray(item)) return print(item, depth + 1);
        if (!isInnermost || (nesting === "dimensions" && Array.isArray(item))) {
          throw new EncodingProblem("expects either arrays or values inside an array, not both");
        }
        return item === null || item === undefined ? "NULL" : quoted(element.text.encode(item));
      });
      return `{${parts.join(element.delimiter)}}`;
    };
    return dimensions.length === 0 ? "{}" : print(list, 0);
  };

/** Reads `{1,NULL,"a\"b"}`, with or without bounds in front (`[0:2]={…}`). */
const decodeText = (name: string, element: WireCodec): TextForm["decode"] => {
  const bounds = /^(?:\[[+-]?\d+:[+-]?\d+\])+=/;
  return (text) => {
    const { delimiter } = element;
    let at = bounds.exec(text)?.[0].length ?? 0;

    const readQuoted = (): string => {
      let value = "";
      let from = ++at;
      for (; text[at] !== '"'; at++) {
        if (at >= text.length) throw broken(name);
        if (text[at] !== "\\") continue;
        value += text.slice(from, at);
        from = ++at;
      }
      value += text.slice(from, at++);
      return value;
    };
    const readPlain = (): unknown => {
      const from = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== "}") at++;
      const word = text.slice(from, at);
      if (word === "" || at >= text.length) throw broken(name);
      return word === "NULL" ? null : element.text.decode(word);
    };
    const readList = (depth: number): unknown[] => {
      if (text[at] !== "{" || depth > maxDimensions) throw broken(name);
      const list: unknown[] = [];
      if (text[++at] === "}") {
        at++;
        return list;
      }
      for (;;) {
        if (text[at] === "{") list.push(readList(depth + 1));
        else if (text[at] === '"') list.push(element.text.decode(readQuoted()));
        else list.push(readPlain());
        if (text[at] === "}") break;
        if (text[at++] !== delimiter) throw broken(name);
      }
      at++;
      return list;
    };

    const list = readList(1);
    if (at !== text.length) throw broken(name);
    return list;
  };
};

/** The array type of `element`. `name` is PostgreSQL's, with its underscore: `_int4`. */
export const arrayCodec = (name: string, oid: number, element: WireCodec): WireCodec => {
  const nesting: Nesting = element.holdsArrays ? "values" : "dimensions";
  return wireCodec({
    name,
    oid,
    holdsArrays: true,
    text: { decode: decodeText(name, element), encode: encodeText(element, nesting) },
    binary:
      element.binary === null
        ? null
        : { decode: decodeBinary(name, element.binary), encode: encodeBinary(element, element.binary, nesting) },
  });
};
