/**
 * What a session has in hand: the objects it tracks, those to insert and those to delete, and how to go back when a transaction is rolled back.
 *
 *     mark ── writes, each leaving an undo in the journal ──▶ release (kept)
 *       ▲                                                        │
 *       └──────────────────── restore ◀──────────────────────────┘ (rolled back)
 *
 * A session and the transactions inside it share one.
 */
import { ConfigurationError } from "../../base/errors.ts";
import { rootOf } from "../../query/root.ts";
import type { AnyModel } from "../../schema/entity.ts";
import type { Table } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import { trackingOfValues } from "./entity-state.ts";
import type { EntityState } from "./entity-state.ts";
import { Hooks } from "../hooks.ts";
import { keepingOf } from "./kept-value.ts";
import { IdentityMap, keptKey } from "./identity-map.ts";
import type { Row } from "../writes/prepared-row.ts";
import { keepUnwritten, own, releaseStrangers, takeOut } from "./relations.ts";

export type Undo = () => void;

export interface UnitOwner {
  readonly isOpen: boolean;
}

/** The point that a rollback goes back to: what was not written yet when the transaction began. */
export interface Mark {
  readonly journal: number;
  readonly callbacks: number;
  readonly added: ReadonlySet<Row>;
  readonly deleted: ReadonlySet<Row>;
  /** Objects with changes, and their values at the time. */
  readonly unwritten: ReadonlyMap<Row, Readonly<Row>>;
  /** Gives relations back what they said and was not written. */
  readonly relations: Undo;
  readonly isTainted: boolean;
  readonly isRecording: boolean;
}

export const tableOfInstance = (instance: object, use: string): Table => {
  if (typeof instance === "object" && instance !== null && typeof instance.constructor === "function" && instance.constructor !== Object) {
    return rootOf(instance.constructor as unknown as AnyModel).table;
  }
  throw new ConfigurationError(`${use} takes an instance of a model, not ${describe(instance)}.`);
};

/** The columns of an object that have a value or NULL, by property. */
export const valuesOf = (table: Table, object: Row): Row => {
  const values: Row = {};
  for (const { property } of table.columns) if (Object.hasOwn(object, property)) values[property] = object[property];
  return values;
};

/** The same as copies, which stay as they are when the object's documents, dates and bytes change in place. */
const copiesOf = (table: Table, object: Row): Row => {
  const values = valuesOf(table, object);
  for (const { property, type } of table.columns) {
    const keeping = keepingOf(type);
    if (keeping !== null && Object.hasOwn(values, property)) values[property] = keeping.restore(keeping.keep(values[property]));
  }
  return values;
};

/** Gives an object exactly these column values. */
export const putBack = (table: Table, object: Row, values: Readonly<Row>): void => {
  for (const { property } of table.columns) {
    if (Object.hasOwn(values, property)) object[property] = values[property];
    else if (Object.hasOwn(object, property)) delete object[property];
  }
};

export class UnitOfWork {
  readonly identities = new IdentityMap();
  readonly hooks = new Hooks();
  added = new Set<Row>();
  deleted = new Set<Row>();
  /** Called once when everything has been committed. */
  readonly afterCommit: (() => unknown)[] = [];
  /** To be called now: what they were registered with has been undone. */
  readonly undone: (() => unknown)[] = [];
  /** Whether a statement that names no objects has changed rows in the open transaction: what is read after it may be undone. */
  isTainted = false;
  /** Whether a transaction is open that could be rolled back. */
  isRecording = false;
  /** Who works with it now: while a transaction does, the session around it stands by. */
  owner: UnitOwner | null = null;
  readonly #journal: Undo[] = [];
  /** Objects whose rows were just deleted. */
  #departed: Set<Row> | null = null;
  /** Objects of others that relations here show by right: their rows are there, and this session does not write them. */
  #guests: WeakSet<Row> | null = null;

  /** Nothing in hand at all: the test that a session without objects pays for. */
  get isEmpty(): boolean {
    return this.identities.isEmpty && this.added.size === 0 && this.deleted.size === 0;
  }

  add(object: Row): void {
    const table = tableOfInstance(object, "add()");
    this.deleted.delete(object);
    this.#guests?.delete(object);
    if (this.identities.stateOf(table, object) === undefined) this.added.add(object);
  }

  /** Lets relations show an object that is not this session's and has its row. */
  welcome(object: Row): void {
    (this.#guests ??= new WeakSet()).add(object);
  }

  isGuest(object: Row): boolean {
    return this.#guests?.has(object) === true;
  }

  delete(object: Row): void {
    const table = tableOfInstance(object, "delete()");
    if (this.added.delete(object)) return;
    const missing = table.primaryKey.find(({ property }) => own(object, property) === null);
    if (missing !== undefined) {
      throw new ConfigurationError(`delete(): this ${table.modelName} has no '${missing.property}', so it has no row. Add it first.`, {
        model: table.modelName,
        property: missing.property,
      });
    }
    this.deleted.add(object);
  }

  /** Lets go of an object: it is not tracked, inserted or deleted any more. Relations that show it go on doing so. */
  expunge(object: Row): void {
    const state = this.identities.search(tableOfInstance(object, "expunge()"), object);
    if (state !== undefined) {
      this.identities.delete(state);
      this.welcome(object);
    }
    this.added.delete(object);
    this.deleted.delete(object);
  }

  clear(): void {
    this.identities.clear();
    this.added.clear();
    this.deleted.clear();
  }

  record(undo: Undo): void {
    if (this.isRecording) this.#journal.push(undo);
  }

  /** What becomes of an object that was read: it is let go again when what was read is undone. */
  admitted(state: EntityState): void {
    this.hooks.loaded(state.tracking.table, state.object);
    if (this.isTainted) this.record(() => this.identities.delete(state));
  }

  /** The object's row is now what the object says. Returns the state. */
  written(table: Table, object: Row, before?: EntityState, tracking = trackingOfValues(table, object)): EntityState {
    const state = tracking.track(object);
    // Where the key has stayed the new state just takes the place of the old one.
    if (before !== undefined && keptKey(before) !== keptKey(state)) this.identities.delete(before);
    const replaced = this.identities.set(state);
    // Without a transaction nothing is ever undone: no closure for each of ten thousand rows.
    if (!this.isRecording) return state;
    this.#journal.push(() => {
      this.identities.delete(state);
      if (replaced !== undefined) this.identities.set(replaced);
      if (before !== undefined) this.identities.set(before);
    });
    return state;
  }

  /** The object's row is gone. */
  gone(state: EntityState): void {
    this.identities.delete(state);
    (this.#departed ??= new Set()).add(state.object);
    this.record(() => {
      this.identities.set(state);
      this.#departed?.delete(state.object);
    });
  }

  /** After rows were deleted: their objects leave the relations in hand, or the next flush would take them for new ones. */
  takeOutDeparted(): void {
    if (this.#departed === null || this.#departed.size === 0) return;
    takeOut(this.identities, this.#departed, (undo) => this.record(undo));
    this.#departed.clear();
  }

  /** Returns what undoes all that is recorded from here on. */
  checkpoint(): Undo {
    const { length } = this.#journal;
    return () => {
      while (this.#journal.length > length) this.#journal.pop()!();
    };
  }

  /** Has `call` called when everything up to here is undone. */
  onUndo(call: () => unknown): void {
    this.#journal.push(() => void this.undone.push(call));
  }

  /** Where to go back to when what follows is rolled back. */
  mark(): Mark {
    const isUntouched = this.#journal.length === 0 && this.afterCommit.length === 0 && !this.isTainted && !this.isRecording;
    if (isUntouched && this.isEmpty) return startMark;
    const unwritten = new Map<Row, Readonly<Row>>();
    for (const state of this.identities.states()) {
      if (state.tracking.isChanged(state)) unwritten.set(state.object, copiesOf(state.tracking.table, state.object));
    }
    for (const object of this.added) unwritten.set(object, copiesOf(tableOfInstance(object, "add()"), object));
    return {
      journal: this.#journal.length,
      callbacks: this.afterCommit.length,
      added: new Set(this.added),
      deleted: new Set(this.deleted),
      unwritten,
      relations: keepUnwritten(this),
      isTainted: this.isTainted,
      isRecording: this.isRecording,
    };
  }

  /** Objects become what they were at the mark: their values, their keys, and whether they are tracked. */
  restore(mark: Mark): void {
    while (this.#journal.length > mark.journal) this.#journal.pop()!();
    this.added = new Set(mark.added);
    this.deleted = new Set(mark.deleted);
    this.afterCommit.length = mark.callbacks;
    this.isTainted = mark.isTainted;
    this.isRecording = mark.isRecording;
    for (const state of this.identities.states()) if (state.tracking.isChanged(state)) state.tracking.restore(state);
    for (const [object, values] of mark.unwritten) putBack(tableOfInstance(object, "rollback()"), object, values);
    releaseStrangers(this);
    mark.relations();
  }

  /** Nobody knows whether what was written is there: lets go of everything, so that nothing is written twice. Objects keep their values. */
  forget(): void {
    this.settle();
    this.clear();
    this.#departed?.clear();
  }

  /** Everything since the first mark is permanent. Returns what is to be called now. */
  settle(): (() => unknown)[] {
    this.#journal.length = 0;
    this.isTainted = false;
    this.isRecording = false;
    return this.afterCommit.splice(0);
  }
}

/** A unit of work's beginning: nothing unwritten, nothing to undo. */
export const startMark: Mark = {
  journal: 0,
  callbacks: 0,
  added: new Set(),
  deleted: new Set(),
  unwritten: new Map(),
  relations: () => {},
  isTainted: false,
  isRecording: false,
};
