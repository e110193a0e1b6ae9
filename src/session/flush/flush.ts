/**
 * Writes what an unit of work has in hand, in one go:
 *
 *     cascade → hooks → check everything → inserts, parents first → updates → deletes, children first → hooks
 *
 * Nothing is written before everything has been checked. A failed flush leaves the objects as they were before it; the caller undoes the rows.
 */
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Runner } from "../../engine/run.ts";
import { assignmentsOf } from "../../query/expressions/assignments.ts";
import { rootOf } from "../../query/root.ts";
import type { Root } from "../../query/root.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { changeAt } from "../writes/change-row.ts";
import type { RowPlace } from "../writes/change-row.ts";
import { changeAll, deleteAll } from "../writes/change-rows.ts";
import type { RowChange } from "../writes/change-rows.ts";
import { Cascade } from "./cascade.ts";
import type { PendingKey } from "./cascade.ts";
import type { EntityState } from "../tracking/entity-state.ts";
import { checkAll } from "./flush-check.ts";
import { flushOne, onlyChanged, placeOfState, plainAssignments } from "./flush-one.ts";
import { inOrder } from "./flush-plan.ts";
import type { DeferredKey, Node } from "./flush-plan.ts";
import { insertUniform, uniformRows } from "../writes/insert-rows.ts";
import { addPairs, pairsOf } from "../tracking/join-table.ts";
import { prepareRow } from "../writes/prepared-row.ts";
import type { Row } from "../writes/prepared-row.ts";
import { forgetDependents } from "./dependents.ts";
import { alignWithKeys, own } from "../tracking/relations.ts";
import { putBack, tableOfInstance, valuesOf } from "../tracking/unit-of-work.ts";
import type { UnitOfWork } from "../tracking/unit-of-work.ts";
import { writeBatch } from "../writes/write-batch.ts";
import type { Ending, OpenFlush, SendWrites } from "../writes/write-batch.ts";

interface Changed {
  readonly state: EntityState;
  columns: readonly TableColumn[];
}

/** Everything that one flush is about. */
interface Work {
  readonly cascade: Cascade;
  readonly inserts: readonly Node[];
  readonly updates: readonly Changed[];
  readonly deletes: readonly Node[];
}

const rootOfNode = ({ table }: Node | { readonly table: Node["table"] }): Root => rootOf(table.model);
const nodeFor = (object: Row): Node => ({ table: tableOfInstance(object, "flush()"), object });

const workOf = (unit: UnitOfWork, cascade: Cascade): Work => {
  cascade.run();
  const waiting = new Set(cascade.pending.map(({ child }) => child));
  const updates: Changed[] = [];
  for (const states of unit.identities.tables()) {
    for (const state of states[1].values()) {
      if (unit.deleted.has(state.object)) continue;
      if (state.tracking.isChanged(state) || waiting.has(state.object)) updates.push({ state, columns: state.tracking.changes(state) });
    }
  }
  const changed = updates.filter(({ state, columns }) => columns.length > 0 || waiting.has(state.object));
  return { cascade, inserts: [...unit.added].map(nodeFor), updates: changed, deletes: [...unit.deleted].map(nodeFor) };
};

/** Whether a flush would write anything. Leaves everything as it is. */
export const hasWork = (unit: UnitOfWork): boolean => {
  const only = onlyChanged(unit);
  if (only === null) return false;
  const { added } = unit;
  unit.added = new Set(added);
  const cascade = new Cascade(unit);
  try {
    return !isNothing(workOf(unit, cascade));
  } finally {
    cascade.undo();
    unit.added = added;
  }
};

const isNothing = ({ inserts, updates, deletes, cascade }: Work): boolean =>
  inserts.length + updates.length + deletes.length + cascade.links.length === 0;

/** What is in hand and not written, for those who ask. */
export const changedObjects = (unit: UnitOfWork): Row[] => {
  const changed: Row[] = [];
  for (const state of unit.identities.states()) {
    if (!unit.deleted.has(state.object) && state.tracking.isChanged(state) && state.tracking.changes(state).length > 0)
      changed.push(state.object);
  }
  return changed;
};

/** Runs the `before` hooks, each object's once, also of objects that a hook adds. Returns the work as they left it. */
const afterBeforeHooks = async (unit: UnitOfWork, first: Work, session: object): Promise<Work> => {
  const done = new Set<Row>();
  let work = first;
  for (;;) {
    let called = 0;
    for (const [name, nodes] of [
      ["beforeInsert", work.inserts],
      ["beforeUpdate", work.updates.map(({ state }) => ({ table: state.tracking.table, object: state.object }))],
      ["beforeDelete", work.deletes],
    ] as const) {
      for (const { table, object } of nodes) {
        if (done.has(object) || !unit.hooks.has(name, table)) continue;
        done.add(object);
        called++;
        await unit.hooks.row(name, table, object, session);
      }
    }
    if (called === 0) return work;
    const cascade = new Cascade(unit);
    cascade.filled.push(...work.cascade.filled);
    work = workOf(unit, cascade);
  }
};

/** One flush: the objects, where they are written, and how to go back. */
class Flush {
  readonly #unit: UnitOfWork;
  readonly #runner: Runner;
  /** How the last writes go when nothing comes behind them but the COMMIT. */
  readonly #ending: Ending | null;
  readonly #before = new Map<Row, { readonly node: Node; readonly values: Readonly<Row> }>();

  constructor(unit: UnitOfWork, runner: Runner, ending: Ending | null) {
    this.#unit = unit;
    this.#runner = runner;
    this.#ending = ending;
  }

  async write({ cascade, inserts, updates, deletes }: Work): Promise<void> {
    const { batches, deferred } = inOrder(inserts, cascade.pending);
    const removals = inOrder(deletes);
    const keys = new Map<Row, PendingKey[]>();
    for (const pending of cascade.pending) keys.set(pending.child, [...(keys.get(pending.child) ?? []), pending]);
    const late = this.#takeOut(deferred);
    const levels = levelsOf(batches, keys);
    const changes = updates.length + cascade.links.length + deletes.length + deferred.length;
    for (const [index, level] of levels.entries()) {
      const isLast = changes === 0 && index === levels.length - 1;
      await this.#insert(level, keys, deferred, isLast ? this.#sendLast : writeBatch);
    }
    await this.#setLate(deferred, late, keys);
    // A change that finds no row is an error, and must not be committed with others.
    const isAlone = inserts.length === 0 && changes === 1 && this.#ending?.isUnwritten === true;
    await this.#update(updates, keys, isAlone ? this.#sendLast : writeBatch);
    await writeBatch(pairsOf(cascade.links), (pairs) => addPairs(this.#runner, pairs));
    await this.#clearBeforeDelete(removals.deferred);
    for (const batch of removals.batches.toReversed()) await this.#delete(batch);
    this.#unit.takeOutDeparted();
  }

  readonly #sendLast: SendWrites = (rows, write) => (this.#ending === null ? writeBatch(rows, write) : this.#ending.send(rows, write));

  #keep(node: Node): void {
    if (!this.#before.has(node.object)) this.#before.set(node.object, { node, values: valuesOf(node.table, node.object) });
  }

  /** Objects get back the values they had before the flush. */
  putBack(): void {
    for (const { node, values } of this.#before.values()) putBack(node.table, node.object, values);
  }

  /** Values of keys that can be set only in a second step. */
  #takeOut(deferred: readonly DeferredKey[]): Map<DeferredKey, unknown> {
    const late = new Map<DeferredKey, unknown>();
    for (const key of deferred) {
      this.#keep(nodeFor(key.child));
      late.set(key, own(key.child, key.column.property));
      key.child[key.column.property] = null;
    }
    return late;
  }

  #fillKeys(object: Row, keys: ReadonlyMap<Row, PendingKey[]>, except: readonly DeferredKey[] = []): void {
    for (const { child, column, parent, parentColumn } of keys.get(object) ?? []) {
      if (!except.some((key) => key.child === child && key.column === column)) child[column.property] = own(parent, parentColumn.property);
    }
  }

  async #insert(
    batch: readonly Node[],
    keys: ReadonlyMap<Row, PendingKey[]>,
    deferred: readonly DeferredKey[],
    send: SendWrites,
  ): Promise<void> {
    const rows = batch.map((node) => {
      this.#keep(node);
      this.#fillKeys(node.object, keys, deferred);
      return prepareRow(node.object, undefined, "flush()");
    });
    const settle = await send(uniformRows(rows), (group) => insertUniform(this.#runner, group));
    rows.forEach((row) => {
      const { node, values } = this.#before.get(row.instance)!;
      this.#unit.record(() => putBack(node.table, node.object, values));
    });
    for (const complete of settle) complete();
    for (const { table, object } of batch) {
      this.#unit.written(table, object);
      this.#unit.added.delete(object);
    }
  }

  async #setLate(
    deferred: readonly DeferredKey[],
    values: ReadonlyMap<DeferredKey, unknown>,
    keys: ReadonlyMap<Row, PendingKey[]>,
  ): Promise<void> {
    const late = new Map<Row, TableColumn[]>();
    for (const key of deferred) {
      key.child[key.column.property] = values.get(key);
      this.#fillKeys(key.child, keys);
      late.set(key.child, [...(late.get(key.child) ?? []), key.column]);
    }
    await this.#change([...late].map(([child, columns]) => ({ state: this.#stateOf(child)!, columns })));
  }

  async #update(updates: readonly Changed[], keys: ReadonlyMap<Row, PendingKey[]>, send: SendWrites): Promise<void> {
    for (const changed of updates) {
      const { state } = changed;
      this.#keep({ table: state.tracking.table, object: state.object });
      this.#fillKeys(state.object, keys);
      changed.columns = state.tracking.changes(state);
    }
    const changed = updates.filter(({ columns }) => columns.length > 0);
    if (changed.length === 1) await send(changed, (each) => this.#changeOne(each));
    else await this.#change(changed);
  }

  #stateOf(object: Row): EntityState | undefined {
    return this.#unit.identities.search(tableOfInstance(object, "flush()"), object);
  }

  #changeOf({ state, columns }: Changed): RowChange {
    const { object, tracking } = state;
    const { table } = tracking;
    this.#keep({ table, object });
    const values = Object.fromEntries(columns.map(({ property }) => [property, object[property]]));
    return { place: placeOfState(state), assignments: assignmentsOf(table, rootOfNode({ table }).scope.source, values, "flush()") };
  }

  #changed(state: EntityState, written: Readonly<Row>): void {
    const { object, tracking } = state;
    Object.assign(object, written);
    this.#unit.written(tracking.table, object, state);
    alignWithKeys(this.#unit.identities, tracking.table, object);
  }

  /** What cannot be written throws at once; a promise means that the write is on its way. */
  #changeOne(changed: Changed): MaybePromise<void> {
    const { state } = changed;
    const { place, assignments } = this.#changeOf(changed);
    const written = changeAt(this.#runner, rootOfNode(state.tracking), place, assignments, { use: "flush()" });
    return whenDone(written, (row) => this.#changed(state, row));
  }

  /** Writes these columns as the objects have them, by as few statements as can be for each table. */
  async #change(changes: readonly Changed[]): Promise<void> {
    for (const [table, ofTable] of byTable(changes, ({ state }) => state.tracking.table)) {
      const rows = ofTable.map((changed) => this.#changeOf(changed));
      const written = await changeAll(this.#runner, rootOfNode({ table }), rows, { use: "flush()" });
      ofTable.forEach(({ state }, index) => this.#changed(state, written[index]!));
    }
  }

  async #clearBeforeDelete(deferred: readonly DeferredKey[]): Promise<void> {
    const unversioned = deferred.map(({ child, column }) => ({ table: tableOfInstance(child, "flush()"), child, column }));
    for (const [table, keys] of byTable(unversioned, (key) => key.table)) {
      const root = rootOfNode({ table });
      const changes = keys.map(({ child, column }): RowChange => {
        // The row goes in this flush: its version and its renewed columns matter to nobody.
        const [assignment] = assignmentsOf(table, root.scope.source, { [column.property]: null }, "flush()");
        return { place: { ...this.#placeOf(child), version: undefined }, assignments: [assignment!] };
      });
      await changeAll(this.#runner, root, changes, { use: "flush()" });
    }
  }

  async #delete(batch: readonly Node[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    const places = batch.map(({ object }) => this.#placeOf(object));
    await deleteAll(this.#runner, rootOfNode(first), places, { use: "flush()" });
    for (const { table, object } of batch) {
      const state = this.#stateOf(object);
      if (state !== undefined) this.#unit.gone(state);
      this.#unit.deleted.delete(object);
      forgetDependents(this.#unit, table, object);
    }
  }

  #placeOf(object: Row): RowPlace {
    const state = this.#stateOf(object);
    if (state !== undefined) return placeOfState(state);
    return { key: keyValuesOf(object, tableOfInstance(object, "flush()").primaryKey), version: undefined, object };
  }
}

/** Batches in their order, those together that need no keys of one another: what is sent together arrives in order. */
const levelsOf = (batches: readonly (readonly Node[])[], keys: ReadonlyMap<Row, PendingKey[]>): Node[][] => {
  const levels: Node[][] = [];
  let together = new Set<Row>();
  const waits = ({ object }: Node): boolean =>
    keys.get(object)?.some(({ parent, parentColumn }) => together.has(parent) && own(parent, parentColumn.property) === null) === true;
  for (const batch of batches) {
    if (levels.length === 0 || batch.some(waits)) {
      levels.push([]);
      together = new Set();
    }
    levels.at(-1)!.push(...batch);
    for (const { object } of batch) together.add(object);
  }
  return levels;
};

const beforeWriting = ["beforeInsert", "beforeUpdate", "beforeDelete"] as const;
const afterWriting = ["afterInsert", "afterUpdate", "afterDelete"] as const;

/** Whether any of these hooks, of inserts, updates and deletes, is to be called: without them nobody has to be waited for. */
const hasHooks = (
  { hooks }: UnitOfWork,
  { inserts, updates, deletes }: Work,
  [insert, update, remove]: typeof beforeWriting | typeof afterWriting,
): boolean =>
  inserts.some(({ table }) => hooks.has(insert, table)) ||
  updates.some(({ state }) => hooks.has(update, state.tracking.table)) ||
  deletes.some(({ table }) => hooks.has(remove, table));

/** They come when everything has been written; what they throw is the caller's to answer with a rollback. */
const afterHooks = async ({ hooks }: UnitOfWork, { inserts, updates, deletes }: Work, session: object): Promise<void> => {
  for (const [name, nodes] of [
    ["afterInsert", inserts],
    ["afterUpdate", updates.map(({ state }) => ({ table: state.tracking.table, object: state.object }))],
    ["afterDelete", deletes],
  ] as const) {
    for (const { table, object } of nodes) if (hooks.has(name, table)) await hooks.row(name, table, object, session);
  }
};

/** The same things table by table, in the order in which the tables come. */
const byTable = <T>(all: readonly T[], tableOf: (one: T) => Table): Map<Table, T[]> => {
  const groups = new Map<Table, T[]>();
  for (const one of all) {
    const table = tableOf(one);
    const known = groups.get(table);
    if (known === undefined) groups.set(table, [one]);
    else known.push(one);
  }
  return groups;
};

const keyValuesOf = (object: Row, columns: readonly TableColumn[]): unknown[] => columns.map(({ property }) => object[property]);

/** The work with its hooks called and all values checked; `null` when there is none. What a failure had filled in is taken back. */
const prepared = async (unit: UnitOfWork, session: object): Promise<Work | null> => {
  const cascade = new Cascade(unit);
  let work: Work | null = null;
  try {
    work = workOf(unit, cascade);
    if (isNothing(work)) return null;
    if (hasHooks(unit, work, beforeWriting)) work = await afterBeforeHooks(unit, work, session);
    checkAll({ pending: work.cascade.pending, inserts: work.inserts, updates: work.updates });
    return work;
  } catch (error) {
    (work?.cascade ?? cascade).undo();
    throw error;
  }
};

/**
 * Writes everything in hand. `open` gives the runner, and is called only when there is something to write.
 * When it fails, objects and sets are what they were before, and the error is thrown: the caller rolls the rows back.
 * `ending`: the transaction is to be committed next, and may be with the last writes.
 */
export const flush = (unit: UnitOfWork, open: OpenFlush, session: object, ending: Ending | null = null): MaybePromise<boolean> => {
  const only = onlyChanged(unit);
  if (only === null) return false;
  const assignments = only === undefined ? null : plainAssignments(unit, only);
  return only === undefined || assignments === null
    ? flushAll(unit, open, session, ending)
    : flushOne(unit, open, only, assignments, ending);
};

const flushAll = async (unit: UnitOfWork, open: OpenFlush, session: object, ending: Ending | null): Promise<boolean> => {
  const added = new Set(unit.added);
  const deleted = new Set(unit.deleted);
  const undoSets = (): void => {
    unit.added = added;
    unit.deleted = deleted;
  };
  const ready = await prepared(unit, session).catch((error: unknown) => {
    undoSets();
    throw error;
  });
  if (ready === null) return false;
  const undo = unit.checkpoint();
  const isFollowed = hasHooks(unit, ready, afterWriting);
  let running: Flush | null = null;
  try {
    await open(async (runner) => {
      running = new Flush(unit, runner, isFollowed ? null : ending);
      await running.write(ready);
    });
  } catch (error) {
    undo();
    (running as Flush | null)?.putBack();
    ready.cascade.undo();
    undoSets();
    throw error;
  }
  if (isFollowed) await afterHooks(unit, ready, session);
  return true;
};
