/** An array as PostgreSQL spells it: `{1,NULL,"a\\"b"}`. */
import { BugError } from "../../base/errors.ts";
import type { BoundValue } from "../../base/bound-value.ts";

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;

/** There is no year 0 in PostgreSQL: it is 1 BC. */
const dateText = (value: Date): string => {
  const year = value.getUTCFullYear();
  const iso = value.toISOString();
  if (year > 0 && year <= 9999) return iso;
  const rest = iso.slice(iso.length - 20);
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, "0")}${rest} BC`;
};

const elementText = (value: BoundValue): string => {
  if (value === null) return "NULL";
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return quoted(dateText(value));
  if (value instanceof Uint8Array) return quoted(`\\x${Buffer.from(value).toString("hex")}`);
  if (Array.isArray(value)) return arrayText(value as readonly BoundValue[]);
  throw new BugError("an array holds a value that no codec makes.");
};

export const arrayText = (values: readonly BoundValue[]): string => `{${values.map(elementText).join(",")}}`;
