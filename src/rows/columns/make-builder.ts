/** The builder of a column, and which of its methods reads a cell as the server sends it. */
import type { ResultField } from "../../driver/row-sink.ts";
import type { ColumnBuilder } from "./column-builder.ts";
import type { ColumnFormat } from "./column-format.ts";
import {
  BigIntBuilder,
  DateBuilder,
  Float32Builder,
  Float64Builder,
  Int16Builder,
  Int32Builder,
  TimeBuilder,
  TimestampBuilder,
} from "./number-builders.ts";
import { BooleanBuilder, BytesBuilder, DecimalBuilder, ListBuilder, UuidBuilder } from "./other-builders.ts";

export const makeBuilder = (name: string, format: ColumnFormat): ColumnBuilder => {
  switch (format.kind) {
    case "int":
      return format.bits === 16
        ? new Int16Builder(name, format)
        : format.bits === 32
          ? new Int32Builder(name, format)
          : new BigIntBuilder(name, format);
    case "bigint":
      return new BigIntBuilder(name, format);
    case "float":
      return format.bits === 32 ? new Float32Builder(name, format) : new Float64Builder(name, format);
    case "decimal":
      return new DecimalBuilder(name, format);
    case "bool":
      return new BooleanBuilder(name, format);
    case "uuid":
      return new UuidBuilder(name, format);
    case "date":
      return new DateBuilder(name, format);
    case "time":
      return new TimeBuilder(name, format);
    case "timestamp":
      return new TimestampBuilder(name, format);
    case "text":
    case "json":
    case "bytes":
      return new BytesBuilder(name, format);
    case "list":
      return new ListBuilder(name, format, makeBuilder(name, format.items));
  }
};

/** The methods that take a cell from the wire. Their names become code, so there are no others. */
export type CellMethod =
  | "int2"
  | "int4"
  | "int8"
  | "float4"
  | "float8"
  | "bool"
  | "copy"
  | "hex"
  | "decimal"
  | "date"
  | "time"
  | "timestamp"
  | "moment"
  | "other";

/** Methods by the kind of column (integers and floats with their bits), then by the type's OID and the format in which it comes. */
const methods: Readonly<Record<string, Readonly<Record<string, CellMethod>>>> = {
  int16: { "21 1": "int2" },
  int32: { "21 1": "int2", "23 1": "int4" },
  int64: { "20 1": "int8", "21 1": "int2", "23 1": "int4" },
  bigint: { "20 1": "int8", "21 1": "int2", "23 1": "int4" },
  float32: { "700 1": "float4" },
  float64: { "700 1": "float4", "701 1": "float8" },
  decimal: { "1700 0": "decimal" },
  bool: { "16 1": "bool" },
  json: { "114 0": "copy", "3802 0": "copy" },
  bytes: { "17 1": "copy" },
  uuid: { "2950 0": "hex" },
  date: { "1082 1": "date" },
  time: { "1083 1": "time" },
  timestamp: { "1114 0": "moment", "1114 1": "timestamp", "1184 0": "moment", "1184 1": "timestamp" },
};

export const formatKey = (format: ColumnFormat): string =>
  format.kind === "int" || format.kind === "float" ? `${format.kind}${format.bits}` : format.kind;

/** The server's text is a text column's value whatever the type; what no method knows goes through the driver's own decoder. */
export const cellMethod = (format: ColumnFormat, { type, format: wireFormat }: ResultField): CellMethod => {
  if (format.kind === "text" && wireFormat === 0) return "copy";
  return methods[formatKey(format)]?.[`${type} ${wireFormat}`] ?? "other";
};
