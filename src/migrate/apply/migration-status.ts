/** How a database stands to a folder of migrations, and what somebody changed by hand since the last one. */
import type { Database } from "../../engine/database.ts";
import { diff } from "../diff/diff.ts";
import { entryOf, readHistory, readStructure } from "./history.ts";
import { historyTable } from "./history-table.ts";
import { introspect } from "../structure/introspect.ts";
import type { Drift, FolderOptions, MigrationStatus } from "../migration-plan.ts";
import { databaseName, readProgress } from "./plan-migrations.ts";
import { render } from "../render.ts";
import { unmanagedChanges, writtenObjects } from "../structure/unmanaged.ts";

/**
 * What is applied, pending, half done, changed and missing. Changes nothing, and creates nothing.
 *
 *     const { pending } = await migrationStatus(engine, { folder: "migrations" });
 */
export const migrationStatus = async (database: Database, { folder }: FolderOptions = {}): Promise<MigrationStatus> => {
  const { graph, rows, pending, changed, missing, adopted } = await readProgress(database, folder);
  const isPending = new Set(pending.map(({ name }) => name));
  return Object.freeze({
    database: await databaseName(database),
    applied: Object.freeze(rows.filter((row) => row.state === "applied").map(entryOf)),
    unfinished: Object.freeze(rows.filter((row) => row.state !== "applied").map(entryOf)),
    pending: Object.freeze([...isPending]),
    changed: Object.freeze(changed),
    missing: Object.freeze(missing.filter((name) => !adopted.some((migration) => migration.name === name))),
    heads: graph.heads,
    conflicts: Object.freeze(graph.conflicts.filter(({ left, right }) => isPending.has(left) || isPending.has(right))),
  });
};

/**
 * What was changed since the last migration by something else than migrations: the structure was written down then, and is compared with what is there.
 * No second database is needed. `since` is `null` where nothing is known: no migration yet, or one that is half done.
 *
 *     const { changes } = await findDrift(engine);
 */
export const findDrift = async (database: Database): Promise<Drift> => {
  const written = await readStructure(database);
  const isUnfinished = (await readHistory(database)).some((row) => row.state !== "applied");
  const objects = await writtenObjects(database, written?.schemas ?? []);
  const unmanaged = Object.freeze(objects.map(({ kind, schema, name, table }) => Object.freeze({ kind, schema, name, table })));
  const nothing = Object.freeze([]);
  if (written === null || isUnfinished)
    return Object.freeze({ since: null, changes: nothing, statements: nothing, unmanaged, unmanagedChanges: nothing });
  const found = await introspect(database, { schemas: written.schemas, ignore: [historyTable] });
  const { changes } = diff(written.structure, found);
  const moved = Object.freeze(unmanagedChanges(written.unmanaged ?? objects, objects));
  return Object.freeze({
    since: written.since,
    changes,
    statements: render(changes, database.dialect.name),
    unmanaged,
    unmanagedChanges: moved,
  });
};
