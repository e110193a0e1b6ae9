/** What a run would do, with a hash that consent is given to. */
import { createHash } from "node:crypto";
import { ConfigurationError, MigrationError } from "../../base/errors.ts";
import type { Database } from "../../engine/database.ts";
import type { Sender } from "../../engine/raw.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { readHistory } from "./history.ts";
import type { HistoryRow } from "./history.ts";
import { ask } from "./migration-connection.ts";
import { readMigrations } from "../files/migration-file.ts";
import type { Migration, MigrationPlan, PlanOptions, RollbackTarget } from "../migration-plan.ts";
import { assertConsistent, progressOf, toApply, toRevert } from "./progress.ts";
import type { Progress } from "./progress.ts";
import { planned } from "../effects/step-effects.ts";

/** The database's name; on SQLite the path of its file, or `:memory:`. */
export const databaseName = async (sender: Sender): Promise<string> => {
  if (sender.dialect.name === "postgres") return (await ask<{ name: string }>(sender, "SELECT current_database() AS name"))[0]!.name;
  const [main] = await ask<{ file: string | null }>(sender, "SELECT file FROM pragma_database_list WHERE name = 'main'");
  return main?.file === undefined || main.file === null || main.file === "" ? ":memory:" : main.file;
};

/** The same plan on the same database has the same hash, whoever asks. */
const hashOf = (plan: Omit<MigrationPlan, "hash">): string =>
  createHash("sha256")
    .update(JSON.stringify([plan.direction, plan.database, plan.migrations.map(({ name, id, done }) => [name, id, done]), plan.losses]))
    .digest("hex")
    .slice(0, 16);

export const makePlan = (
  direction: MigrationPlan["direction"],
  database: string,
  migrations: readonly Migration[],
  rows: readonly HistoryRow[],
  dialect: Snapshot["dialect"],
): MigrationPlan => {
  const steps = migrations.map((migration) => {
    const row = rows.find(({ name }) => name === migration.name);
    const done = row === undefined || row.state === "applied" ? 0 : row.step;
    const all = direction === "apply" ? migration.up : migration.down!;
    return Object.freeze({
      name: migration.name,
      id: migration.id,
      done,
      steps: Object.freeze(all.slice(done).map((step) => planned(step, dialect))),
      irreversible: migration.down === null,
    });
  });
  const losses = steps.flatMap((migration) => migration.steps.flatMap(({ losesData }) => losesData ?? []));
  const plan = { direction, database, migrations: Object.freeze(steps), losses: Object.freeze(losses) };
  return Object.freeze({ ...plan, hash: hashOf(plan) });
};

export const readProgress = async (sender: Sender, folder: string | undefined): Promise<Progress> => {
  const graph = await readMigrations({ dialect: sender.dialect.name, ...(folder === undefined ? {} : { folder }) });
  return progressOf(graph, await readHistory(sender));
};

export const assertTarget = ({ to, steps }: RollbackTarget): void => {
  if (to !== undefined && steps !== undefined) throw new ConfigurationError("A rollback takes either to or steps, not both.");
  if (steps !== undefined && !(Number.isSafeInteger(steps) && steps > 0))
    throw new ConfigurationError("The option steps is how many migrations to take back: a whole number from 1.");
};

/**
 * What `applyMigrations` would do now: the migrations in order, each step with its lock and what it loses. Changes nothing.
 *
 *     const plan = await planMigrations(engine, { folder: "migrations" });
 *     await applyMigrations(engine, { folder: "migrations", consent: plan.hash });
 */
export const planMigrations = async (database: Database, { folder, to }: PlanOptions = {}): Promise<MigrationPlan> => {
  const progress = await readProgress(database, folder);
  assertConsistent(progress, "apply");
  return makePlan("apply", await databaseName(database), toApply(progress, to), progress.rows, database.dialect.name);
};

/**
 * What `rollbackMigrations` would do now. Throws `MigrationError` E1716 for a migration that nothing undoes.
 *
 *     const plan = await planRollback(engine, { folder: "migrations", steps: 2 });
 */
export const planRollback = async (database: Database, target: RollbackTarget = {}): Promise<MigrationPlan> => {
  assertTarget(target);
  const progress = await readProgress(database, target.folder);
  assertConsistent(progress, "rollback");
  return makePlan("rollback", await databaseName(database), toRevert(progress, target), progress.rows, database.dialect.name);
};

/** Throws where a plan loses something and nobody agreed to exactly this plan. */
export const assertConsent = (plan: MigrationPlan, consent: string | undefined): void => {
  if (plan.losses.length === 0 || consent === plan.hash) return;
  const what = `This ${plan.direction === "apply" ? "run" : "rollback"} ${plan.losses.join("; ")}, which nothing brings back. `;
  const why = consent === undefined ? "" : "The consent that was given is for another plan, or another database. ";
  throw new MigrationError(
    `${what}${why}Nothing was done. Look at the plan, and where that is wanted give its hash: consent: "${plan.hash}".`,
    {},
    "E1715",
  );
};
