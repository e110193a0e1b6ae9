/** What tables, columns and foreign keys of a live database are called in the models made from them. Every name is an identifier, and stands once. */
import { camelCase, singular } from "../../schema/naming.ts";
import type { ObjectName } from "../../schema/snapshot.ts";
import { reservedName } from "../../schema/reserved-name.ts";

/** Classes that a model must not hide in its own file. */
const taken = [
  "Array",
  "BigInt",
  "Boolean",
  "Date",
  "Error",
  "Function",
  "JSON",
  "Map",
  "Math",
  "Model",
  "Number",
  "Object",
  "Promise",
  "Proxy",
  "Reflect",
  "RegExp",
  "Set",
  "String",
  "Symbol",
  "Uint8Array",
];

/** `name`, or `name2`, `name3`, …: the first that is not in `names`, which then has it. */
export const unique = (name: string, names: Set<string>): string => {
  let found = name;
  for (let number = 2; names.has(found); number++) found = `${name}${number}`;
  names.add(found);
  return found;
};

/** The letters and digits of a name, its words joined in camel case; `fallback` where nothing is left. */
const identifier = (name: string, fallback: string): string => {
  const words = name.split(/[^\p{L}\p{N}$_]+/u).filter((word) => word !== "");
  const joined = camelCase(words.map((word) => word.replace(/^_+|_+$/g, "")).join("_")).replaceAll("__", "_");
  const bare = joined.replace(/^\p{Lu}+(?=\p{Lu}|$)|^\p{Lu}/u, (start) => start.toLowerCase());
  if (bare === "") return fallback;
  return /^[\p{L}_$]/u.test(bare) ? bare : `${fallback}${bare}`;
};

const capitalised = (name: string): string => name.replace(/^./u, (letter) => letter.toUpperCase());

/** `order_lines` is called `OrderLine`. */
export const className = ({ schema, name }: ObjectName, names: Set<string>): string => {
  const found = capitalised(identifier(singular(name), "table"));
  const usable = taken.includes(found) ? `${found}Row` : found;
  if (schema === null || !names.has(usable)) return unique(usable, names);
  return unique(`${capitalised(identifier(schema, "schema"))}${usable}`, names);
};

/** `created_at` is called `createdAt`; a name that means something to JavaScript or to lookups gets a word behind it. */
export const propertyName = (column: string, names: Set<string>): string => {
  const found = identifier(column, "column");
  const usable = reservedName(found) === null ? found : `${found.replace(/_+$/, "")}Column`;
  return unique(reservedName(usable) === null ? usable : "column", names);
};

/** `authorId` leads to `author`; a key that is called otherwise to what its target is called. */
export const relationName = (property: string, target: string, names: Set<string>): string => {
  const base = /^(.+[^_])_?I[dD]$/.exec(property)?.[1] ?? identifier(singular(target), "target");
  return unique(reservedName(base) === null ? base : `${base}Row`, names);
};

/** The way back: `posts`, `post` where there is one, `postsByEditor` where two keys lead here. */
export const inverseName = (table: string, facts: { isOne: boolean; by: string | null }, names: Set<string>): string => {
  const base = identifier(facts.isOne ? singular(table) : table, "rows");
  const whole = facts.by === null ? base : `${base}By${capitalised(facts.by)}`;
  return unique(reservedName(whole) === null ? whole : `${whole}Rows`, names);
};
