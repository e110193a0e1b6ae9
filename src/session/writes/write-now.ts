/** The session's calls that write one row at once, and what they mean for the objects in hand. */
import { ConfigurationError, StaleObject } from "../../base/errors.ts";
import { signalOf } from "../../engine/call-limit.ts";
import type { CallOptions } from "../../query/query.ts";
import { QueryBuilder } from "../../query/query-builder.ts";
import type { Table } from "../../schema/table.ts";
import { deleteRow, updateRow } from "./change-row.ts";
import type { ChangeOptions } from "./change-row.ts";
import { forgetDependents } from "../flush/dependents.ts";
import { rebased, trackingOf } from "../tracking/entity-state.ts";
import type { EntityState } from "../tracking/entity-state.ts";
import { keptKey, keyOfObject } from "../tracking/identity-map.ts";
import { insertRow, readBack } from "./insert-row.ts";
import { prepareRow, rootOfInstance } from "./prepared-row.ts";
import type { PreparedRow, Row } from "./prepared-row.ts";
import { alignWithKeys } from "../tracking/relations.ts";
import type { SessionScope } from "../session-scope.ts";
import { putBack, valuesOf } from "../tracking/unit-of-work.ts";
import type { UnitOfWork } from "../tracking/unit-of-work.ts";

/** After rows were inserted: `settle` completes their objects, which are tracked from then on. */
export const trackInserted = (unit: UnitOfWork, rows: readonly PreparedRow[], settle: readonly (() => void)[]): void => {
  if (unit.isRecording) {
    for (const { root, instance } of rows) {
      const before = valuesOf(root.table, instance);
      unit.record(() => putBack(root.table, instance, before));
    }
  }
  for (const complete of settle) complete();
  for (const row of rows) {
    const { root, instance } = row;
    if (unit.added.size > 0) unit.added.delete(instance);
    unit.written(root.table, instance, undefined, isWhole(row) ? trackingOf(root.table) : undefined);
  }
};

/** Whether every column has a value: those that were given do, so that only the others are looked at. */
const isWhole = ({ instance, form: { absent } }: PreparedRow): boolean => {
  for (const { property } of absent) if (!Object.hasOwn(instance, property) || instance[property] === undefined) return false;
  return true;
};

/** Inserts the row of an instance, or of a model's `values`. */
export const insertNow = async (
  scope: SessionScope,
  session: object,
  given: object,
  values: object | undefined,
  options: CallOptions,
): Promise<object> => {
  const { unit } = scope;
  const signal = signalOf(options);
  let row = prepareRow(given, values, "insert()");
  const { table } = row.root;
  if (unit.hooks.has("beforeInsert", table)) {
    await unit.hooks.row("beforeInsert", table, row.instance, session);
    // The hook may have changed the values; a second look checks them again.
    row = { ...prepareRow(row.instance, undefined, "insert()"), said: row.said };
  }
  const written = insertRow(scope.target, row, signal);
  const returned = written instanceof Promise ? await written : written;
  trackInserted(unit, [row], [() => readBack(row, returned)]);
  if (unit.hooks.has("afterInsert", table)) await unit.hooks.row("afterInsert", table, row.instance, session);
  return row.instance;
};

/** After an upsert: the object in hand for the row, if there is one, gets what the row holds. */
export const upserted = (unit: UnitOfWork, { root, instance, said }: PreparedRow, found: Readonly<Row>): object => {
  const { table } = root;
  const known = unit.identities.of(table).get(keyOfObject(table, found)!);
  const object = known?.object ?? instance;
  const before = valuesOf(table, instance);
  unit.record(() => putBack(table, instance, before));
  Object.assign(instance, found);
  unit.added.delete(instance);
  if (object !== instance) Object.assign(object, found);
  unit.written(table, object, known);
  // Whoever brought an instance of their own gets it back.
  return said === null ? instance : object;
};

/** The state of an object after some columns of its row were written; what else it has unwritten stays so. */
const wrote = (unit: UnitOfWork, state: EntityState, now: Readonly<Row>): void => {
  const next = rebased(state, now);
  if (keptKey(next) !== keptKey(state)) unit.identities.delete(state);
  unit.identities.set(next);
  unit.record(() => {
    unit.identities.delete(next);
    unit.identities.set(state);
  });
  alignWithKeys(unit.identities, state.tracking.table, state.object, now);
};

/** After columns of an object's row were written: the session's own object for the row knows it, be it this one or another. */
const rowWritten = (unit: UnitOfWork, table: Table, object: Row, state: EntityState | undefined, written: Readonly<Row>): void => {
  if (state !== undefined) return wrote(unit, state, written);
  const key = keyOfObject(table, object);
  const tracked = key === null ? undefined : unit.identities.of(table).get(key);
  if (tracked === undefined) return undefined;
  const before = tracked.tracking.changes(tracked).map(({ property }) => property);
  Object.assign(tracked.object, Object.fromEntries(Object.entries(written).filter(([property]) => !before.includes(property))));
  return wrote(unit, tracked, written);
};

/** The same for a write that left the object itself as it was. */
export const wroteColumns = (unit: UnitOfWork, table: Table, object: Row, written: Readonly<Row>): void => {
  const before = valuesOf(table, object);
  unit.record(() => putBack(table, object, before));
  const state = unit.identities.search(table, object);
  Object.assign(object, written);
  rowWritten(unit, table, object, state, written);
};

export const updateNow = async (
  scope: SessionScope,
  session: object,
  instance: object,
  values: object,
  options: ChangeOptions,
): Promise<void> => {
  const { unit } = scope;
  const root = rootOfInstance(instance, options.use ?? "update()");
  const { table } = root;
  const object = instance as Row;
  if (unit.hooks.has("beforeUpdate", table)) await unit.hooks.row("beforeUpdate", table, object, session);
  const state = unit.identities.search(table, object);
  rowWritten(unit, table, object, state, await updateRow(scope.target, root, object, values, options));
  if (unit.hooks.has("afterUpdate", table)) await unit.hooks.row("afterUpdate", table, object, session);
};

/** Sets the mark by which rows of a soft-deletable model are left out, or takes it away. */
export const markDeleted = async (
  scope: SessionScope,
  session: object,
  instance: object,
  deletedAt: Date | null,
  options: ChangeOptions & { readonly use: string },
): Promise<object> => {
  const { softDelete, modelName } = rootOfInstance(instance, options.use).table;
  if (softDelete === null) {
    throw new ConfigurationError(`${options.use}: ${modelName} cannot be soft-deleted. Spread ...softDelete into the model first.`, {
      model: modelName,
    });
  }
  await updateNow(scope, session, instance, { [softDelete.property]: deletedAt }, options);
  return instance;
};

export const removeNow = async (scope: SessionScope, session: object, instance: object, options: ChangeOptions): Promise<void> => {
  const { unit } = scope;
  const root = rootOfInstance(instance, options.use ?? "remove()");
  const { table } = root;
  const object = instance as Row;
  if (unit.hooks.has("beforeDelete", table)) await unit.hooks.row("beforeDelete", table, object, session);
  await deleteRow(scope.target, root, object, options);
  gone(unit, table, object);
  if (unit.hooks.has("afterDelete", table)) await unit.hooks.row("afterDelete", table, object, session);
};

const gone = (unit: UnitOfWork, table: Table, object: Row): void => {
  const key = keyOfObject(table, object);
  const state = unit.identities.search(table, object) ?? (key === null ? undefined : unit.identities.of(table).get(key));
  if (state !== undefined) unit.gone(state);
  unit.added.delete(object);
  unit.deleted.delete(object);
  forgetDependents(unit, table, object);
  unit.takeOutDeparted();
};

/** Reads an object's row again, deleted or not, over whatever the object says. */
export const refreshNow = async ({ target, unit }: SessionScope, object: Row, signal?: AbortSignal): Promise<void> => {
  const root = rootOfInstance(object, "refresh()");
  const { table } = root;
  const state = unit.identities.search(table, object);
  const key = table.primaryKey.map((column) => [
    column.property,
    state === undefined ? object[column.property] : state.tracking.kept(state, column),
  ]);
  const query = QueryBuilder.about(root, target).filter(Object.fromEntries(key) as object);
  const found = (await (table.softDelete === null ? query : query.withDeleted()).first(
    signal === undefined ? {} : { signal },
  )) as Row | null;
  if (found === null) {
    throw new StaleObject(`refresh(): the row of this ${table.modelName} is not there any more. Expunge the object.`, {
      model: table.modelName,
      table: table.name,
    });
  }
  Object.assign(object, found);
  unit.added.delete(object);
  unit.written(table, object, state);
  alignWithKeys(unit.identities, table, object);
};
