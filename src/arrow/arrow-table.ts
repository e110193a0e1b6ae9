/** Columns as Arrow tables and record batches, over the same memory. */
import type { ArrowMaker } from "../engine/results/arrow-door.ts";
import type { ColumnVector } from "../rows/columns/column.ts";
import type { ColumnSet } from "../rows/columns/column-set.ts";
import { apacheArrow } from "./apache-arrow.ts";
import type { Arrow, Data, RecordBatch, Table } from "./apache-arrow.ts";
import { arrowField, arrowType } from "./arrow-type.ts";

/** The parts that every kind of column may have; which of them a type needs, the library knows. */
interface DataParts {
  readonly type: ReturnType<typeof arrowType>;
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
  readonly data?: ColumnVector["values"];
  readonly valueOffsets?: Int32Array;
  readonly child?: Data;
}

const dataOf = (arrow: Arrow, column: ColumnVector): Data => {
  const { format, length, nullCount, validity, values, offsets, items } = column;
  const shared = { type: arrowType(arrow, format), length, nullCount, nullBitmap: validity ?? undefined };
  // The library's overloads are by type, which is known here only as the column's format.
  const make = arrow.makeData as unknown as (parts: DataParts) => Data;
  if (items !== null) return make({ ...shared, valueOffsets: offsets!, child: dataOf(arrow, items) });
  return make(offsets === null ? { ...shared, data: values } : { ...shared, data: values, valueOffsets: offsets });
};

const batchOf = (arrow: Arrow, { rowCount, columns }: ColumnSet): RecordBatch => {
  const all = Object.values(columns);
  const fields = all.map(({ name, format }) => arrowField(arrow, name, format));
  const children = all.map((column) => dataOf(arrow, column));
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: rowCount, nullCount: 0, children });
  return new arrow.RecordBatch(new arrow.Schema(fields), data);
};

export interface ArrowTables extends ArrowMaker {
  readonly table: (set: ColumnSet) => Table;
  readonly batch: (set: ColumnSet) => RecordBatch;
}

/** What makes tables and batches. Throws `ConfigurationError` where the library is not installed. */
export const arrowTables = async (): Promise<ArrowTables> => {
  const arrow = await apacheArrow();
  return { table: (set) => new arrow.Table(batchOf(arrow, set)), batch: (set) => batchOf(arrow, set) };
};
