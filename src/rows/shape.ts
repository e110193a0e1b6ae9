/** What a result is made of and made into: the plan of a reader. */

/** One column of the result, by position. `decode` is null where the stored value is the value; it never sees NULL. */
export interface ResultColumn {
  readonly decode: ((stored: never) => unknown) | null;
}

/** Where a column's value goes in an object: `["author", "name"]`. */
export type Path = readonly string[];

/** A group of columns that becomes one nested object, or `null` when the group's `presence` column is NULL. */
export interface NestedObject {
  readonly property: string;
  readonly shape: ObjectShape;
  /** The position of a column that is never NULL where the row exists; -1 when it always does. */
  readonly presence: number;
}

export interface ObjectShape {
  /** Own properties in the order in which they are assigned, each with the position of its column; -1 makes it `undefined`, to be filled by the caller. */
  readonly properties: readonly { readonly name: string; readonly position: number }[];
  readonly nested: readonly NestedObject[];
  /** Objects get this prototype without its constructor being called. `null`: plain objects. */
  readonly prototype: object | null;
}

/** What rows become. `"values"`: the first column's values by themselves. */
export type ResultForm =
  | { readonly form: "objects"; readonly object: ObjectShape }
  | { readonly form: "tuples" }
  | { readonly form: "values" };

export type ResultShape = ResultForm & { readonly columns: readonly ResultColumn[] };

export interface Reader<T> {
  /** Decodes a batch of undecoded rows. The rows may be reused by the reader (tuples are decoded in place). */
  readonly all: (rows: readonly (readonly unknown[])[]) => T[];
  readonly one: (row: readonly unknown[]) => T;
}
