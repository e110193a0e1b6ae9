/** What a deleted row takes with it inside the database, done to the objects at hand: rows that cascade are gone, keys that become NULL are NULL. */
import { isSameTable } from "../../ast/source.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import type { EntityState } from "../tracking/entity-state.ts";
import { rebased } from "../tracking/entity-state.ts";
import type { Row } from "../writes/prepared-row.ts";
import { alignWithKeys, isSameKey, own } from "../tracking/relations.ts";
import type { UnitOfWork } from "../tracking/unit-of-work.ts";

export const forgetDependents = (unit: UnitOfWork, table: Table, object: Row): void => {
  for (const [child, states] of unit.identities.tables()) {
    for (const { columns, target, targetColumns, onDelete } of child.foreignKeys) {
      if (!isSameTable(target, table) || (onDelete !== "cascade" && onDelete !== "set null")) continue;
      const keys = columns.map((column, index) => {
        const pointedAt = table.columns.find(({ name }) => name === targetColumns[index]);
        return [column, pointedAt === undefined ? null : own(object, pointedAt.property)] as const;
      });
      const pointsHere = (state: EntityState): boolean =>
        keys.every(([column, key]) => key !== null && isSameKey(state.tracking.kept(state, column) ?? null, key));
      const hit = [...states.values()].filter(pointsHere);
      for (const state of hit) {
        if (onDelete === "set null") setNull(unit, state, columns);
        else {
          unit.gone(state);
          forgetDependents(unit, child, state.object);
        }
      }
    }
  }
};

/** The database has set the key; what else was changed on the object stays unwritten. */
const setNull = (unit: UnitOfWork, state: EntityState, columns: readonly TableColumn[]): void => {
  const { object, tracking } = state;
  const untouched = columns.filter((column) => isSameKey(own(object, column.property), tracking.kept(state, column) ?? null));
  const before = untouched.map(({ property }) => [property, object[property]] as const);
  const next = rebased(state, Object.fromEntries(columns.map(({ property }) => [property, null])));
  for (const { property } of untouched) object[property] = null;
  unit.identities.set(next);
  unit.record(() => {
    unit.identities.set(state);
    for (const [property, value] of before) object[property] = value;
  });
  alignWithKeys(unit.identities, tracking.table, object);
};
