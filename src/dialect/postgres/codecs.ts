/** How values travel to PostgreSQL, whose own types hold nearly all of them as they are. */
import type { BoundValue } from "../../base/bound-value.ts";
import { bytesCodec } from "../../types/bytes.ts";
import type { Codec, ColumnType } from "../../types/column-type.ts";
import { decimalAsText } from "../../types/decimal.ts";
import { floatCodec } from "../../types/float.ts";
import { bigintCodec, integerCodec } from "../../types/integer.ts";
import { jsonAsText } from "../../types/json.ts";
import { textCodec } from "../../types/text.ts";
import { timeAsText } from "../../types/time.ts";
import { timestampAsText } from "../../types/timestamp.ts";
import { uuidCodec } from "../../types/uuid.ts";
import { once } from "../memo.ts";
import { elementOf } from "./type-names.ts";

const asItIs: Codec = { encode: null, decode: null };

/** A `timestamp` without a zone, in a table that was there before, comes as text; a model reads it as UTC, like every other timestamp. */
const timestampCodec: Codec = {
  encode: null,
  decode: (stored: Date | string) => (typeof stored === "string" ? timestampAsText.decode!(stored as never) : stored),
};

/** Documents are sent as text; the driver reads them as what they hold. */
const jsonCodec: Codec = { encode: jsonAsText.encode, decode: null };

/** An array of what the element's codec makes; NULL elements stay. */
const arrayCodec = (type: ColumnType): Codec => {
  // Elements were checked against the element's type, which is what its codec takes.
  const { encode, decode } = postgresCodec(elementOf(type)) as { encode: ((value: unknown) => BoundValue) | null; decode: Codec["decode"] };
  const read = decode as ((stored: unknown) => unknown) | null;
  return {
    encode: encode === null ? null : (values: readonly unknown[]) => values.map((value) => (value === null ? null : encode(value))),
    decode: read === null ? null : (stored: readonly unknown[]) => stored.map((value) => (value === null ? null : read(value))),
  };
};

const codecOf = (type: ColumnType): Codec => {
  switch (type.kind) {
    case "int":
      return integerCodec(type);
    case "bigint":
      return bigintCodec;
    case "float":
      return floatCodec;
    case "decimal":
      return decimalAsText(type);
    case "text":
      return textCodec;
    case "uuid":
      return uuidCodec;
    case "time":
      return timeAsText;
    case "json":
      return jsonCodec;
    case "bytes":
      return bytesCodec;
    case "array":
      return arrayCodec(type);
    case "timestamp":
      return timestampCodec;
    case "bool":
    case "date":
      return asItIs;
  }
};

export const postgresCodec: (type: ColumnType) => Codec = once(codecOf);
