/** How values are stored on SQLite: four storage classes, everything else as text in one canonical form. */
import { arrayAsText } from "../../types/array.ts";
import { booleanAsInteger } from "../../types/boolean.ts";
import { bytesCodec } from "../../types/bytes.ts";
import type { Codec, ColumnType } from "../../types/column-type.ts";
import { dateAsText } from "../../types/date.ts";
import { decimalAsText } from "../../types/decimal.ts";
import { floatCodec } from "../../types/float.ts";
import { bigintCodec, integerCodec } from "../../types/integer.ts";
import { jsonAsText } from "../../types/json.ts";
import { textCodec } from "../../types/text.ts";
import { timeAsText } from "../../types/time.ts";
import { timestampAsText } from "../../types/timestamp.ts";
import { uuidCodec } from "../../types/uuid.ts";
import { once } from "../memo.ts";

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
    case "bool":
      return booleanAsInteger;
    case "uuid":
      return uuidCodec;
    case "timestamp":
      return timestampAsText;
    case "date":
      return dateAsText;
    case "time":
      return timeAsText;
    case "json":
      return jsonAsText;
    case "bytes":
      return bytesCodec;
    case "array":
      return arrayAsText(type);
  }
};

export const sqliteCodec = once(codecOf);
