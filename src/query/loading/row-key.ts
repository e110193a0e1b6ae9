/** Which values of a relation's keys belong together: one text or value for each key, equal exactly where the database calls the columns equal. */
import type { KeyPair } from "../../ast/source.ts";
import type { ColumnType } from "../../types/column-type.ts";

/** The key of a row: something that a `Map` compares; `null` for a row without one. */
export type KeyOf = (row: Readonly<Record<string, unknown>>) => unknown;

type Identify = (value: unknown) => unknown;

const asGiven: Identify = (value) => value;
const trailingZeros = /\.?0+$/;

/** Kinds whose values are one text or number each. */
const plainKinds: ReadonlySet<ColumnType["kind"]> = new Set(["int", "float", "text", "bool", "date", "time"]);

const wholeNumber: Identify = (value) => (typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value);
const lowerCase: Identify = (value) => String(value).toLowerCase();
const shortened: Identify = (value) => (String(value).includes(".") ? String(value).replace(trailingZeros, "") : String(value));
const byContent: Identify = (value) => {
  if (value instanceof Date) return value.getTime();
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1")
    : wholeNumber(value);
};

/** An `int` key equals a `bigint` one of the same value; a UUID's letters and a decimal's zeros at the end do not count. */
const identifyFor = (near: ColumnType, far: ColumnType): Identify => {
  if (near.kind === "decimal" || far.kind === "decimal") return shortened;
  if (near.kind === "uuid" || far.kind === "uuid") return lowerCase;
  if (near.kind === far.kind && plainKinds.has(near.kind)) return asGiven;
  return byContent;
};

/** The key of rows that hold the columns of `pairs` under `names`. */
export const keyReader = (pairs: readonly KeyPair[], names: readonly string[]): KeyOf => {
  const identify = pairs.map(([near, far]) => identifyFor(near.type, far.type));
  if (names.length === 1) return singleKey(names[0]!, identify[0]!);
  return (row) => {
    let text = "";
    for (let index = 0; index < names.length; index++) {
      const value = row[names[index]!] ?? null;
      if (value === null) return null;
      const part = String(identify[index]!(value));
      text += `${part.length}:${part}`;
    }
    return text;
  };
};

const singleKey = (name: string, identify: Identify): KeyOf => {
  if (identify === asGiven) return (row) => row[name] ?? null;
  return (row) => {
    const value = row[name] ?? null;
    return value === null ? null : identify(value);
  };
};
