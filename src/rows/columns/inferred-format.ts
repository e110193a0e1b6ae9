/** The format of a column whose type nobody knows but the values themselves: raw SQL on SQLite, or a computed column in SQL of one's own. */
import type { FieldDescription } from "../../driver/driver.ts";
import { builtInArrays } from "../../driver/postgres/codec/type-oids.ts";
import { describe, ValueProblem } from "../../types/column-type.ts";
import { decimalFormat } from "./column-format.ts";
import type { ColumnFormat } from "./column-format.ts";

const utc: ColumnFormat = { kind: "timestamp", zone: "UTC" };

const formats: Readonly<Record<number, ColumnFormat>> = {
  16: { kind: "bool" },
  17: { kind: "bytes" },
  19: { kind: "text" },
  20: { kind: "bigint" },
  21: { kind: "int", bits: 16 },
  23: { kind: "int", bits: 32 },
  25: { kind: "text" },
  26: { kind: "int", bits: 64 },
  114: { kind: "json" },
  700: { kind: "float", bits: 32 },
  701: { kind: "float", bits: 64 },
  1042: { kind: "text" },
  1043: { kind: "text" },
  1082: { kind: "date" },
  1083: { kind: "time" },
  1114: { kind: "timestamp", zone: null },
  1184: utc,
  2950: { kind: "uuid" },
  3802: { kind: "json" },
};

const elements = new Map(builtInArrays);

/** The format of a type of the server's; `null` for those that columns have no form of their own for. */
export const formatOfField = ({ type, modifier }: Pick<FieldDescription, "type" | "modifier">): ColumnFormat | null => {
  if (type === 1700) return modifier < 4 ? { kind: "text" } : decimalFormat((modifier - 4) >> 16, signedScale((modifier - 4) & 0x7ff));
  const known = formats[type];
  if (known !== undefined) return known;
  const element = elements.get(type);
  const items = element === undefined ? null : formatOfField({ type: element, modifier });
  return items === null ? null : { kind: "list", items };
};

/** Eleven bits, of which PostgreSQL 15 and later use the highest for the sign. */
const signedScale = (bits: number): number => (bits > 1023 ? bits - 2048 : bits);

const kindOf = (value: unknown): ColumnFormat => {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) ? { kind: "int", bits: 64 } : { kind: "float", bits: 64 };
    case "bigint":
      return { kind: "bigint" };
    case "boolean":
      return { kind: "bool" };
    case "string":
      return { kind: "text" };
    default:
      return value instanceof Uint8Array ? { kind: "bytes" } : value instanceof Date ? utc : { kind: "json" };
  }
};

/** Of all values: whole numbers and fractions together are fractions. Texts where there is no value. Throws `ValueProblem` for a mixture of kinds. */
export const formatOfValues = (name: string, values: Iterable<unknown>): ColumnFormat => {
  let found: ColumnFormat | null = null;
  let first: unknown;
  for (const value of values) {
    if (value === null) continue;
    const format = kindOf(value);
    if (found === null) {
      found = format;
      first = value;
    } else if (found.kind !== format.kind) {
      const areNumbers = (found.kind === "int" || found.kind === "float") && (format.kind === "int" || format.kind === "float");
      if (!areNumbers) throw new ValueProblem(`makes no column: '${name}' holds ${describe(first)} and ${describe(value)}. Cast it`);
      found = { kind: "float", bits: 64 };
    }
  }
  return found ?? { kind: "text" };
};
