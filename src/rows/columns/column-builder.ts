/** A column that is being filled, row by row, from the wire or from values. What each kind of column stores is in `number-builders.ts` and `other-builders.ts`. */
import type { CellDecoder } from "../../driver/row-sink.ts";
import { describe, ValueProblem } from "../../types/column-type.ts";
import { formatName } from "./column-format.ts";
import type { ColumnFormat } from "./column-format.ts";
import { ColumnVector } from "./column.ts";
import type { ColumnValues } from "./column.ts";

type Growable = { readonly length: number; slice(start: number, end: number): Growable; subarray(start: number, end: number): Growable };

/** What was filled, without what was left over: copied where that is much. */
export const trimmed = <A extends Growable>(array: A, length: number): A =>
  // Both give an array of the same kind.
  (length === array.length ? array : length > array.length * 0.75 ? array.subarray(0, length) : array.slice(0, length)) as A;

/** A larger array of the same kind with the same contents. */
export const grown = <A extends ColumnValues>(array: A, length: number): A => {
  const Kind = array.constructor as new (length: number) => A;
  const larger = new Kind(length);
  // Both are arrays of one kind, which the compiler cannot see.
  (larger as Uint8Array).set(array as Uint8Array);
  return larger;
};

export abstract class ColumnBuilder<V extends ColumnValues = ColumnValues> {
  readonly name: string;
  readonly format: ColumnFormat;
  length = 0;
  nullCount = 0;
  protected abstract values: V;
  /** A value that the wire has in another form than the column: from its bytes. */
  decoder: CellDecoder | null = null;
  protected capacity = 0;
  /** One bit per row, 1 for NULL; made for the first one. */
  #nulls: Uint8Array | null = null;

  constructor(name: string, format: ColumnFormat) {
    this.name = name;
    this.format = format;
  }

  /** Makes room for so many rows, which have so many bytes on the wire. */
  reserve(rows: number, _bytes: number): void {
    const needed = this.length + rows;
    if (needed <= this.capacity) return;
    this.capacity = Math.max(needed, this.capacity * 2, 64);
    this.grow(this.capacity);
    if (this.#nulls !== null) this.#nulls = grown(this.#nulls, (this.capacity + 7) >> 3);
  }

  protected abstract grow(capacity: number): void;

  /** A value as rows have it; there must be room. Throws `ValueProblem` for what the column cannot hold. */
  abstract push(value: unknown): void;

  pushNull(): void {
    this.#nulls ??= new Uint8Array((this.capacity + 7) >> 3);
    const row = this.length;
    this.#nulls[row >> 3]! |= 1 << (row & 7);
    this.nullCount++;
    this.skip();
  }

  /** Goes on to the next row without a value. */
  protected skip(): void {
    this.length++;
  }

  /** A cell through its decoder. */
  other(bytes: Buffer, start: number, end: number): void {
    const value = this.decoder!(bytes, start, end);
    if (value === null) this.pushNull();
    else this.push(value);
  }

  finish(): ColumnVector {
    const { name, format, length, nullCount } = this;
    return new ColumnVector({ name, format, length, nullCount, validity: this.#validity(), ...this.stored() });
  }

  /** The values without what was left over. */
  protected abstract stored(): Pick<ColumnVector, "values" | "offsets" | "items">;

  #validity(): Uint8Array | null {
    const nulls = this.#nulls;
    if (nulls === null) return null;
    const validity = nulls.slice(0, (this.length + 7) >> 3);
    for (let at = 0; at < validity.length; at++) validity[at] = ~validity[at]!;
    if ((this.length & 7) !== 0) validity[validity.length - 1]! &= (1 << (this.length & 7)) - 1;
    return validity;
  }

  protected misfit(value: unknown): ValueProblem {
    return new ValueProblem(`does not fit: '${this.name}' holds ${formatName(this.format)}, and this is ${describe(value)}`);
  }
}
