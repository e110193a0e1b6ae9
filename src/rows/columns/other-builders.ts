/** Columns of bits, bytes, texts, decimals and lists. */
import { ConfigurationError } from "../../base/errors.ts";
import { ColumnBuilder, grown, trimmed } from "./column-builder.ts";
import type { ColumnFormat } from "./column-format.ts";
import type { ColumnVector } from "./column.ts";
import { parseDecimal, readDecimalText, writeDecimal } from "./decimal-words.ts";

type Stored = Pick<ColumnVector, "values" | "offsets" | "items">;

/** Offsets have 32 bits. */
const maxBytes = 0x7fff_ffff;

const tooLarge = (name: string): ConfigurationError =>
  new ConfigurationError(
    `The column '${name}' of this result has more than two gigabytes. Read it in batches: toColumnBatches() or toArrowBatches().`,
    { column: name },
  );

export class BooleanBuilder extends ColumnBuilder<Uint8Array> {
  protected values = new Uint8Array(0);

  bool(bytes: Buffer, start: number): void {
    const row = this.length++;
    if (bytes[start] !== 0) this.values[row >> 3]! |= 1 << (row & 7);
  }

  push(value: unknown): void {
    if (typeof value !== "boolean") throw this.misfit(value);
    const row = this.length++;
    if (value) this.values[row >> 3]! |= 1 << (row & 7);
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, (capacity + 7) >> 3);
  }

  protected stored(): Stored {
    return { values: trimmed(this.values, (this.length + 7) >> 3), offsets: null, items: null };
  }
}

/** Bytes of any length, and texts and JSON, which are bytes in UTF-8. */
export class BytesBuilder extends ColumnBuilder<Uint8Array> {
  protected values = Buffer.alloc(0);
  #offsets = new Int32Array(1);
  #size = 0;
  readonly #isText: boolean;

  constructor(name: string, format: ColumnFormat) {
    super(name, format);
    this.#isText = format.kind !== "bytes";
  }

  override reserve(rows: number, bytes: number): void {
    super.reserve(rows, bytes);
    this.#reserveBytes(bytes);
  }

  #reserveBytes(bytes: number): void {
    const needed = this.#size + bytes;
    if (needed <= this.values.length) return;
    if (needed > maxBytes) throw tooLarge(this.name);
    const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(needed, this.values.length * 2, 256)));
    this.values.copy(larger, 0, 0, this.#size);
    this.values = larger;
  }

  /** The bytes as they are, for which there is room. A loop is faster than a call for the few bytes that most texts have. */
  copy(bytes: Buffer, start: number, end: number): void {
    let at = this.#size;
    if (end - start > 40) at += bytes.copy(this.values, at, start, end);
    else for (let from = start; from < end; from++) this.values[at++] = bytes[from]!;
    this.#size = at;
    this.#offsets[++this.length] = at;
  }

  push(value: unknown): void {
    if (this.format.kind === "json") return this.pushText(JSON.stringify(value));
    if (typeof value === "string" && this.#isText) return this.pushText(value);
    if (!(value instanceof Uint8Array) || this.#isText) throw this.misfit(value);
    this.#reserveBytes(value.length);
    this.values.set(value, this.#size);
    this.#end(value.length);
  }

  /** A text, or JSON that is one already. */
  pushText(text: string): void {
    this.#reserveBytes(text.length * 3);
    this.#end(this.values.write(text, this.#size));
  }

  #end(size: number): void {
    this.#size += size;
    this.#offsets[++this.length] = this.#size;
  }

  protected override skip(): void {
    this.#end(0);
  }

  protected grow(capacity: number): void {
    this.#offsets = grown(this.#offsets, capacity + 1);
  }

  protected stored(): Stored {
    // `slice` of a Buffer would share its memory, and keep all of it.
    const bytes = new Uint8Array(this.values.buffer, this.values.byteOffset, this.values.length);
    return {
      values: trimmed(bytes, this.#size),
      offsets: trimmed(this.#offsets, this.length + 1),
      items: null,
    };
  }
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const nibble = (code: number): number => (code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57);

export class UuidBuilder extends ColumnBuilder<Uint8Array> {
  protected values = new Uint8Array(0);

  /** The 36 characters that the server writes, in which every fourth byte or so is a hyphen. */
  hex(bytes: Buffer, start: number, end: number): void {
    if (end - start !== 36) throw this.misfit("");
    let at = this.length++ * 16;
    for (let from = start; from < end; from += 2) {
      if (bytes[from] === 0x2d) from++;
      this.values[at++] = (nibble(bytes[from]!) << 4) | nibble(bytes[from + 1]!);
    }
  }

  push(value: unknown): void {
    if (typeof value !== "string" || !uuidForm.test(value)) throw this.misfit(value);
    this.hex(Buffer.from(value, "latin1"), 0, 36);
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, capacity * 16);
  }

  protected stored(): Stored {
    return { values: trimmed(this.values, this.length * 16), offsets: null, items: null };
  }
}

export class DecimalBuilder extends ColumnBuilder<Uint32Array> {
  protected values = new Uint32Array(0);
  readonly #digits: ColumnFormat & { readonly kind: "decimal" };

  constructor(name: string, format: ColumnFormat & { readonly kind: "decimal" }) {
    super(name, format);
    this.#digits = format;
  }

  decimal(bytes: Buffer, start: number, end: number): void {
    readDecimalText(bytes, start, end, this.values, this.length, this.#digits, this.name);
    this.length++;
  }

  push(value: unknown): void {
    const { precision, scale } = this.#digits;
    if (typeof value !== "string") throw this.misfit(value);
    writeDecimal(this.values, this.length, parseDecimal(value, precision, scale, this.name));
    this.length++;
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, capacity * 4);
  }

  protected stored(): Stored {
    return { values: trimmed(this.values, this.length * 4), offsets: null, items: null };
  }
}

export class ListBuilder extends ColumnBuilder<Uint8Array> {
  protected values = new Uint8Array(0);
  #offsets = new Int32Array(1);
  readonly #items: ColumnBuilder;

  constructor(name: string, format: ColumnFormat, items: ColumnBuilder) {
    super(name, format);
    this.#items = items;
  }

  push(value: unknown): void {
    if (!Array.isArray(value)) throw this.misfit(value);
    this.#items.reserve(value.length, 0);
    for (const element of value as unknown[]) {
      if (element === null) this.#items.pushNull();
      else this.#items.push(element);
    }
    this.skip();
  }

  protected override skip(): void {
    this.#offsets[++this.length] = this.#items.length;
  }

  protected grow(capacity: number): void {
    this.#offsets = grown(this.#offsets, capacity + 1);
  }

  protected stored(): Stored {
    return { values: this.values, offsets: trimmed(this.#offsets, this.length + 1), items: this.#items.finish() };
  }
}
