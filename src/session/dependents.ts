/** What a deleted row takes with it inside the database, done to the objects at hand: rows that cascade are gone, keys that become NULL are NULL. */
import type { Table, TableColumn } from "../schema/table.ts";
import type { EntityState } from "./entity-state.ts";
import { rebased } from "./entity-state.ts";
import type { Row } from "./prepared-row.ts";
import { alignWithKeys, isSameKey, own } from "./relations.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

export const forgetDependents = (unit: UnitOfWork, table: Table, object: Row): void => {
  for (const [child, states] of unit.identities.tables()) {
    for (const { columns, targetTable, targetColumns, onDelete } of child.foreignKeys) {
      if (targetTable !== table.name || (onDelete !== "cascade" && onDelete !== "set null")) continue;
      const target = table.columns.find(({ name }) => name === targetColumns[0]);
      const column = columns[0]!;
      const key = target === undefined ? null : own(object, target.property);
      const hit = [...states.values()].filter((state) => key !== null && isSameKey(state.tracking.kept(state, column) ?? null, key));
      for (const state of hit) {
        if (onDelete === "set null") setNull(unit, state, column);
        else {
          unit.gone(state);
          forgetDependents(unit, child, state.object);
        }
      }
    }
  }
};

/** The database has set the key; what else was changed on the object stays unwritten. */
const setNull = (unit: UnitOfWork, state: EntityState, column: TableColumn): void => {
  const { object, tracking } = state;
  const { property } = column;
  const isUntouched = isSameKey(own(object, property), tracking.kept(state, column) ?? null);
  const before = object[property];
  const next = rebased(state, { [property]: null });
  if (isUntouched) object[property] = null;
  unit.identities.set(next);
  unit.record(() => {
    unit.identities.set(state);
    if (isUntouched) object[property] = before;
  });
  alignWithKeys(unit.identities, tracking.table, object);
};
