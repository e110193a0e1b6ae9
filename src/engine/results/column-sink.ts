/** Where a driver with a wire of its own puts rows that are wanted as columns: their cells go to the columns' builders, and nothing is made per row. */
import { BugError } from "../../base/errors.ts";
import type { FieldDescription } from "../../driver/driver.ts";
import type { CellDecoder, ResultField, RowSink } from "../../driver/row-sink.ts";
import type { ColumnBuilder } from "../../rows/columns/column-builder.ts";
import type { ColumnFormat } from "../../rows/columns/column-format.ts";
import { columnSet } from "../../rows/columns/column-set.ts";
import type { ColumnSet } from "../../rows/columns/column-set.ts";
import { formatOfField } from "../../rows/columns/inferred-format.ts";
import { cellMethod, makeBuilder } from "../../rows/columns/make-builder.ts";
import { wireColumnsReader } from "../../rows/columns/wire-columns.ts";
import type { WireColumnsReader } from "../../rows/columns/wire-columns.ts";
import { unreadable } from "./unreadable.ts";

/** A column of a result: where it is, what it holds, and how a value becomes what rows have. */
export interface WantedColumn {
  readonly name: string;
  readonly position: number;
  /** `null` where only the database knows. */
  readonly format: ColumnFormat | null;
  readonly decode: ((stored: unknown) => unknown) | null;
}

const text: ColumnFormat = { kind: "text" };

/** Types that columns have no form of their own for are texts: the server's, or the JSON of what the driver makes of them. */
const decoderOf = ({ format, decode }: WantedColumn, read: CellDecoder, isKnown: boolean): CellDecoder => {
  if (format === null && !isKnown) {
    return (bytes, start, end) => {
      const value = read(bytes, start, end);
      return typeof value === "string" || value === null ? value : JSON.stringify(value);
    };
  }
  return decode === null ? read : (bytes, start, end) => decode(read(bytes, start, end));
};

export class ColumnSink implements RowSink {
  /** Rows become columns, and none of them an object. */
  readonly objects: readonly unknown[] = [];
  readonly #wanted: readonly WantedColumn[];
  readonly #tables: readonly string[];
  #fields: readonly ResultField[] = [];
  /** By position. */
  #builders: readonly (ColumnBuilder | null)[] | null = null;
  #read: WireColumnsReader | null = null;
  /** Rows and bytes of the columns of the batch before: the next one is as large. */
  #sizes: readonly { readonly rows: number; readonly bytes: number }[] = [];

  constructor(wanted: readonly WantedColumn[], tables: readonly string[]) {
    this.#wanted = wanted;
    this.#tables = tables;
  }

  fields(fields: readonly ResultField[], decoders: readonly CellDecoder[]): void {
    if (this.#builders !== null) throw new BugError("the columns of a result were described twice.");
    this.#fields = fields;
    const methods = fields.map(() => null) as (ReturnType<typeof cellMethod> | null)[];
    const builders = fields.map((): ColumnBuilder | null => null);
    let index = 0;
    for (const { column, format, isKnown } of this.#formats(fields)) {
      const builder = makeBuilder(column.name, format);
      const size = this.#sizes[index++];
      if (size !== undefined) builder.reserve(size.rows, size.bytes);
      builder.decoder = decoderOf(column, decoders[column.position]!, isKnown);
      builders[column.position] = builder;
      methods[column.position] = cellMethod(format, fields[column.position]!);
    }
    this.#builders = builders;
    this.#read = wireColumnsReader(builders.map((builder, at) => (builder === null ? null : { builder, method: methods[at]! })));
  }

  *#formats(fields: readonly FieldDescription[]): Generator<{ column: WantedColumn; format: ColumnFormat; isKnown: boolean }> {
    for (const column of this.#wanted) {
      const field = fields[column.position];
      const format = column.format ?? (field === undefined ? null : formatOfField(field));
      yield { column, format: format ?? text, isKnown: format !== null };
    }
  }

  rows(bytes: Buffer, start: number, end: number, count: number): void {
    const builders = this.#builders!;
    try {
      for (const builder of builders) builder?.reserve(count, end - start);
      this.#read!(bytes, start, end, count, builders);
    } catch (error) {
      throw unreadable(error, this.#tables);
    }
  }

  /** What has come since the last call. `fields` describes the columns where no row did. */
  take(fields: readonly FieldDescription[] = this.#fields): ColumnSet {
    const filled = this.#builders;
    this.#builders = null;
    const columns =
      filled === null
        ? Array.from(this.#formats(fields), ({ column, format }) => makeBuilder(column.name, format).finish())
        : this.#wanted.map(({ position }) => filled[position]!.finish());
    this.#sizes = columns.map(({ length, values }) => ({ rows: length, bytes: Math.ceil(values.byteLength * 1.1) }));
    return columnSet(columns[0]?.length ?? 0, columns);
  }
}
