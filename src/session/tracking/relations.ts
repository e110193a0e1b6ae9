/** The relations that an object has in hand, and keeping them in step with its foreign keys. */
import type { Relation, Table, TableColumn } from "../../schema/table.ts";
import type { EntityState } from "./entity-state.ts";
import { keyOfValues } from "./identity-map.ts";
import type { IdentityMap } from "./identity-map.ts";
import type { Row } from "../writes/prepared-row.ts";

const relations = new WeakMap<Table, readonly Relation[]>();

export const relationsOf = (table: Table): readonly Relation[] => {
  const known = relations.get(table);
  if (known !== undefined) return known;
  const made = table.relationNames.map((name) => table.relation(name)!);
  relations.set(table, made);
  return made;
};

/** The loaded or assigned value of a relation; `undefined` when there is none. */
export const inHand = (object: Row, relation: Relation): unknown =>
  Object.hasOwn(object, relation.name) ? object[relation.name] : undefined;

/** The objects of a relation that is in hand, none for `null`. */
export const membersOf = (object: Row, relation: Relation): readonly Row[] => {
  const value = inHand(object, relation);
  if (Array.isArray(value)) return (value as unknown[]).filter((each): each is Row => typeof each === "object" && each !== null);
  return typeof value === "object" && value !== null ? [value as Row] : [];
};

export const own = (object: Row, property: string): unknown => (Object.hasOwn(object, property) ? (object[property] ?? null) : null);

/** What the columns of a key hold, as far as text can tell values apart. */
export type Scalar = string | number | bigint | boolean;

/** A key's value as text; an `int` and a `bigint` of one value have one text. */
export const textOf = (value: Scalar): string => String(value);

/** Whether two key values name the same row: an `int` may meet a `bigint` of the same value. */
export const isSameKey = (one: unknown, other: unknown): boolean =>
  one === other || (one !== null && other !== null && typeof one !== "object" && textOf(one as Scalar) === textOf(other as Scalar));

/** Columns of a foreign key, and those they point at. */
export type KeyColumns = readonly (readonly [near: TableColumn, far: TableColumn])[];

const keyColumns = new WeakMap<Relation, KeyColumns>();

/** The columns of a relation without a join table: here, and on the target. */
export const keyColumnsOf = (table: Table, relation: Relation): KeyColumns => {
  const known = keyColumns.get(relation);
  if (known !== undefined) return known;
  const made = relation.keys.map(
    ([near, far]) => [table.byProperty.get(near.property)!, relation.target.byProperty.get(far.property)!] as const,
  );
  keyColumns.set(relation, made);
  return made;
};

/** Whether a row holds the key of another, or both hold nothing. */
const pointsAt = (row: Row, other: Row, keys: KeyColumns): boolean =>
  keys.every(([near, far]) => isSameKey(own(row, near.property), own(other, far.property)));

const isComplete = (row: Row, columns: readonly TableColumn[]): boolean => columns.every(({ property }) => own(row, property) !== null);

/** The tracked object that a foreign key points at, where that is a primary key. */
const pointedAt = (identities: IdentityMap, { target }: Relation, object: Row, keys: KeyColumns): Row | undefined => {
  const values = target.primaryKey.map((column) => {
    const pair = keys.find(([, far]) => far === column);
    return pair === undefined ? null : own(object, pair[0].property);
  });
  const key = keyOfValues(target, values);
  return key === null ? undefined : identities.of(target).get(key)?.object;
};

/**
 * After a foreign key was written: a relation in hand that shows another row is replaced by the row's own object, where it is tracked,
 * or becomes not loaded. `written` has the columns in question; without it, all are.
 */
export const alignWithKeys = (identities: IdentityMap, table: Table, object: Row, written?: Readonly<Row>): void => {
  for (const relation of relationsOf(table)) {
    if (relation.kind !== "belongsTo") continue;
    const target = inHand(object, relation);
    if (typeof target !== "object" || target === null) continue;
    const keys = keyColumnsOf(table, relation);
    if (written !== undefined && !keys.some(([near]) => Object.hasOwn(written, near.property))) continue;
    if (pointsAt(object, target as Row, keys)) continue;
    const found = pointedAt(identities, relation, object, keys);
    if (found === undefined) delete object[relation.name];
    else object[relation.name] = found;
  }
};

/** What a rollback needs to know of a unit of work. */
interface Holder {
  readonly identities: IdentityMap;
  readonly added: ReadonlySet<Row>;
  /** Whether an object of others may be shown. */
  isGuest(object: Row): boolean;
}

/** After a rollback: objects that are not the session's any more leave the relations of those that are. */
export const releaseStrangers = (unit: Holder): void => {
  for (const state of unit.identities.states()) releaseFrom(unit, state);
};

const releaseFrom = (unit: Holder, { tracking: { table }, object }: EntityState): void => {
  const { identities, added } = unit;
  for (const relation of relationsOf(table)) {
    const value = inHand(object, relation);
    if (typeof value !== "object" || value === null) continue;
    const isOurs = (each: Row): boolean => added.has(each) || unit.isGuest(each) || identities.stateOf(relation.target, each) !== undefined;
    if (!Array.isArray(value)) {
      // A parent that is not ours but has a key has a row somewhere; one without a key was undone.
      const keys = keyColumnsOf(table, relation);
      const isKnown =
        relation.kind === "belongsTo" &&
        isComplete(
          value as Row,
          keys.map(([, far]) => far),
        );
      if (!isKnown && !isOurs(value as Row)) delete object[relation.name];
      continue;
    }
    const kept = (value as Row[]).filter(isOurs);
    if (kept.length < value.length) value.splice(0, value.length, ...kept);
  }
  alignWithKeys(identities, table, object);
};

/** Relations that say something which is not written yet: another parent, or objects without rows. Returns what gives them back after a rollback. */
export const keepUnwritten = (unit: Holder): (() => void) => {
  const kept: (() => void)[] = [];
  for (const { tracking, object } of unit.identities.states()) {
    for (const relation of relationsOf(tracking.table)) {
      const value = inHand(object, relation);
      if (typeof value !== "object" || value === null || isWritten(unit, tracking.table, object, relation)) continue;
      const members = Array.isArray(value) ? [...(value as unknown[])] : null;
      kept.push(() => {
        if (members !== null) (value as unknown[]).splice(0, Infinity, ...members);
        object[relation.name] = value;
      });
    }
  }
  return () => {
    for (const giveBack of kept) giveBack();
  };
};

const isWritten = ({ identities }: Holder, table: Table, object: Row, relation: Relation): boolean => {
  const members = membersOf(object, relation);
  if (relation.kind !== "belongsTo") return members.every((each) => identities.stateOf(relation.target, each) !== undefined);
  const keys = keyColumnsOf(table, relation);
  const near = keys.map(([column]) => column);
  return members.every((each) => isComplete(object, near) && pointsAt(object, each, keys));
};

/** After rows were deleted: their objects leave the relations of those that stay. Each change is undone by a rollback. */
export const takeOut = (identities: IdentityMap, departed: ReadonlySet<Row>, record: (undo: () => void) => void): void => {
  for (const { tracking, object } of identities.states()) {
    for (const relation of relationsOf(tracking.table)) {
      if (relation.kind === "belongsTo" || !membersOf(object, relation).some((each) => departed.has(each))) continue;
      const value = object[relation.name];
      if (Array.isArray(value)) {
        const before = [...(value as Row[])];
        value.splice(0, Infinity, ...before.filter((each) => !departed.has(each)));
        record(() => value.splice(0, Infinity, ...before));
      } else {
        object[relation.name] = null;
        record(() => (object[relation.name] = value));
      }
    }
  }
};
