/** The table of what was applied, in the database itself: `petrel_migrations`. */
import { MigrationError } from "../../base/errors.ts";
import type { Database } from "../../engine/database.ts";
import type { Sender } from "../../engine/raw.ts";
import type { WrittenObject } from "../structure/unmanaged.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { historyTable } from "./history-table.ts";
import { ask } from "./migration-connection.ts";
import type { HistoryEntry } from "../migration-plan.ts";

/** A row as the runner needs it. */
export interface HistoryRow extends HistoryEntry {
  /** A hash of the steps that are done, in a run that did not come to its end: they must not change. */
  readonly prefix: string | null;
  /** Whether a statement outside of a transaction was begun, and nobody knows what became of it. */
  readonly started: boolean;
  /** Where a batched step has come to, as JSON. */
  readonly cursor: string | null;
}

const columns = [
  "name text NOT NULL PRIMARY KEY",
  "id text NOT NULL",
  "parents text NOT NULL",
  "state text NOT NULL",
  "step integer NOT NULL",
  "prefix text",
  "started integer NOT NULL",
  "cursor text",
  "how text NOT NULL",
  "position integer NOT NULL",
  "applied_at text NOT NULL",
  "duration_ms integer NOT NULL",
  "structure text",
];

const isThere = async (sender: Sender): Promise<boolean> => {
  const question =
    sender.dialect.name === "postgres"
      ? `SELECT 1 AS found WHERE to_regclass('${historyTable}') IS NOT NULL`
      : `SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = '${historyTable}'`;
  return (await ask(sender, question)).length > 0;
};

/** To be called under the lock: two who create it at once would fail on PostgreSQL. */
export const createHistory = async (sender: Sender): Promise<void> => {
  if (!(await isThere(sender))) await ask(sender, `CREATE TABLE IF NOT EXISTS ${historyTable} (${columns.join(", ")})`);
};

type Stored = Omit<HistoryRow, "parents" | "appliedAt" | "durationMs" | "started"> & {
  readonly parents: string;
  readonly applied_at: string;
  readonly duration_ms: number;
  readonly started: number;
};

const rowOf = ({ parents, applied_at, duration_ms, started, ...stored }: Stored): HistoryRow => {
  // Written below.
  const names = JSON.parse(parents) as string[];
  return Object.freeze({ ...stored, parents: names, appliedAt: new Date(applied_at), durationMs: duration_ms, started: started === 1 });
};

const fields = "name, id, parents, state, step, prefix, started, cursor, how, position, applied_at, duration_ms";

/** In the order in which they were applied; none where there is no history yet. */
export const readHistory = async (sender: Sender): Promise<readonly HistoryRow[]> => {
  if (!(await isThere(sender))) return [];
  return (await ask<Stored>(sender, `SELECT ${fields} FROM ${historyTable} ORDER BY position`)).map(rowOf);
};

export const readRow = async (sender: Sender, name: string): Promise<HistoryRow | null> => {
  const [found] = await ask<Stored>(sender, `SELECT ${fields} FROM ${historyTable} WHERE name = $1`, [name]);
  return found === undefined ? null : rowOf(found);
};

const updated = fields
  .split(", ")
  .slice(1)
  .map((field) => `${field} = excluded.${field}`)
  .join(", ");

export const writeRow = async (sender: Sender, row: HistoryRow): Promise<void> => {
  const values = [
    row.name,
    row.id,
    JSON.stringify(row.parents),
    row.state,
    row.step,
    row.prefix,
    row.started ? 1 : 0,
    row.cursor,
    row.how,
    row.position,
    row.appliedAt.toISOString(),
    Math.round(row.durationMs),
  ];
  const places = values.map((_, place) => `$${place + 1}`).join(", ");
  await ask(sender, `INSERT INTO ${historyTable} (${fields}) VALUES (${places}) ON CONFLICT (name) DO UPDATE SET ${updated}`, values);
};

export const removeRow = async (sender: Sender, name: string): Promise<void> => {
  await ask(sender, `DELETE FROM ${historyTable} WHERE name = $1`, [name]);
};

/** What the database looks like after the last migration. */
export interface WrittenStructure {
  readonly since: string;
  readonly schemas: readonly string[];
  readonly structure: Snapshot;
  /** Absent where an older version wrote it. */
  readonly unmanaged?: readonly WrittenObject[];
}

/** Kept with the last migration; `null` takes it away while something is under way. */
export const writeStructure = async (sender: Sender, written: Omit<WrittenStructure, "since"> | null): Promise<void> => {
  await ask(sender, `UPDATE ${historyTable} SET structure = NULL WHERE structure IS NOT NULL`);
  if (written === null) return;
  const last = `SELECT max(position) FROM ${historyTable}`;
  await ask(sender, `UPDATE ${historyTable} SET structure = $1 WHERE position = (${last})`, [JSON.stringify(written)]);
};

export const readStructure = async (sender: Sender): Promise<WrittenStructure | null> => {
  if (!(await isThere(sender))) return null;
  const [found] = await ask<{ name: string; structure: string }>(
    sender,
    `SELECT name, structure FROM ${historyTable} WHERE structure IS NOT NULL`,
  );
  if (found === undefined) return null;
  try {
    // Written by writeStructure.
    return { ...(JSON.parse(found.structure) as Omit<WrittenStructure, "since">), since: found.name };
  } catch (error) {
    throw new MigrationError(
      `The structure that ${historyTable} keeps for '${found.name}' is not JSON: somebody changed it. Call stampMigrations() to write it anew.`,
      { cause: error, table: historyTable },
      "E1718",
    );
  }
};

/** The rows of the history without the runner's own fields. */
export const entryOf = ({ name, id, parents, state, step, how, position, appliedAt, durationMs }: HistoryRow): HistoryEntry =>
  Object.freeze({ name, id, parents, state, step, how, position, appliedAt, durationMs });

/**
 * What was applied, in order. Creates nothing where there is no history.
 *
 *     for (const { name, appliedAt } of await migrationHistory(engine)) console.log(name, appliedAt);
 */
export const migrationHistory = async (database: Database): Promise<readonly HistoryEntry[]> => (await readHistory(database)).map(entryOf);
