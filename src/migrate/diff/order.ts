/** Tables behind those that they refer to. Where foreign keys go round in a ring, one of them has to come after the tables. */
import { keyOf } from "../../schema/snapshot.ts";
import type { ForeignKeySnapshot, TableSnapshot } from "../../schema/snapshot.ts";

export interface Ordered {
  readonly tables: readonly TableSnapshot[];
  /** Foreign keys that refer to a table which comes later. */
  readonly late: ReadonlySet<ForeignKeySnapshot>;
}

export const foreignKeysOf = (table: TableSnapshot): readonly ForeignKeySnapshot[] =>
  table.constraints.filter((constraint) => constraint.kind === "foreign key");

export const inForeignKeyOrder = (tables: readonly TableSnapshot[]): Ordered => {
  const byName = new Map(tables.map((table) => [keyOf(table), table]));
  const visiting = new Set<TableSnapshot>();
  const ordered: TableSnapshot[] = [];
  const visit = (start: TableSnapshot): void => {
    // A stack of its own: a thousand tables in a chain are too deep for calls.
    const stack: { table: TableSnapshot; targets: TableSnapshot[] }[] = [];
    const enter = (table: TableSnapshot): void => {
      visiting.add(table);
      const targets = foreignKeysOf(table).map((key) => byName.get(keyOf(key.target)));
      stack.push({ table, targets: targets.filter((target) => target !== undefined && target !== table) as TableSnapshot[] });
    };
    enter(start);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = top.targets.shift();
      if (next === undefined) {
        stack.pop();
        ordered.push(top.table);
      } else if (!visiting.has(next)) enter(next);
    }
  };
  for (const table of tables) if (!visiting.has(table)) visit(table);
  const place = new Map(ordered.map((table, index) => [keyOf(table), index]));
  const late = new Set<ForeignKeySnapshot>();
  for (const [index, table] of ordered.entries()) {
    for (const key of foreignKeysOf(table)) if ((place.get(keyOf(key.target)) ?? -1) > index) late.add(key);
  }
  return { tables: ordered, late };
};
