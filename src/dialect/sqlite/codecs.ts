/** How values are stored on SQLite: four storage classes, everything else as text in one canonical form. */
import { ValueProblem } from "../../types/column-type.ts";
import type { Codec, ColumnType } from "../../types/column-type.ts";
import { once } from "../memo.ts";

const asItIs: Codec = { encode: null, decode: null };

/** `YYYY-MM-DD HH:MM:SS[.mmm]` in UTC: sorts as text, and SQLite's own date functions read it. */
const timestamp: Codec = {
  encode: (value: Date) => {
    const text = value.toISOString();
    if (text.length !== 24) throw new ValueProblem("expects a Date between the years 0 and 9999, got one outside");
    return text.slice(0, 10) + " " + (text.endsWith(".000Z") ? text.slice(11, 19) : text.slice(11, 23));
  },
  decode: (stored: string) => new Date(`${stored.replace(" ", "T")}Z`),
};

const json: Codec = {
  encode: (value: unknown) => {
    const text = JSON.stringify(value);
    if (text === undefined) throw new ValueProblem("expects a JSON value, got what JSON cannot hold");
    return text;
  },
  decode: (stored: string) => JSON.parse(stored) as unknown,
};

/** Canonical text: the column's number of digits behind the point, no other zeros, no minus zero. */
const decimal = ({ scale }: ColumnType): Codec => ({
  encode: (value: string) => {
    const found = /^([+-]?)0*(\d+)(?:\.(\d*))?$/.exec(value);
    if (found === null) throw new ValueProblem("expects a decimal number as text");
    const [, sign, whole, fraction = ""] = found;
    const digits = fraction.replace(/0+$/, "");
    const places = scale ?? digits.length;
    if (digits.length > places) throw new ValueProblem(`expects at most ${places} digits behind the point`);
    const text = places === 0 ? whole! : `${whole}.${digits.padEnd(places, "0")}`;
    return sign === "-" && /[1-9]/.test(text) ? `-${text}` : text;
  },
  decode: null,
});

const codecOf = (type: ColumnType): Codec => {
  switch (type.kind) {
    case "bool":
      return { encode: (value: boolean) => (value ? 1 : 0), decode: (stored: number | bigint) => Number(stored) === 1 };
    case "bigint":
      return { encode: null, decode: (stored: number | bigint) => BigInt(stored) };
    case "uuid":
      return { encode: (value: string) => value.toLowerCase(), decode: null };
    case "timestamp":
      return timestamp;
    case "json":
      return json;
    case "decimal":
      return decimal(type);
    case "array":
      return json;
    default:
      return asItIs;
  }
};

export const sqliteCodec = once(codecOf);
