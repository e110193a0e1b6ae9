/** Formats of columns as types of Arrow. */
import type { ColumnFormat } from "../rows/columns/column-format.ts";
import type { Arrow, DataType, Field } from "./apache-arrow.ts";

export const arrowType = (arrow: Arrow, format: ColumnFormat): DataType => {
  switch (format.kind) {
    case "int":
      return format.bits === 16 ? new arrow.Int16() : format.bits === 32 ? new arrow.Int32() : new arrow.Int64();
    case "bigint":
      return new arrow.Int64();
    case "float":
      return format.bits === 32 ? new arrow.Float32() : new arrow.Float64();
    case "decimal":
      return new arrow.Decimal(format.scale, format.precision, 128);
    case "bool":
      return new arrow.Bool();
    case "text":
    case "json":
      return new arrow.Utf8();
    case "bytes":
      return new arrow.Binary();
    case "uuid":
      return new arrow.FixedSizeBinary(16);
    case "date":
      return new arrow.DateDay();
    case "time":
      return new arrow.TimeMicrosecond();
    case "timestamp":
      return new arrow.TimestampMicrosecond(format.zone);
    case "list":
      return new arrow.List(arrowField(arrow, "item", format.items));
  }
};

/** Arrow's canonical extension types: readers that know them see what they are, others the bytes and the text. */
const extensions: Readonly<Partial<Record<ColumnFormat["kind"], string>>> = { uuid: "arrow.uuid", json: "arrow.json" };

/** Every column may hold NULL, as batches of one result must have one schema. */
export const arrowField = (arrow: Arrow, name: string, format: ColumnFormat): Field => {
  const extension = extensions[format.kind];
  const metadata =
    extension === undefined
      ? null
      : new Map([
          ["ARROW:extension:name", extension],
          ["ARROW:extension:metadata", ""],
        ]);
  return new arrow.Field(name, arrowType(arrow, format), true, metadata);
};
