/**
 * Columns straight from the bytes that a server sent: a loop over the cells of DataRow messages (see `wire-reader.ts`) that calls one method of each
 * column's builder. The loop is generated per list of methods, so that each call has one target. Its source holds integers and method names only.
 */
import { Lru } from "../../base/lru.ts";
import { brokenRow } from "../../driver/postgres/protocol/read.ts";
import { canGenerate, Closure } from "../generated-code.ts";
import type { ColumnBuilder } from "./column-builder.ts";
import { formatKey } from "./make-builder.ts";
import type { CellMethod } from "./make-builder.ts";

/** A column of the answer: what takes its cells, and by which method; `null` for one that nobody wants. */
export interface WireColumn {
  readonly builder: ColumnBuilder;
  readonly method: CellMethod;
}

/** Reads `count` DataRow messages in `bytes[start, end)`. There must be room in the builders. Throws for bytes that are no such rows. */
export type WireColumnsReader = (
  bytes: Buffer,
  start: number,
  end: number,
  count: number,
  builders: readonly (ColumnBuilder | null)[],
) => void;

const broken = (): never => {
  throw brokenRow();
};

const int32 = (at: string): string => `(b[${at}] << 24 | b[${at} + 1] << 16 | b[${at} + 2] << 8 | b[${at} + 3])`;

const kept = new Lru<string, WireColumnsReader>(100);

export const wireColumnsReader = (columns: readonly (WireColumn | null)[]): WireColumnsReader => {
  if (!canGenerate()) return interpreted(columns.map((column) => column?.method ?? null));
  const key = columns.map((column) => (column === null ? "" : `${formatKey(column.builder.format)} ${column.method}`)).join();
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = generated(columns.map((column) => column?.method ?? null));
  kept.set(key, made);
  return made;
};

const generated = (methods: readonly (CellMethod | null)[]): WireColumnsReader => {
  const closure = new Closure();
  const fail = closure.add("f", broken);
  const cells = methods.map((method, column) => {
    const [absent, read] = method === null ? ["", ""] : [`c${column}.pushNull();`, `c${column}.${method}(b, p, p + n);`];
    return `n = ${int32("p")}; p += 4; if (n < 0) { ${absent} } else { if (p + n > next) ${fail}(); ${read} p += n; }`;
  });
  const source = `return (b, start, end, count, c) => {
    ${methods.map((_, column) => `const c${column} = c[${column}];`).join(" ")}
    let at = start, n = 0;
    for (let i = 0; i < count; i++) {
      const next = at + 1 + ${int32("at + 1")};
      if (next > end || (b[at + 5] << 8 | b[at + 6]) !== ${methods.length}) ${fail}();
      let p = at + 7;
      ${cells.join("\n      ")}
      if (p !== next) ${fail}();
      at = next;
    }
  };`;
  // What the closure returns is the function written above.
  return closure.call(source) as WireColumnsReader;
};

/** The methods belong to the builders that they were chosen for. */
type Cells = Record<CellMethod, (bytes: Buffer, start: number, end: number) => void>;

/** For processes that may not make code from strings. */
export const interpreted =
  (methods: readonly (CellMethod | null)[]): WireColumnsReader =>
  (bytes, start, end, count, builders) => {
    let at = start;
    for (let row = 0; row < count; row++) {
      const next = at + 1 + bytes.readInt32BE(at + 1);
      if (next > end || bytes.readInt16BE(at + 5) !== methods.length) broken();
      let cell = at + 7;
      for (let column = 0; column < methods.length; column++) {
        const size = bytes.readInt32BE(cell);
        cell += 4;
        if (cell + size > next) broken();
        const method = methods[column]!;
        if (method !== null) {
          if (size < 0) builders[column]!.pushNull();
          else (builders[column]! as unknown as Cells)[method](bytes, cell, cell + size);
        }
        if (size > 0) cell += size;
      }
      if (cell !== next) broken();
      at = next;
    }
  };
