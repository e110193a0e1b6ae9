/** Rows with keys beside them: `{ key0, key1, …, row }`. The keys are for Petrel, the row for whoever asked. */
import type { SelectItem } from "../../ast/expression.ts";
import type { ObjectShape, ResultForm } from "../../rows/shape.ts";
import type { RowResult } from "./row-result.ts";

/** Where a wrapped row holds a key. */
export const wrapperKey = (_: unknown, index: number): string => `key${index}`;

/** The rows with these columns before them. */
export const withKeys = (rows: RowResult, keys: readonly SelectItem[]): RowResult => ({
  items: [...keys, ...rows.items],
  form: wrapperOf(keys.length, rows.form.object),
  joins: rows.joins,
});

const wrapperOf = (keyCount: number, row: ObjectShape): Extract<ResultForm, { form: "objects" }> => ({
  form: "objects",
  object: {
    prototype: null,
    properties: Array.from({ length: keyCount }, (_, position) => ({ name: wrapperKey(_, position), position })),
    nested: [{ property: "row", presence: -1, shape: shifted(row, keyCount) }],
  },
});

const shifted = (shape: ObjectShape, offset: number): ObjectShape => ({
  prototype: shape.prototype,
  properties: shape.properties.map(({ name, position }) => ({ name, position: position < 0 ? position : position + offset })),
  nested: shape.nested.map((nested) => ({
    property: nested.property,
    presence: nested.presence < 0 ? nested.presence : nested.presence + offset,
    shape: shifted(nested.shape, offset),
  })),
});
