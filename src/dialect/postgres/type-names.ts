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
  if (type.databaseType !== undefined) return type.databaseType;
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

/** Whether the database may have a type of its own for these texts, which has no cast from text: only the column can name it. */
export const hasOwnType = (type: ColumnType): boolean =>
  type.values !== undefined || (type.databaseType !== undefined && type.kind === "text");

/** Types that come as texts by themselves; of any other that a model reads as text, the server is asked for its text. */
const readAsText =
  /^(?:inet|cidr|macaddr8?|money|xml|tsvector|tsquery|(?:var)?bit|(?:var)?char|character varying|name|citext|numeric|ltree|geometry|geography|vector)(?:\(.*\))?$/i;

export const needsText = (type: ColumnType): boolean => {
  const { databaseType, kind, values, element } = type;
  if (databaseType === undefined || values !== undefined || element?.values !== undefined) return false;
  return (kind === "text" || element?.kind === "text") && !readAsText.test(databaseType.replace(/(?:\[\])+$/, ""));
};

const shortened: readonly (readonly [RegExp, string])[] = [
  [/^character varying/, "varchar"],
  [/^character(?=\(|$|\[)/, "char"],
  [/^bit varying/, "varbit"],
  [/^timestamp(\(\d\))? with time zone/, "timestamptz$1"],
  [/^timestamp(\(\d\))? without time zone/, "timestamp$1"],
  [/^time(\(\d\))? with time zone/, "timetz$1"],
  [/^time(\(\d\))? without time zone/, "time$1"],
  [/^numeric\((\d+),(-?\d+)\)/, "numeric($1, $2)"],
];

/** The name that `typeName` uses, from the one that PostgreSQL's `format_type` gives: `character varying(100)` is `varchar(100)`. */
export const shortTypeName = (type: string): string => {
  const found = shortened.find(([long]) => long.test(type));
  return found === undefined ? type : type.replace(found[0], found[1]);
};

const kindsByName: Readonly<Record<string, Kind>> = {
  smallint: "int",
  integer: "int",
  bigint: "bigint",
  real: "float",
  "double precision": "float",
  numeric: "decimal",
  text: "text",
  varchar: "text",
  char: "text",
  boolean: "bool",
  uuid: "uuid",
  timestamptz: "timestamp",
  timestamp: "timestamp",
  date: "date",
  time: "time",
  json: "json",
  jsonb: "json",
  bytea: "bytes",
};

/** What a model would call a type, by its short name; `null` where models have no word for it. */
export const kindOf = (type: string): Kind | null => {
  if (type.endsWith("[]")) return kindOf(type.slice(0, -2)) === null ? null : "array";
  const name = type.replace(/\(.*\)$/, "");
  return Object.hasOwn(kindsByName, name) ? kindsByName[name]! : null;
};
