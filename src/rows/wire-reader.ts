/**
 * Rows straight from the bytes that a server sent, without arrays between.
 *
 * A DataRow message is `D`, its length, the number of columns, and for each column a length (-1 is NULL) and the value's bytes
 * (PostgreSQL manual, "Message Formats"). The generated loop decodes the cells of one row into a scratch row, which the shape's reader turns
 * into an object; nothing else is made per row. The source holds integers and closure names only (see `reader.ts`).
 */
import { brokenRow } from "../driver/postgres/protocol/read.ts";
import type { CellDecoder } from "../driver/row-sink.ts";
import { canGenerate, Closure } from "./generated-code.ts";
import type { Reader, ResultShape } from "./shape.ts";

/** Reads `count` DataRow messages in `bytes[start, end)` and adds what they become to `into`. Throws for bytes that are no such rows. */
export type WireReader = (bytes: Buffer, start: number, end: number, count: number, into: unknown[]) => void;

const broken = (): never => {
  throw brokenRow();
};

export const makeWireReader = (shape: ResultShape, reader: Reader<unknown>, decoders: readonly CellDecoder[]): WireReader => {
  // Tuples are the row itself, so each needs an array of its own.
  const one = shape.form === "tuples" ? (row: readonly unknown[]): unknown => reader.one([...row]) : reader.one;
  return canGenerate() ? generated(one, decoders) : interpreted(one, decoders);
};

const int32 = (at: string): string => `(b[${at}] << 24 | b[${at} + 1] << 16 | b[${at} + 2] << 8 | b[${at} + 3])`;

const generated = (one: Reader<unknown>["one"], decoders: readonly CellDecoder[]): WireReader => {
  const closure = new Closure();
  const make = closure.add("m", one);
  const fail = closure.add("f", broken);
  const cells = decoders.map((decode, column) => {
    const read = closure.add("d", decode);
    return `n = ${int32("p")}; p += 4; if (n < 0) r[${column}] = null; else { if (p + n > next) ${fail}(); r[${column}] = ${read}(b, p, p + n); p += n; }`;
  });
  const source = `const r = new Array(${decoders.length}).fill(null);
  return (b, start, end, count, into) => {
    let at = start, n = 0;
    for (let i = 0; i < count; i++) {
      const next = at + 1 + ${int32("at + 1")};
      if (next > end || (b[at + 5] << 8 | b[at + 6]) !== ${decoders.length}) ${fail}();
      let p = at + 7;
      ${cells.join("\n      ")}
      if (p !== next) ${fail}();
      into.push(${make}(r));
      at = next;
    }
  };`;
  // What the closure returns is the function written above.
  return closure.call(source) as WireReader;
};

const interpreted = (one: Reader<unknown>["one"], decoders: readonly CellDecoder[]): WireReader => {
  const row: unknown[] = decoders.map(() => null);
  return (bytes, start, end, count, into) => {
    let at = start;
    for (let index = 0; index < count; index++) {
      const next = at + 1 + bytes.readInt32BE(at + 1);
      if (next > end || bytes.readInt16BE(at + 5) !== decoders.length) broken();
      let cell = at + 7;
      for (let column = 0; column < decoders.length; column++) {
        const size = bytes.readInt32BE(cell);
        cell += 4;
        if (cell + size > next) broken();
        row[column] = size < 0 ? null : decoders[column]!(bytes, cell, cell + size);
        if (size > 0) cell += size;
      }
      if (cell !== next) broken();
      into.push(one(row));
      at = next;
    }
  };
};
