/** Ranges and multiranges as plain objects and arrays of them. */
import { UnreadableValue } from "../../../base/errors.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import { describe, EncodingProblem } from "../protocol/encoding-problem.ts";
import type { TextForm } from "./codec-options.ts";
import { type BinaryForm, type WireCodec, wireCodec } from "./codec.ts";
import { readField } from "./field-text.ts";

/** `null` for a bound is "without end" on that side; it is never included. An empty range has neither bound. */
export interface Range<T> {
  readonly isEmpty: boolean;
  readonly lower: T | null;
  readonly upper: T | null;
  readonly includesLower: boolean;
  readonly includesUpper: boolean;
}

const emptyFlag = 0x01;
const lowerIncludedFlag = 0x02;
const upperIncludedFlag = 0x04;
const lowerInfiniteFlag = 0x08;
const upperInfiniteFlag = 0x10;

const emptyRange: Range<never> = { isEmpty: true, lower: null, upper: null, includesLower: false, includesUpper: false };

const broken = (name: string): UnreadableValue => new UnreadableValue(`The server sent a value of type ${name} that is no range.`);

const flag = (given: object, name: "isEmpty" | "includesLower" | "includesUpper", otherwise: boolean): boolean => {
  const value = Object.hasOwn(given, name) ? (given as Readonly<Record<string, unknown>>)[name] : otherwise;
  if (typeof value === "boolean") return value;
  throw new EncodingProblem(`expects a range whose ${name} is a boolean, got ${describe(value)}`);
};

/** The range that an object means: `{ lower, upper }` includes its lower bound and not its upper one, as PostgreSQL's constructors do. */
const rangeOf = (value: unknown): Range<unknown> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new EncodingProblem(`expects a range as { lower, upper }, got ${describe(value)}`);
  }
  if (flag(value, "isEmpty", false)) return emptyRange;
  if (!Object.hasOwn(value, "lower") || !Object.hasOwn(value, "upper")) {
    throw new EncodingProblem("expects a range with both lower and upper; null is without end");
  }
  const { lower, upper } = value as { readonly lower: unknown; readonly upper: unknown };
  return {
    isEmpty: false,
    lower: lower ?? null,
    upper: upper ?? null,
    includesLower: (lower ?? null) !== null && flag(value, "includesLower", true),
    includesUpper: (upper ?? null) !== null && flag(value, "includesUpper", false),
  };
};

const flagsOf = (range: Range<unknown>): number =>
  (range.includesLower ? lowerIncludedFlag : 0) |
  (range.includesUpper ? upperIncludedFlag : 0) |
  (range.lower === null ? lowerInfiniteFlag : 0) |
  (range.upper === null ? upperInfiniteFlag : 0);

const writeBound = (writer: ByteWriter, bound: unknown, binary: BinaryForm): void => {
  if (bound === null) return;
  writer.startValue();
  binary.encode(writer, bound);
  writer.endValue();
};

const rangeBinary = (name: string, subtype: BinaryForm): BinaryForm => ({
  decode: (buffer, start, end) => {
    if (end <= start) throw broken(name);
    const flags = buffer[start]!;
    if ((flags & emptyFlag) !== 0) return emptyRange;
    let at = start + 1;
    const readBound = (): unknown => {
      if (end - at < 4) throw broken(name);
      const size = buffer.readInt32BE(at);
      const from = at + 4;
      if (size < 0 || size > end - from || (subtype.sizeBytes !== undefined && size !== subtype.sizeBytes)) throw broken(name);
      at = from + size;
      return subtype.decode(buffer, from, at);
    };
    const lower = (flags & lowerInfiniteFlag) === 0 ? readBound() : null;
    const upper = (flags & upperInfiniteFlag) === 0 ? readBound() : null;
    if (at !== end) throw broken(name);
    return {
      isEmpty: false,
      lower,
      upper,
      includesLower: (flags & lowerIncludedFlag) !== 0,
      includesUpper: (flags & upperIncludedFlag) !== 0,
    };
  },
  encode: (writer, value) => {
    const range = rangeOf(value);
    if (range.isEmpty) return writer.int8(emptyFlag);
    writer.int8(flagsOf(range));
    writeBound(writer, range.lower, subtype);
    writeBound(writer, range.upper, subtype);
  },
});

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "$&$&")}"`;

const boundEnds = ",])";

/** Reads one range at `at` of a text; answers with where it ends, since a multirange has several. */
const readRange = (
  name: string,
  text: string,
  at: number,
  subtype: TextForm,
): { readonly range: Range<unknown>; readonly next: number } => {
  if (text.startsWith("empty", at)) return { range: emptyRange, next: at + 5 };
  const opening = text[at];
  const lower = readField(text, at + 1, boundEnds);
  const upper = lower === null || text[lower.next] !== "," ? null : readField(text, lower.next + 1, boundEnds);
  const closing = upper === null ? undefined : text[upper.next];
  if ((opening !== "[" && opening !== "(") || lower === null || upper === null || (closing !== "]" && closing !== ")")) throw broken(name);
  const range: Range<unknown> = {
    isEmpty: false,
    lower: lower.value === null ? null : subtype.decode(lower.value),
    upper: upper.value === null ? null : subtype.decode(upper.value),
    includesLower: opening === "[",
    includesUpper: closing === "]",
  };
  return { range, next: upper.next + 1 };
};

const rangeText = (name: string, subtype: TextForm): TextForm => ({
  decode: (text) => {
    const { range, next } = readRange(name, text, 0, subtype);
    if (next !== text.length) throw broken(name);
    return range;
  },
  encode: (value) => {
    const range = rangeOf(value);
    if (range.isEmpty) return "empty";
    const bound = (given: unknown): string => (given === null ? "" : quoted(subtype.encode(given)));
    return `${range.includesLower ? "[" : "("}${bound(range.lower)},${bound(range.upper)}${range.includesUpper ? "]" : ")"}`;
  },
});

/** A range type over `subtype`. */
export const rangeCodec = (name: string, oid: number, subtype: WireCodec): WireCodec =>
  wireCodec({ name, oid, text: rangeText(name, subtype.text), binary: subtype.binary === null ? null : rangeBinary(name, subtype.binary) });

const rangesOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw new EncodingProblem(`expects an array of ranges, got ${describe(value)}`);
};

const multirangeBinary = (name: string, range: BinaryForm): BinaryForm => ({
  decode: (buffer, start, end) => {
    if (end - start < 4) throw broken(name);
    const count = buffer.readInt32BE(start);
    const ranges: unknown[] = [];
    let at = start + 4;
    for (let index = 0; index < count; index++) {
      if (end - at < 4) throw broken(name);
      const size = buffer.readInt32BE(at);
      if (size < 1 || size > end - at - 4) throw broken(name);
      ranges.push(range.decode(buffer, at + 4, at + 4 + size));
      at += 4 + size;
    }
    if (at !== end) throw broken(name);
    return ranges;
  },
  encode: (writer, value) => {
    const ranges = rangesOf(value);
    writer.int32(ranges.length);
    for (const item of ranges) {
      writer.startValue();
      range.encode(writer, item);
      writer.endValue();
    }
  },
});

/** The multirange type (PostgreSQL 14) of a range type over `subtype`: an array of ranges, in order and without overlaps as the server keeps them. */
export const multirangeCodec = (name: string, oid: number, subtype: WireCodec): WireCodec => {
  const one = rangeText(name, subtype.text);
  return wireCodec({
    name,
    oid,
    holdsArrays: true,
    text: {
      decode: (text) => {
        if (!text.startsWith("{") || !text.endsWith("}")) throw broken(name);
        const ranges: unknown[] = [];
        for (let at = 1; at < text.length - 1;) {
          const { range, next } = readRange(name, text, at, subtype.text);
          ranges.push(range);
          if (text[next] !== "," && next !== text.length - 1) throw broken(name);
          at = next + 1;
        }
        return ranges;
      },
      encode: (value) => `{${rangesOf(value).map(one.encode).join(",")}}`,
    },
    binary: subtype.binary === null ? null : multirangeBinary(name, rangeBinary(name, subtype.binary)),
  });
};
