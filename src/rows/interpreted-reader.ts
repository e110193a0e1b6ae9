/** The reader for processes that may not make code from strings: the same objects as `reader.ts`, property by property. */
import { defineOwn, needsDefinition } from "./own-property.ts";
import type { ObjectShape, Reader, ResultColumn, ResultShape } from "./shape.ts";

type Row = readonly unknown[];
type Read = (row: Row) => unknown;

export const makeInterpretedReader = <T>(shape: ResultShape): Reader<T> => {
  const one = readOf(shape) as (row: Row) => T;
  return { one, all: (rows) => rows.map(one) };
};

const readOf = (shape: ResultShape): Read => {
  if (shape.form === "objects") return objectRead(shape.columns, shape.object);
  if (shape.form === "values") return valueRead(shape.columns, 0);
  return tupleRead(shape.columns);
};

const valueRead = (columns: readonly ResultColumn[], position: number): Read => {
  if (position < 0) return () => undefined;
  // A codec's parameter is the stored type of its own column, which only the database knows.
  const decode = (columns[position]?.decode ?? null) as ((stored: unknown) => unknown) | null;
  if (decode === null) return (row) => row[position];
  return (row) => (row[position] === null ? null : decode(row[position]));
};

const tupleRead = (columns: readonly ResultColumn[]): Read => {
  const reads = columns.flatMap((column, position) => (column.decode === null ? [] : [{ position, read: valueRead(columns, position) }]));
  return (row) => {
    // The row is the reader's to reuse, as `Reader` says.
    const tuple = row as unknown[];
    for (const { position, read } of reads) tuple[position] = read(row);
    return tuple;
  };
};

const objectRead = (columns: readonly ResultColumn[], object: ObjectShape): Read => {
  const prototype = object.prototype ?? Object.prototype;
  const steps = [
    ...object.properties.map(({ name, position }) => stepOf(prototype, name, valueRead(columns, position))),
    ...object.nested.map(({ property, shape, presence }) => stepOf(prototype, property, nestedRead(columns, shape, presence))),
  ];
  return (row) => {
    const made = Object.create(prototype) as Record<string, unknown>;
    for (const { name, isDefined, read } of steps) {
      if (isDefined) defineOwn(made, name, read(row));
      else made[name] = read(row);
    }
    return made;
  };
};

const stepOf = (prototype: object, name: string, read: Read) => ({ name, isDefined: needsDefinition(prototype, name), read });

const nestedRead = (columns: readonly ResultColumn[], shape: ObjectShape, presence: number): Read => {
  const read = objectRead(columns, shape);
  return presence < 0 ? read : (row) => (row[presence] === null ? null : read(row));
};
