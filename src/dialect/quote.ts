/** Identifiers in SQL text. Both databases quote with `"`, and double it inside. */
import { ConfigurationError } from "../base/errors.ts";

const known = new Map<string, string>();
const knownLimit = 4000;

const quoted = (name: string): string => {
  if (typeof name !== "string" || name === "") throw new ConfigurationError("A table, column or alias has an empty name. Give it one.");
  if (name.includes("\0")) {
    throw new ConfigurationError("The name of a table, column or alias contains a NUL character, which no database accepts. Remove it.");
  }
  return `"${name.replaceAll('"', '""')}"`;
};

/** `name` as an identifier, whatever is in it. Throws `ConfigurationError` for an empty name and for NUL. */
export const quote = (name: string): string => {
  const found = known.get(name);
  if (found !== undefined) return found;
  const text = quoted(name);
  if (known.size >= knownLimit) known.clear();
  known.set(name, text);
  return text;
};

/** `"schema"."name"`, or `"name"` in the default schema. */
export const qualified = ({ schema, name }: { readonly schema: string | null; readonly name: string }): string =>
  schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;

/** `"a", "b"`. */
export const quoteAll = (columns: readonly { readonly name: string }[]): string => columns.map((column) => quote(column.name)).join(", ");
