/**
 * What a session knows of one tracked object: the object itself and the values its row had, as columns `v0`, `v1`, …
 *
 *     { object, v0: 1, v1: "Ann", v2: 1767225600000 }        one small object per tracked one; its class knows the columns
 *
 * The class is generated, so that keeping and comparing cost a few nanoseconds per column (`docs/performance.md`, tracking).
 * A state is never changed: after a write a new one takes its place, and the old one is what a rollback goes back to.
 */
import { canGenerate } from "../../rows/generated-code.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { keepingOf, keptDocument } from "./kept-value.ts";
import type { Keeping } from "./kept-value.ts";
import type { Row } from "../writes/prepared-row.ts";

export interface EntityState {
  readonly object: Row;
  readonly tracking: Tracking;
}

type Slot = `v${number}`;
type Slots = EntityState & Readonly<Record<Slot, unknown>>;
type MakeState = (object: Row, stored: readonly unknown[] | null, positions: readonly number[] | null) => EntityState;
type TestState = (state: EntityState) => boolean;

interface Compiled {
  readonly make: MakeState;
  readonly plainKey: (object: Row) => string | number;
  readonly plainKeptKey: (state: EntityState) => string | number;
  readonly isChanged: TestState;
}

/** Which columns of a table's objects are kept: all of them, or those that a query fetched. */
export class Tracking {
  readonly table: Table;
  readonly columns: readonly TableColumn[];
  /** The columns that were not fetched. */
  readonly missing: readonly TableColumn[];
  /** The tracked columns that hold JSON: `track` takes the positions of their stored texts in this order. */
  readonly documents: readonly TableColumn[];
  readonly #keepings: readonly (Keeping | null)[];
  readonly #slots: readonly Slot[];
  /** Whether a write of a row changes columns that nobody assigned: a version, `updatedAt`. */
  readonly renews: boolean;
  readonly #compiled: Compiled;
  /** Reads the primary key of an object that was just read, where it is one number or text, and so is the key in an identity map; `null` elsewhere. */
  readonly plainKey: ((object: Row) => string | number) | null;
  /** The same of a state: the key that its row had. */
  readonly plainKeptKey: ((state: EntityState) => string | number) | null;

  constructor(table: Table, columns: readonly TableColumn[]) {
    this.table = table;
    this.columns = columns;
    this.missing = table.columns.filter((column) => !columns.includes(column));
    this.documents = columns.filter((column) => column.type.kind === "json");
    this.#keepings = columns.map((column) => keepingOf(column.type));
    this.#slots = columns.map((_, index) => `v${index}` as const);
    this.renews = table.version !== null || table.columns.some(({ onUpdate }) => onUpdate !== null);
    this.#compiled = canGenerate() ? generated(this, this.#keepings) : interpreted(this, this.#keepings);
    this.plainKey = hasPlainKey(this) ? this.#compiled.plainKey : null;
    this.plainKeptKey = hasPlainKey(this) ? this.#compiled.plainKeptKey : null;
  }

  /** The state of an object as it is now. `stored` is the undecoded row it was just read from, and `positions` where the JSON columns are in it. */
  track(object: Row, stored: readonly unknown[] | null = null, positions: readonly number[] | null = null): EntityState {
    return this.#compiled.make(object, stored, positions);
  }

  /** Whether the object differs from its row in any column. */
  isChanged(state: EntityState): boolean {
    return this.#compiled.isChanged(state) || (this.missing.length > 0 && this.#assigned(state).length > 0);
  }

  /** The columns in which the object differs from its row. `undefined` says nothing, as in `update()`. */
  changes(state: EntityState): TableColumn[] {
    const { object } = state;
    const changed: TableColumn[] = [];
    for (let index = 0; index < this.columns.length; index++) {
      const column = this.columns[index]!;
      const value = object[column.property];
      if (value !== undefined && !this.#isSame(index, value, state)) changed.push(column);
    }
    return this.missing.length === 0 ? changed : [...changed, ...this.#assigned(state)];
  }

  /** Whether the object says what its row had, of every column that was fetched but those in `others`. */
  isUnchangedBut(others: Readonly<Row>, state: EntityState): boolean {
    const { object } = state;
    for (let index = 0; index < this.columns.length; index++) {
      const { property } = this.columns[index]!;
      if (Object.hasOwn(others, property)) continue;
      if (!Object.hasOwn(object, property) || !this.#isSame(index, object[property], state)) return false;
    }
    return true;
  }

  /** The value that the row had; `undefined` for a column that was not fetched. */
  kept(state: EntityState, column: TableColumn): unknown {
    const index = this.columns.indexOf(column);
    if (index < 0) return undefined;
    const value = (state as Slots)[this.#slots[index]!];
    return this.#keepings[index]?.restore(value) ?? value;
  }

  /** Gives the object back the values that its row had. Objects that are equal stay the same ones. */
  restore(state: EntityState): void {
    const { object } = state;
    this.columns.forEach((column, index) => {
      const { property } = column;
      if (!Object.hasOwn(object, property) || !this.#isSame(index, object[property], state)) object[property] = this.kept(state, column);
    });
    for (const { property } of this.missing) if (Object.hasOwn(object, property)) delete object[property];
  }

  #isSame(index: number, value: unknown, state: EntityState): boolean {
    const keeping = this.#keepings[index] ?? null;
    const kept = (state as Slots)[this.#slots[index]!];
    return keeping === null ? Object.is(value, kept) || value === kept : keeping.isSame(value, kept);
  }

  /** Columns that were not fetched and have been given a value since. */
  #assigned({ object }: EntityState): TableColumn[] {
    return this.missing.filter(({ property }) => Object.hasOwn(object, property) && object[property] !== undefined);
  }
}

const hasPlainKey = ({ table: { primaryKey }, columns }: Tracking): boolean =>
  primaryKey.length === 1 &&
  columns.includes(primaryKey[0]!) &&
  (primaryKey[0]!.type.kind === "int" || primaryKey[0]!.type.kind === "text");

const generated = (tracking: Tracking, keepings: readonly (Keeping | null)[]): Compiled => {
  const { columns, documents } = tracking;
  const keys = columns.map((_, index) => `k${index}`);
  const kept = keepings.map((keeping, index) => {
    const value = `o[k${index}]`;
    if (keeping === null) return value;
    const place = documents.indexOf(columns[index]!);
    return place < 0
      ? `keep[${index}].keep(${value})`
      : `(r === null ? keep[${index}].keep(${value}) : document(${value}, r[p[${place}]]))`;
  });
  const tests = keepings.map((keeping, index) => {
    const [value, before] = [`o[k${index}]`, `s.v${index}`];
    if (keeping !== null) return `!keep[${index}].isSame(${value}, ${before})`;
    return `(${value} !== ${before} && (${value} === ${value} || ${before} === ${before}))`;
  });
  const keyIndex = Math.max(0, columns.indexOf(tracking.table.primaryKey[0]!));
  // The source holds names made here and integers, nothing else.
  const source = `"use strict";
    function State(o, r, p) { this.object = o; ${kept.map((value, index) => `this.v${index} = ${value};`).join(" ")} }
    State.prototype.tracking = tracking;
    return {
      make: (o, r, p) => new State(o, r, p),
      plainKey: (o) => o[k${keyIndex}],
      plainKeptKey: (s) => s.v${keyIndex},
      isChanged: (s) => { const o = s.object; return ${tests.join(" || ") || "false"}; },
    };`;
  const make = new Function("tracking", "keep", "document", ...keys, source);
  return make(tracking, keepings, keptDocument, ...columns.map((column) => column.property)) as Compiled;
};

/** For processes that may not make code from strings. */
const interpreted = (tracking: Tracking, keepings: readonly (Keeping | null)[]): Compiled => {
  const { columns, documents } = tracking;
  return {
    make: (object, stored, positions) => {
      const state: Record<string, unknown> = { object, tracking };
      columns.forEach((column, index) => {
        const value = object[column.property];
        const place = stored === null ? -1 : documents.indexOf(column);
        state[`v${index}`] = place < 0 ? (keepings[index]?.keep(value) ?? value) : keptDocument(value, stored![positions![place]!]);
      });
      return state as unknown as EntityState;
    },
    plainKey: (object) => object[tracking.table.primaryKey[0]!.property] as string | number,
    plainKeptKey: (state) => (state as Slots)[`v${columns.indexOf(tracking.table.primaryKey[0]!)}`] as string | number,
    isChanged: (state) =>
      columns.some((column, index) => {
        const value = state.object[column.property];
        const kept = (state as Slots)[`v${index}`];
        const keeping = keepings[index] ?? null;
        return keeping === null ? !Object.is(value, kept) && value !== kept : !keeping.isSame(value, kept);
      }),
  };
};

const trackings = new WeakMap<Table, Map<string, Tracking>>();

/** The tracking of a table's columns; the same object each time, so that its code is made once. Without `columns`: of all. */
export const trackingOf = (table: Table, columns: readonly TableColumn[] = table.columns): Tracking => {
  let known = trackings.get(table);
  if (known === undefined) trackings.set(table, (known = new Map()));
  const key = columns.length === table.columns.length ? "" : columns.map((column) => column.position).join();
  let tracking = known.get(key);
  if (tracking === undefined) known.set(key, (tracking = new Tracking(table, key === "" ? table.columns : columns)));
  return tracking;
};

/** The tracking of the columns that an object has a value or NULL for. */
export const trackingOfValues = (table: Table, object: Row): Tracking => {
  for (const { property } of table.columns) {
    // In this order: a column that was not fetched explains itself when it is read.
    if (Object.hasOwn(object, property) && object[property] !== undefined) continue;
    return trackingOf(
      table,
      table.columns.filter((column) => Object.hasOwn(object, column.property) && object[column.property] !== undefined),
    );
  }
  return trackingOf(table);
};

/** Whether the object holds these very values already. */
export const saysAlready = (object: Readonly<Row>, now: Readonly<Row>): boolean => {
  // In this order: a column that was not fetched explains itself when it is read.
  for (const property in now) if (!Object.hasOwn(object, property) || object[property] !== now[property]) return false;
  return true;
};

/**
 * The state of an object whose row has changed: `now` are the columns that changed, or were not known before, and what they hold.
 * The object itself is left as it is.
 */
export const rebased = (state: EntityState, now: Readonly<Row>): EntityState => {
  const { object, tracking } = state;
  const { table } = tracking;
  if (tracking.missing.length === 0 && saysAlready(object, now) && tracking.isUnchangedBut(now, state)) return tracking.track(object);
  const columns = table.columns.filter((column) => tracking.columns.includes(column) || Object.hasOwn(now, column.property));
  const current = columns.map(({ property }) => {
    const isThere = Object.hasOwn(object, property);
    return [property, isThere, isThere ? object[property] : undefined] as const;
  });
  for (const column of columns) {
    const { property } = column;
    object[property] = Object.hasOwn(now, property) ? now[property] : tracking.kept(state, column);
  }
  const next = trackingOf(table, columns).track(object);
  for (const [property, isThere, value] of current) {
    if (isThere) object[property] = value;
    else delete object[property];
  }
  return next;
};
