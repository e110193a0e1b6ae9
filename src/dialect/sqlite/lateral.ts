/**
 * A select beside each row, on a database that has no LATERAL: a subquery makes all of its rows one JSON array, and `json_each`, whose argument may
 * name the tables before it, makes them rows again.
 *
 *     JOIN json_each((SELECT json_group_array(json_array("views", "title")) FROM (SELECT …) AS "rows")) AS "best"
 *     json_extract("best"."value", '$[0]')
 */
import type { ColumnType } from "../../types/column-type.ts";
import type { LateralWords } from "../compilation.ts";
import { quote } from "../quote.ts";

/**
 * JSON has no bytes, and `hex` makes a text of NULL. A document is stored as text, and stays one: of a JSON function's own making it would become
 * a part of the array.
 */
const asJson = (column: string, type: ColumnType | null): string => {
  if (type?.kind === "bytes") return `CASE WHEN ${column} IS NOT NULL THEN hex(${column}) END`;
  return type?.kind === "json" || type?.kind === "array" ? `${column} || ''` : column;
};

export const lateral: LateralWords = {
  join: ({ left, columns, select: { items } }, select, name) => {
    const values = items.map(({ type }, index) => asJson(quote(columns[index]!), type));
    const rows = `(SELECT json_group_array(json_array(${values.join(", ")})) FROM (${select}) AS "rows")`;
    return `${left ? " LEFT" : ""} JOIN json_each(${rows}) AS ${name}`;
  },
  column: (name, place, { kind }) => {
    const value = `json_extract(${name}."value", '$[${place}]')`;
    return kind === "bytes" ? `unhex(${value})` : value;
  },
};
