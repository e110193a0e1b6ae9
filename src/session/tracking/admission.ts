/**
 * Rows that a session read become the session's own objects: the first object of a row is kept and tracked, every later one gives way to it.
 *
 *     posts with authors       [ post { author }, post { author }, … ]  ──▶  each row once, also inside other rows
 *
 * What an object knows already is kept, as it may have been changed; it takes over only what it did not have: columns that were not fetched before,
 * relations, and computed columns.
 */
import type { Plan } from "../../engine/plans/plan.ts";
import { rootOf } from "../../query/root.ts";
import { defineOwn } from "../../rows/own-property.ts";
import type { ObjectShape, ResultShape } from "../../rows/shape.ts";
import type { AnyModel } from "../../schema/entity.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { rebased, trackingOf } from "./entity-state.ts";
import type { EntityState, Tracking } from "./entity-state.ts";
import { keyOfObject } from "./identity-map.ts";
import type { IdentityMap, Key } from "./identity-map.ts";
import type { Row } from "../writes/prepared-row.ts";

/** Told of every object that becomes the session's. */
export type Admitted = (state: EntityState) => void;

type Stored = readonly unknown[];

/** What a kind of object in a result needs: its table, where its JSON columns are stored, and what lies inside it. */
interface Part {
  readonly entity: EntityPart | null;
  readonly nested: readonly { readonly property: string; readonly part: Part }[];
}

interface EntityPart {
  readonly table: Table;
  readonly tracking: Tracking;
  /** Where the stored texts of `tracking.documents` are in a row; `null` when there are none. */
  readonly documents: readonly number[] | null;
  /** Computed columns. */
  readonly extras: readonly string[];
}

const entityPart = (shape: ObjectShape): EntityPart | null => {
  if (shape.prototype === null || shape.prototype.constructor === Object) return null;
  // A prototype in a result is a model's, or stands on one's.
  const { table } = rootOf(shape.prototype.constructor as unknown as AnyModel);
  const positions = new Map<TableColumn, number>();
  const extras: string[] = [];
  for (const { name, position } of shape.properties) {
    const column = table.byProperty.get(name);
    if (column !== undefined) positions.set(column, position);
    else if (position >= 0) extras.push(name);
  }
  const tracking = trackingOf(
    table,
    table.columns.filter((column) => positions.has(column)),
  );
  const documents = tracking.documents.map((column) => positions.get(column)!);
  return { table, tracking, documents: documents.length === 0 ? null : documents, extras };
};

/** The part for a shape; `null` when no object of it can be tracked. */
const partOf = (shape: ObjectShape): Part | null => {
  const entity = entityPart(shape);
  const nested = shape.nested.flatMap(({ property, shape: inner }) => {
    const part = partOf(inner);
    return part === null ? [] : [{ property, part }];
  });
  return entity === null && nested.length === 0 ? null : { entity, nested };
};

const parts = new WeakMap<ResultShape, Part | null>();

const partOfPlan = ({ shape }: Plan): Part | null => {
  const known = parts.get(shape);
  if (known !== undefined) return known;
  const part = shape.form === "objects" ? partOf(shape.object) : null;
  parts.set(shape, part);
  return part;
};

/** Replaces the objects that were read from `rows` by those of the session, in place. */
export const admit = (
  identities: IdentityMap,
  plan: Plan,
  rows: readonly Stored[],
  objects: unknown[],
  admitted: Admitted | null,
): void => {
  const part = partOfPlan(plan);
  if (part === null) return;
  const { entity, nested } = part;
  if (entity === null || nested.length > 0) {
    for (let index = 0; index < objects.length; index++)
      objects[index] = admitPart(identities, part, objects[index] as Row, rows[index] ?? null, admitted);
    return;
  }
  const states = identities.of(entity.table);
  if (states.size === 0 && admitAll(states, entity, objects as Row[], rows)) {
    if (admitted !== null) for (const state of states.values()) admitted(state);
    return;
  }
  for (let index = 0; index < objects.length; index++)
    objects[index] = admitEntity(states, entity, objects[index] as Row, rows[index] ?? null, admitted);
};

/** Takes all of them without looking for each, where the session has none of their table. Nothing is taken when two of them turn out to be one row. */
const admitAll = (
  states: Map<Key, EntityState>,
  { table, tracking, documents }: EntityPart,
  objects: Row[],
  rows: readonly Stored[],
): boolean => {
  const { plainKey } = tracking;
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index]!;
    const key = plainKey === null ? keyOfObject(table, object)! : plainKey(object);
    states.set(key, tracking.track(object, rows[index] ?? null, documents));
  }
  if (states.size === objects.length) return true;
  states.clear();
  return false;
};

const admitPart = (
  identities: IdentityMap,
  { entity, nested }: Part,
  object: Row,
  stored: Stored | null,
  admitted: Admitted | null,
): Row => {
  for (const { property, part } of nested) {
    const inner = object[property];
    if (inner !== null) object[property] = admitPart(identities, part, inner as Row, stored, admitted);
  }
  if (entity === null) return object;
  const own = admitEntity(identities.of(entity.table), entity, object, stored, admitted);
  if (own !== object) for (const { property } of nested) assign(own, property, object[property]);
  return own;
};

const admitEntity = (
  states: Map<Key, EntityState>,
  part: EntityPart,
  object: Row,
  stored: Stored | null,
  admitted: Admitted | null,
): Row => {
  // A row that was read has all of its key: queries fetch it always.
  const key = keyOfObject(part.table, object)!;
  const known = states.get(key);
  if (known !== undefined) return merge(states, key, known, part, object);
  const state = part.tracking.track(object, stored, part.documents);
  states.set(key, state);
  if (admitted !== null) admitted(state);
  return object;
};

const merge = (states: Map<Key, EntityState>, key: Key, known: EntityState, part: EntityPart, object: Row): Row => {
  const own = known.object;
  for (const name of part.extras) assign(own, name, object[name]);
  const { missing } = known.tracking;
  if (missing.length === 0 || part.tracking === known.tracking) return own;
  const fetched = missing.filter((column) => part.tracking.columns.includes(column) && !Object.hasOwn(own, column.property));
  if (fetched.length === 0) return own;
  const now = Object.fromEntries(fetched.map(({ property }) => [property, object[property]]));
  Object.assign(own, now);
  states.set(key, rebased(known, now));
  return own;
};

const assign = (own: Row, property: string, value: unknown): void => {
  if (Object.hasOwn(own, property)) own[property] = value;
  else defineOwn(own, property, value);
};
