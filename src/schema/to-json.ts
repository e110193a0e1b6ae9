/**
 * What `JSON.stringify(user)` writes: the columns and relations that are there, without those that the model hides. Nothing is loaded for it.
 *
 *     bigint    its digits, as a string          timestamp    ISO 8601, as JavaScript writes it
 *     bytes     base64                           the others   as they are; NaN and the infinities are null, as in all JSON
 *
 * Objects of a session may lie inside themselves (a post's author's posts). Each is written in full where it is nearest to the outermost one,
 * and deeper inside by its primary key alone: that ends, and is no longer than what a query without a session would have loaded.
 */
import { modelDefinitionOf } from "./model-definition.ts";
import { definedTable } from "./registry.ts";
import type { Table } from "./table.ts";

type Row = Readonly<Record<string, unknown>>;

/** The text that is being written: how deep the writer is, and how deep each object lies at the least. */
interface Writing {
  depth: number;
  readonly depths: Map<object, number>;
}
let writing: Writing | null = null;

const isEntity = (value: unknown): value is Row =>
  typeof value === "object" &&
  value !== null &&
  typeof value.constructor === "function" &&
  modelDefinitionOf(value.constructor) !== undefined;

/** The objects that relations of these lead to. */
const partners = (row: Row, table: Table): Row[] =>
  table.relationNames.flatMap((name) => {
    const value = Object.hasOwn(row, name) ? row[name] : null;
    return Array.isArray(value) ? value.filter(isEntity) : isEntity(value) ? [value] : [];
  });

/** Notes how deep each object lies below `row`, nearest first. */
const measure = (row: Row, from: number, depths: Map<object, number>): void => {
  depths.set(row, from);
  let level: Row[] = [row];
  for (let depth = from + 1; level.length > 0; depth++) {
    const next = level.flatMap((each) => partners(each, definedTable(each.constructor)));
    level = [];
    for (const each of next) {
      if (depths.has(each)) continue;
      depths.set(each, depth);
      level.push(each);
    }
  }
};

const plain = (value: unknown): unknown => {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toJSON();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  if (isEntity(value)) return entity(value);
  if (Array.isArray(value)) return value.map(plain);
  return value;
};

const keyOf = (row: Row, { primaryKey }: Table): object =>
  Object.fromEntries(primaryKey.filter(({ hidden }) => !hidden).map(({ property }) => [property, plain(row[property])]));

/** An object inside another one. */
const entity = (row: Row): unknown => {
  const open = writing!;
  const known = open.depths.get(row);
  if (known === undefined) measure(row, open.depth, open.depths);
  else if (known < open.depth) return keyOf(row, definedTable(row.constructor));
  // A model may have a `toJSON` of its own, which may call this one.
  return (row as { toJSON(): unknown }).toJSON();
};

const written = (row: Row, table: Table, open: Writing): object => {
  const result: Record<string, unknown> = {};
  open.depth++;
  try {
    // Enumerable properties of the prototype count: those of lazy rows are there.
    for (const name in row) {
      const column = table.byProperty.get(name);
      if (column?.hidden === true) continue;
      const value = column?.type.kind === "json" ? row[name] : plain(row[name]);
      if (value !== undefined) Object.defineProperty(result, name, { value, writable: true, enumerable: true, configurable: true });
    }
  } finally {
    open.depth--;
  }
  return result;
};

/** The `toJSON` of every model. */
export const instanceToJson = (row: object): object => {
  const table = definedTable(row.constructor);
  if (writing !== null) return written(row as Row, table, writing);
  writing = { depth: 0, depths: new Map() };
  try {
    measure(row as Row, 0, writing.depths);
    return written(row as Row, table, writing);
  } finally {
    writing = null;
  }
};
