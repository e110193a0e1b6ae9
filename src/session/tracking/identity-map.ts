/** One object for each row: the states of tracked objects by table and primary key. Holds them strongly, until they are expunged or the session goes. */
import type { Table, TableColumn } from "../../schema/table.ts";
import type { EntityState } from "./entity-state.ts";
import type { Row } from "../writes/prepared-row.ts";

/** What equal keys share. */
export type Key = string | number | bigint;

const scalarKey = (value: unknown, { type }: TableColumn): Key | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return type.kind === "uuid" ? value.toLowerCase() : value;
  if (typeof value === "number" || typeof value === "bigint") return type.kind === "bigint" ? BigInt(value) : value;
  if (value instanceof Date) return value.getTime();
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Uint8Array ? value.join() : JSON.stringify(value);
};

/** The key that values of columns make; `null` when one is missing. Throws `RangeError` for a fraction where a whole number is needed. */
export const keyOf = (columns: readonly TableColumn[], values: readonly unknown[]): Key | null => {
  if (columns.length === 1) return scalarKey(values[0], columns[0]!);
  let key = "";
  for (let index = 0; index < columns.length; index++) {
    const part = scalarKey(values[index], columns[index]!);
    if (part === null) return null;
    const text = String(part);
    key += `${text.length}:${text}`;
  }
  return key;
};

/** The key that values of a primary key make. */
export const keyOfValues = (table: Table, values: readonly unknown[]): Key | null => keyOf(table.primaryKey, values);

export const keyOfObject = (table: Table, object: Row): Key | null => {
  const { primaryKey } = table;
  if (primaryKey.length === 1) {
    const value = object[primaryKey[0]!.property];
    return typeof value === "number" && primaryKey[0]!.type.kind === "int" ? value : scalarKey(value, primaryKey[0]!);
  }
  return keyOfValues(
    table,
    primaryKey.map(({ property }) => object[property]),
  );
};

export class IdentityMap {
  readonly #tables = new Map<Table, Map<Key, EntityState>>();

  get size(): number {
    let size = 0;
    for (const states of this.#tables.values()) size += states.size;
    return size;
  }

  get isEmpty(): boolean {
    return this.#tables.size === 0;
  }

  /** The states of one table's objects by key. */
  of(table: Table): Map<Key, EntityState> {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    const made = new Map<Key, EntityState>();
    this.#tables.set(table, made);
    return made;
  }

  *states(): Generator<EntityState> {
    for (const states of this.#tables.values()) yield* states.values();
  }

  tables(): IterableIterator<[Table, Map<Key, EntityState>]> {
    return this.#tables.entries();
  }

  /** The state of an object, found by the key it has now; `undefined` when it is not tracked. */
  stateOf(table: Table, object: Row): EntityState | undefined {
    const states = this.#tables.get(table);
    if (states === undefined) return undefined;
    const key = keyOfObject(table, object);
    const found = key === null ? undefined : states.get(key);
    return found?.object === object ? found : undefined;
  }

  /** The same for an object whose key may have been changed since it was read. */
  search(table: Table, object: Row): EntityState | undefined {
    const found = this.stateOf(table, object);
    if (found !== undefined) return found;
    for (const state of this.#tables.get(table)?.values() ?? []) if (state.object === object) return state;
    return undefined;
  }

  /** Returns the state that had the key before. */
  set(state: EntityState): EntityState | undefined {
    const states = this.of(state.tracking.table);
    const key = keptKey(state);
    const replaced = states.get(key);
    states.set(key, state);
    return replaced;
  }

  delete(state: EntityState): void {
    const states = this.of(state.tracking.table);
    const key = keptKey(state);
    if (states.get(key)?.object === state.object) states.delete(key);
  }

  clear(): void {
    this.#tables.clear();
  }
}

/** The key of the row that a state was read from, whatever has become of the object's own. */
export const keptKey = (state: EntityState): Key => {
  const { tracking } = state;
  if (tracking.plainKeptKey !== null) return tracking.plainKeptKey(state);
  const { table } = tracking;
  if (table.primaryKey.length === 1) return scalarKey(tracking.kept(state, table.primaryKey[0]!), table.primaryKey[0]!)!;
  const values = table.primaryKey.map((column) => tracking.kept(state, column));
  // A row that was read or written has all of its key.
  return keyOfValues(table, values)!;
};
