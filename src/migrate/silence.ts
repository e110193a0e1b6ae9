/** What models have no words for is not theirs to remove: a structure that models ask for takes it from the one that is there. */
import { keyOf } from "../schema/snapshot.ts";
import type { IndexSnapshot, Snapshot, TableSnapshot } from "../schema/snapshot.ts";

const withComment = (index: IndexSnapshot, there: readonly IndexSnapshot[]): IndexSnapshot => {
  const comment = there.find((other) => other.name === index.name)?.comment ?? null;
  return comment === null ? index : Object.freeze({ ...index, comment });
};

const completedTable = (table: TableSnapshot, there: TableSnapshot | undefined, dialect: Snapshot["dialect"]): TableSnapshot => {
  if (there === undefined) return table;
  return Object.freeze({
    ...table,
    triggers: there.triggers,
    options: dialect === "postgres" ? there.options : table.options,
    indexes: Object.freeze(table.indexes.map((index) => withComment(index, there.indexes))),
  });
};

/** `to` with the schemas, enums, views, triggers, options and comments of indexes that `from` has, where `to` is what models ask for. */
export const completed = (to: Snapshot, from: Snapshot): Snapshot => {
  if (to.source === "database" || from.source === "models") return to;
  const there = new Map(from.tables.map((table) => [keyOf(table), table]));
  return Object.freeze({
    ...to,
    source: "database",
    schemas: from.schemas,
    enums: from.enums,
    views: from.views,
    tables: Object.freeze(to.tables.map((table) => completedTable(table, there.get(keyOf(table)), to.dialect))),
  });
};
