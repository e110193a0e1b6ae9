/** The values of one column for many rows, bound as one array: an insert of ten thousand rows is one text with one parameter per column. */
import { BugError } from "../../base/errors.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import type { ParameterNode } from "../../ast/expression.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { Compilation } from "../compilation.ts";
import { arrayText } from "./array-text.ts";
import { castName } from "./type-names.ts";

type Encode = (value: unknown) => BoundValue;

/** An array of arrays would be one array of two dimensions, which `unnest` takes apart whole: inner ones travel as text. */
const encoderFor = (type: ColumnType, compilation: Compilation): Encode | null => {
  const encode = compilation.words.codec(type).encode as Encode | null;
  if (type.kind !== "array") return encode;
  return (value) => arrayText((encode === null ? value : encode(value)) as readonly BoundValue[]);
};

const encodeAll =
  (encode: Encode | null) =>
  (values: readonly unknown[]): BoundValue =>
    // Values were checked against the column's type, so without a codec they are bound as they are.
    (encode === null ? values : values.map((value) => (value === null ? null : encode(value)))) as BoundValue;

export const columnList = (
  node: ParameterNode,
  name: string,
  compilation: Compilation,
): { readonly list: string; readonly value: string } => {
  const { type } = node;
  if (type === null) throw new BugError("a list of values to insert has no type.");
  const bound = compilation.bind(node, encodeAll(encoderFor(type, compilation)));
  if (type.kind === "array") return { list: `${bound}::text[]`, value: `${name}::${castName(type)}` };
  return { list: `${bound}::${castName(type)}[]`, value: name };
};
