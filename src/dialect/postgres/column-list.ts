/** The values of one column for many rows, bound as one array: an insert of ten thousand rows is one text with one parameter per column. */
import { BugError } from "../../base/errors.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import type { ParameterNode } from "../../ast/expression.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { Compilation } from "../compilation.ts";
import { qualified, quote } from "../quote.ts";
import { arrayText } from "./array-text.ts";
import { literal } from "./literal.ts";
import { castName, hasOwnType } from "./type-names.ts";

type Encode = (value: unknown) => BoundValue;

/** An array of arrays would be one array of two dimensions, which `unnest` takes apart whole: inner ones travel as text. */
const encoderFor = (type: ColumnType, compilation: Compilation): Encode | null => {
  const codec = compilation.words.codec(type);
  const encode = codec.encode as Encode | null;
  if (type.kind !== "array") return codec.onlyChecks === true ? null : encode;
  return (value) => arrayText((encode === null ? value : encode(value)) as readonly BoundValue[]);
};

const encodeAll =
  (encode: Encode | null) =>
  (values: readonly unknown[]): BoundValue =>
    // Values were checked against the column's type, so without a codec they are bound as they are.
    (encode === null ? values : values.map((value) => (value === null ? null : encode(value)))) as BoundValue;

/**
 * A closed set of texts may be a type of the database's own, which has no cast from text: the column says what the list is. The subquery is never run.
 *
 *     COALESCE($1, ARRAY(SELECT "mood" FROM "people" LIMIT 0))
 */
const asColumn = (bound: string, { table, column }: NonNullable<ParameterNode["column"]>): string =>
  `COALESCE(${bound}, ARRAY(SELECT ${quote(column.name)} FROM ${qualified(table)} LIMIT 0))`;

/** A text as the column's value, where the column may hold an array of what has no cast from text: what makes records reads their texts. */
const readAsColumn = (text: string, { table, column }: NonNullable<ParameterNode["column"]>): string => {
  const record = `(SELECT "its row" FROM ${qualified(table)} AS "its row" LIMIT 0)`;
  return `(jsonb_populate_record(${record}, jsonb_build_object(${literal(column.name, null)}, ${text}))).${quote(column.name)}`;
};

export const columnList = (
  node: ParameterNode,
  name: string,
  compilation: Compilation,
): { readonly list: string; readonly value: string } => {
  const { type, column } = node;
  if (type === null) throw new BugError("a list of values to insert has no type.");
  const bound = compilation.bind(node, encodeAll(encoderFor(type, compilation)));
  if (type.kind === "array") {
    const isClosed = column !== undefined && (type.element?.values !== undefined || type.databaseType !== undefined);
    return { list: `${bound}::text[]`, value: isClosed ? readAsColumn(name, column) : `${name}::${castName(type)}` };
  }
  // An input function reads it as an assignment would: nothing is cut to its length, and no time zone comes in between.
  const isNamed = type.databaseType !== undefined && type.values === undefined && (type.kind === "text" || type.kind === "timestamp");
  if (column !== undefined && isNamed) return { list: `${bound}::text[]`, value: readAsColumn(name, column) };
  const isClosed = column !== undefined && hasOwnType(type);
  return { list: isClosed ? asColumn(bound, column) : `${bound}::${castName(type)}[]`, value: name };
};
