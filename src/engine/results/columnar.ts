/** Results by columns: straight from the wire where the driver reads into a sink, from the driver's rows elsewhere. */
import { ConfigurationError } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import { formatOf } from "../../rows/columns/column-format.ts";
import type { ColumnFormat } from "../../rows/columns/column-format.ts";
import { columnSet } from "../../rows/columns/column-set.ts";
import type { ColumnSet } from "../../rows/columns/column-set.ts";
import type { ColumnBuilder } from "../../rows/columns/column-builder.ts";
import { formatOfField, formatOfValues } from "../../rows/columns/inferred-format.ts";
import { makeBuilder } from "../../rows/columns/make-builder.ts";
import { BytesBuilder } from "../../rows/columns/other-builders.ts";
import type { ObjectShape } from "../../rows/shape.ts";
import { ColumnSink } from "./column-sink.ts";
import type { WantedColumn } from "./column-sink.ts";
import type { Plan } from "../plans/plan.ts";
import type { Rows, Runner } from "../run.ts";
import { unreadable } from "./unreadable.ts";

/** The properties of the objects, and of those within by dotted names. */
const placesOf = ({ properties, nested }: ObjectShape, prefix = ""): { readonly name: string; readonly position: number }[] => [
  ...properties.filter(({ position }) => position >= 0).map(({ name, position }) => ({ name: prefix + name, position })),
  ...nested.flatMap(({ property, shape }) => placesOf(shape, `${prefix}${property}.`)),
];

const wantedBy = new WeakMap<Plan["shape"], readonly WantedColumn[]>();

/** The columns of a plan whose rows are objects. */
export const wantedColumns = ({ shape, results }: Plan): readonly WantedColumn[] => {
  const known = wantedBy.get(shape);
  if (known !== undefined) return known;
  if (shape.form !== "objects") throw new ConfigurationError("Columns are read of queries whose rows are objects.");
  const wanted = placesOf(shape.object).map(({ name, position }): WantedColumn => {
    const { type, isStored } = results[position]!;
    // Each column's codec decodes what the database stores for it.
    const decode = shape.columns[position]!.decode as WantedColumn["decode"];
    return { name, position, format: type === null ? null : formatOf(type, isStored), decode };
  });
  wantedBy.set(shape, wanted);
  return wanted;
};

type Undecoded = Rows["rows"];

/** A document that is stored as text stays the text that it is. */
const append = (builder: ColumnBuilder, value: unknown, decode: WantedColumn["decode"]): void => {
  if (value === null) builder.pushNull();
  else if (decode === null) builder.push(value);
  else if (typeof value === "string" && builder.format.kind === "json" && builder instanceof BytesBuilder) builder.pushText(value);
  else builder.push(decode(value));
};

/** Columns of undecoded rows. `tables` are those that were read, for messages. */
export const columnsOfRows = (
  wanted: readonly WantedColumn[],
  rows: Undecoded,
  fields: Rows["fields"],
  tables: readonly string[],
): ColumnSet => {
  try {
    const columns = wanted.map((column) => {
      const { name, position, decode } = column;
      const builder = makeBuilder(name, column.format ?? formatHere(column, rows, fields));
      builder.reserve(rows.length, 0);
      for (const row of rows) append(builder, row[position], decode);
      return builder.finish();
    });
    return columnSet(rows.length, columns);
  } catch (error) {
    throw unreadable(error, tables);
  }
};

function* valuesAt(rows: Undecoded, position: number): Generator<unknown> {
  for (const row of rows) yield row[position];
}

/** By the server's own type where it has sent one, else by the values. The driver has made its integers numbers where it was not told to be exact. */
const formatHere = ({ name, position }: WantedColumn, rows: Undecoded, fields: Rows["fields"]): ColumnFormat => {
  const field = fields?.[position];
  const format = field === undefined ? null : formatOfField(field);
  if (format === null) return formatOfValues(name, valuesAt(rows, position));
  if (format.kind !== "bigint") return format;
  return rows.some((row) => typeof row[position] === "number") ? { kind: "int", bits: 64 } : format;
};

const withSink = (plan: Plan, sink: ColumnSink): Plan => ({ ...plan, wire: { newSink: () => sink, takesBatches: true } });

const taken = (plan: Plan, wanted: readonly WantedColumn[], sink: ColumnSink, { objects, rows, fields }: Rows): ColumnSet =>
  objects === undefined ? columnsOfRows(wanted, rows, fields, plan.reads) : sink.take(fields);

/** The whole result of a plan by columns. */
export const readColumns = (runner: Runner, plan: Plan, values: readonly unknown[], signal?: AbortSignal): MaybePromise<ColumnSet> => {
  const wanted = wantedColumns(plan);
  const sink = new ColumnSink(wanted, plan.reads);
  return whenDone(runner.run(withSink(plan, sink), values, signal), (answer) => taken(plan, wanted, sink, answer));
};

/** The result in batches; the last one may be smaller. A result without rows is one batch without rows, so that its columns are known. */
export async function* streamColumns(
  runner: Runner,
  plan: Plan,
  values: readonly unknown[],
  batchSize: number,
  signal?: AbortSignal,
): AsyncGenerator<ColumnSet, void, undefined> {
  let wanted = wantedColumns(plan);
  const sink = new ColumnSink(wanted, plan.reads);
  let isEmpty = true;
  for await (const answer of runner.stream(withSink(plan, sink), values, batchSize, signal)) {
    const set = taken(plan, wanted, sink, answer);
    if (set.rowCount === 0) continue;
    isEmpty = false;
    yield set;
    // What the first batch turned out to hold is what the others must hold.
    wanted = wanted.map((column) => ({ ...column, format: set.columns[column.name]!.format }));
  }
  if (isEmpty) yield columnsOfRows(wanted, [], undefined, plan.reads);
}
