/** How values travel to PostgreSQL, whose types hold nearly all of them as they are. */
import { ValueProblem } from "../../types/column-type.ts";
import type { Codec, ColumnType } from "../../types/column-type.ts";
import { once } from "../memo.ts";

const asItIs: Codec = { encode: null, decode: null };

/** Counts and sums of int come as bigint. */
const int: Codec = {
  encode: null,
  decode: (stored: number | bigint) => {
    if (typeof stored === "number") return stored;
    if (stored > Number.MAX_SAFE_INTEGER || stored < Number.MIN_SAFE_INTEGER)
      throw new ValueProblem("is a whole number too large for JavaScript's number");
    return Number(stored);
  },
};

const json: Codec = {
  encode: (value: unknown) => {
    const text = JSON.stringify(value);
    if (text === undefined) throw new ValueProblem("expects a JSON value, got what JSON cannot hold");
    return text;
  },
  decode: null,
};

const codecOf = (type: ColumnType): Codec => {
  switch (type.kind) {
    case "int":
      return int;
    case "bigint":
      return { encode: null, decode: (stored: number | bigint | string) => BigInt(stored) };
    case "json":
      return json;
    default:
      return asItIs;
  }
};

export const postgresCodec = once(codecOf);
