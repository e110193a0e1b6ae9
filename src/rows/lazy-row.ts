/**
 * Objects that keep the undecoded row and decode a value when it is first asked for.
 * They have the model's methods, and read like its instances; their values are getters, so `Object.keys` of one is empty, but JSON and `inspect` show all.
 */
import { defineOwn } from "./own-property.ts";
import { makeReader } from "./reader.ts";
import type { ObjectShape, ResultColumn, ResultShape } from "./shape.ts";

type Row = readonly unknown[];
type LazyClass = new (row: Row) => object;

const classes = new WeakMap<ObjectShape, LazyClass>();

/**
 * A function that makes one object per row; the rows are kept, and must not be changed by anyone else.
 * Tuples and single values have no getters to wait behind and are decoded at once.
 */
export const makeLazyRows = <T>(shape: ResultShape): ((rows: readonly Row[]) => T[]) => {
  if (shape.form !== "objects") return makeReader<T>(shape).all;
  const Lazy = lazyClass(shape.columns, shape.object);
  // The shape makes T; the getters of the class have its properties.
  return (rows) => rows.map((row) => new Lazy(row) as T);
};

/** The class of a shape, made once. */
const lazyClass = (columns: readonly ResultColumn[], object: ObjectShape): LazyClass => {
  const known = classes.get(object);
  if (known !== undefined) return known;
  const made = makeLazyClass(columns, object);
  classes.set(object, made);
  return made;
};

interface Property {
  readonly name: string;
  /** Makes the value; it is kept when `isKept`. */
  readonly read: (row: Row) => unknown;
  readonly isKept: boolean;
}

const makeLazyClass = (columns: readonly ResultColumn[], object: ObjectShape): LazyClass => {
  const properties = propertiesOf(columns, object);

  class LazyRow {
    readonly #row: Row;
    /** Values decoded or assigned so far, by the property's number; holes elsewhere. */
    #values: unknown[] | null = null;

    constructor(row: Row) {
      this.#row = row;
    }

    static read(row: LazyRow, index: number): unknown {
      if (row.#values !== null && index in row.#values) return row.#values[index];
      const { read, isKept } = properties[index]!;
      const value = read(row.#row);
      if (isKept) LazyRow.write(row, index, value);
      return value;
    }

    static write(row: LazyRow, index: number, value: unknown): void {
      row.#values ??= [];
      row.#values[index] = value;
    }
  }

  const { prototype } = LazyRow;
  const parent = object.prototype ?? Object.prototype;
  Object.setPrototypeOf(prototype, parent);
  Object.defineProperty(prototype, "constructor", { value: parent.constructor, writable: true, configurable: true });
  const toPlain = function (this: LazyRow): object {
    const plain = {};
    properties.forEach(({ name }, index) => defineOwn(plain, name, LazyRow.read(this, index)));
    return plain;
  };
  if (!("toJSON" in parent)) Object.defineProperty(prototype, "toJSON", { value: toPlain, configurable: true });
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), { value: toPlain, configurable: true });
  properties.forEach(({ name }, index) =>
    Object.defineProperty(prototype, name, {
      get(this: LazyRow) {
        return LazyRow.read(this, index);
      },
      set(this: LazyRow, value: unknown) {
        LazyRow.write(this, index, value);
      },
      enumerable: true,
      configurable: true,
    }),
  );
  return LazyRow;
};

const propertiesOf = (columns: readonly ResultColumn[], object: ObjectShape): readonly Property[] => [
  ...object.properties.map(({ name, position }): Property => {
    if (position < 0) return { name, read: () => undefined, isKept: false };
    // A codec's parameter is the stored type of its own column, which only the database knows.
    const decode = (columns[position]?.decode ?? null) as ((stored: unknown) => unknown) | null;
    if (decode === null) return { name, read: (row) => row[position], isKept: false };
    return { name, read: (row) => (row[position] === null ? null : decode(row[position])), isKept: true };
  }),
  ...object.nested.map(({ property, shape, presence }): Property => {
    const Nested = lazyClass(columns, shape);
    return { name: property, read: (row) => (presence >= 0 && row[presence] === null ? null : new Nested(row)), isKept: true };
  }),
];
