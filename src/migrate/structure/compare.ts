/** Models against a live database. */
import type { Database } from "../../engine/database.ts";
import type { Answers, Plan } from "../../schema/change.ts";
import type { AnyModel } from "../../schema/entity.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { canonical } from "./canonical.ts";
import { diff } from "../diff/diff.ts";
import { historyTable } from "../apply/history-table.ts";
import { introspect } from "./introspect.ts";
import type { IntrospectOptions } from "./introspect.ts";
import { snapshot } from "./snapshot.ts";

export interface CompareOptions extends Answers, IntrospectOptions {
  /** Leave out of the comparison the tables that no model has. Without it they are dropped. */
  readonly keepUnknownTables?: boolean;
}

/**
 * What it takes to make the database what the models ask for: no changes where it is that already. Changes nothing.
 * Schemas, enums, views and triggers stay, since models have no words for them, and so does the table of the history of migrations.
 *
 *     const { changes, questions } = await compare(engine, [User, Post]);
 */
export const compare = async (database: Database, models?: readonly AnyModel[], options: CompareOptions = {}): Promise<Plan> => {
  const wanted = await canonical(database, snapshot(database, models));
  const ignore = [...(options.ignore ?? []), historyTable];
  const found = known(await introspect(database, { ...options, ignore }), wanted, options);
  const plan = diff(found, wanted, options);
  // What the database was given in other words may differ in nothing else.
  return plan.changes.length === 0 ? plan : diff(await canonical(database, found), wanted, options);
};

const known = (found: Snapshot, wanted: Snapshot, options: CompareOptions): Snapshot => {
  if (options.keepUnknownTables !== true) return found;
  const former = (options.renames ?? []).map((rename) => rename.table);
  const names = new Set([...former, ...wanted.tables.flatMap((table) => [table.name, table.renamedFrom ?? table.name])]);
  return Object.freeze({ ...found, tables: Object.freeze(found.tables.filter((table) => table.schema === null && names.has(table.name))) });
};
