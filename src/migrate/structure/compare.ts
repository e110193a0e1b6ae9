/** Models against a live database. */
import type { Database } from "../../engine/database.ts";
import type { Answers, Plan } from "../../schema/change.ts";
import type { AnyModel } from "../../schema/entity.ts";
import { keyOf } from "../../schema/snapshot.ts";
import type { ObjectName, Snapshot } from "../../schema/snapshot.ts";
import { ask } from "../apply/migration-connection.ts";
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

/** A model may say the default schema by its name; a structure of the database calls it `null`. */
const inDefaultSchema = async (database: Database, wanted: Snapshot): Promise<Snapshot> => {
  if (wanted.schemas.length === 0) return wanted;
  const [found] = await ask<{ name: string | null }>(database, "SELECT current_schema() AS name");
  const usual = found?.name ?? null;
  if (usual === null || !wanted.schemas.includes(usual)) return wanted;
  const named = <T extends ObjectName>(object: T): T => (object.schema === usual ? Object.freeze({ ...object, schema: null }) : object);
  const tables = wanted.tables.map((table) => {
    const constraints = table.constraints.map((each) =>
      each.kind === "foreign key" ? Object.freeze({ ...each, target: named(each.target) }) : each,
    );
    return Object.freeze({ ...named(table), constraints: Object.freeze(constraints) });
  });
  return Object.freeze({ ...wanted, schemas: wanted.schemas.filter((schema) => schema !== usual), tables: Object.freeze(tables) });
};

/**
 * What it takes to make the database what the models ask for: no changes where it is that already. Changes nothing. It looks at the default schema, and at
 * those that models are in.
 * Schemas, enums, views and triggers stay, since models have no words for them, and so does the table of the history of migrations.
 *
 *     const { changes, questions } = await compare(engine, [User, Post]);
 */
export const compare = async (database: Database, models?: readonly AnyModel[], options: CompareOptions = {}): Promise<Plan> => {
  const wanted = await canonical(database, await inDefaultSchema(database, snapshot(database, models)));
  const ignore = [...(options.ignore ?? []), historyTable];
  const schemas = [...new Set([...(options.schemas ?? []), ...wanted.schemas])];
  const found = known(await introspect(database, { ...options, schemas, ignore }), wanted, options);
  const plan = diff(found, wanted, options);
  // What the database was given in other words may differ in nothing else.
  return plan.changes.length === 0 ? plan : diff(await canonical(database, found), wanted, options);
};

const known = (found: Snapshot, wanted: Snapshot, options: CompareOptions): Snapshot => {
  if (options.keepUnknownTables !== true) return found;
  const former = (options.renames ?? []).map((rename) => keyOf({ schema: rename.schema ?? null, name: rename.table }));
  const own = wanted.tables.flatMap(({ schema, name, renamedFrom }) =>
    [name, renamedFrom ?? name].map((each) => keyOf({ schema, name: each })),
  );
  const names = new Set([...former, ...own]);
  return Object.freeze({ ...found, tables: Object.freeze(found.tables.filter((table) => names.has(keyOf(table)))) });
};
