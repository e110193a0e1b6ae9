/** Where a driver with a wire of its own puts rows: they become what the plan makes of them, byte by byte, with nothing between. */
import type { CellDecoder, ResultField, RowSink } from "../../driver/row-sink.ts";
import { makeWireReader } from "../../rows/wire-reader.ts";
import type { WireReader } from "../../rows/wire-reader.ts";
import type { Reader, ResultShape } from "../../rows/shape.ts";
import { unreadable } from "./unreadable.ts";

interface KnownReader {
  readonly decoders: readonly CellDecoder[];
  readonly read: WireReader;
}

/** The readers of one plan: one per way in which its columns may come (two engines may decode one type differently). */
export class WireReaders {
  readonly #shape: ResultShape;
  readonly #reader: Reader<unknown>;
  /** Database names of the tables read, for messages. */
  readonly #tables: readonly string[];
  readonly #byFields = new WeakMap<readonly ResultField[], WireReader>();
  readonly #known: KnownReader[] = [];

  constructor(shape: ResultShape, reader: Reader<unknown>, tables: readonly string[]) {
    this.#shape = shape;
    this.#reader = reader;
    this.#tables = tables;
  }

  newSink(): RowSink {
    return new ObjectSink(this, this.#tables);
  }

  /** The fields of one connection's statement are one object; those of the next connection say the same with another. */
  readerFor(fields: readonly ResultField[], decoders: readonly CellDecoder[]): WireReader {
    const found = this.#byFields.get(fields);
    if (found !== undefined) return found;
    const read = this.#sharedReader(decoders);
    this.#byFields.set(fields, read);
    return read;
  }

  #sharedReader(decoders: readonly CellDecoder[]): WireReader {
    const same = (known: KnownReader): boolean =>
      known.decoders.length === decoders.length && known.decoders.every((decode, index) => decode === decoders[index]);
    const known = this.#known.find(same);
    if (known !== undefined) return known.read;
    const read = makeWireReader(this.#shape, this.#reader, decoders);
    if (this.#known.length >= 8) this.#known.shift();
    this.#known.push({ decoders, read });
    return read;
  }
}

class ObjectSink implements RowSink {
  readonly objects: unknown[] = [];
  readonly #readers: WireReaders;
  readonly #tables: readonly string[];
  #read: WireReader | null = null;

  constructor(readers: WireReaders, tables: readonly string[]) {
    this.#readers = readers;
    this.#tables = tables;
  }

  fields(fields: readonly ResultField[], decoders: readonly CellDecoder[]): void {
    this.#read = this.#readers.readerFor(fields, decoders);
  }

  rows(bytes: Buffer, start: number, end: number, count: number): void {
    try {
      this.#read!(bytes, start, end, count, this.objects);
    } catch (error) {
      throw unreadable(error, this.#tables);
    }
  }
}
