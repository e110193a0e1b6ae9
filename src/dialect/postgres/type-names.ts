/** What PostgreSQL calls the types of columns. */
import { BugError } from "../../base/errors.ts";
import type { ColumnType, Kind } from "../../types/column-type.ts";

const casts: Readonly<Record<Exclude<Kind, "array">, string>> = {
  int: "int",
  bigint: "bigint",
  float: "float8",
  decimal: "numeric",
  text: "text",
  bool: "boolean",
  uuid: "uuid",
  timestamp: "timestamptz",
  date: "date",
  time: "time",
  json: "jsonb",
  bytes: "bytea",
};

/** The element of an array type. */
export const elementOf = (type: ColumnType): ColumnType => {
  if (type.element === undefined) throw new BugError("an array column does not say what it holds.");
  return type.element;
};

/** The name to cast a value to, without lengths: `int`, `text[]`. */
export const castName = (type: ColumnType): string => (type.kind === "array" ? `${castName(elementOf(type))}[]` : casts[type.kind]);

/** Elements have no length and no size: `varchar[]` and `smallint[]` do not compare with `text[]` and `int[]`. Petrel checks both itself. */
const elementName = (element: ColumnType): string =>
  element.kind === "array" || element.kind === "decimal" || element.kind === "bytes" ? castName(element) : typeName({ kind: element.kind });

/** The name in a column definition: `varchar(100)`, `numeric(10, 2)`. */
export const typeName = (type: ColumnType): string => {
  switch (type.kind) {
    case "int":
      return type.size === 2 ? "smallint" : "integer";
    case "float":
      return "double precision";
    case "decimal":
      return `numeric(${Number(type.precision)}, ${Number(type.scale ?? 0)})`;
    case "text":
      return type.maxLength === undefined ? "text" : `varchar(${Number(type.maxLength)})`;
    case "array":
      return `${elementName(elementOf(type))}[]`;
    default:
      return casts[type.kind];
  }
};
