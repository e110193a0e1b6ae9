/** Two different values of every kind of column, which `prepare` builds a query with to see where its parameters go. */
import type { ColumnType } from "../types/column-type.ts";

const uuids = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"] as const;

/** Texts are not ASCII: what is asked of them must hold for any text. */
export const samplesOf = (type: ColumnType): readonly [unknown, unknown] => {
  switch (type.kind) {
    case "int":
      return [41, 43];
    case "bigint":
      return [41n, 43n];
    case "float":
      return [41.5, 43.5];
    case "decimal":
      return ["41", "43"];
    case "text":
      return type.values === undefined || type.values.length < 2 ? ["\u00e4a", "\u00e4b"] : [type.values[0], type.values[1]];
    case "bool":
      return [true, false];
    case "uuid":
      return uuids;
    case "timestamp":
      return [new Date(41), new Date(43)];
    case "date":
      return ["2001-01-01", "2001-01-02"];
    case "time":
      return ["01:00:00", "02:00:00"];
    case "json":
      return [{ sample: 1 }, { sample: 2 }];
    case "bytes":
      return [new Uint8Array([41]), new Uint8Array([43])];
    case "array": {
      const [first, second] = samplesOf(type.element!);
      return [[first], [second]];
    }
  }
};
