/** Applying migrations and taking them back: one process at a time, each step once, and a state that the next run understands whatever happens. */
import { ConfigurationError } from "../../base/errors.ts";
import { milliseconds } from "../../config/duration.ts";
import type { Database } from "../../engine/database.ts";
import { channels } from "../../engine/watching/watching.ts";
import { createHistory, removeRow, writeRow, writeStructure } from "./history.ts";
import { inTransaction, withWorker } from "./migration-connection.ts";
import type { Worker } from "./migration-connection.ts";
import { withLock } from "./migration-lock.ts";
import type { Cursor, Step } from "../migration.ts";
import type {
  FolderOptions,
  Migration,
  MigrationPlan,
  PlanOptions,
  PlannedStep,
  RollbackTarget,
  RunOptions,
  RunReport,
} from "../migration-plan.ts";
import { assertConsent, assertTarget, databaseName, makePlan, readProgress } from "./plan-migrations.ts";
import { assertConsistent, toApply, toRevert } from "./progress.ts";
import type { Progress } from "./progress.ts";
import { captureStructure, failure, newRow, runMigration, runStep, taskOf } from "./run-migration.ts";
import type { RunSettings, Task } from "./run-migration.ts";
import { planned } from "../effects/step-effects.ts";
import { unitAt } from "./unit.ts";

const settingsOf = (options: RunOptions): Omit<RunSettings, "schemas"> & { readonly waitMs: number } => {
  const { lockRetries = 10, onStep = () => undefined } = options;
  if (!Number.isSafeInteger(lockRetries) || lockRetries < 0)
    throw new ConfigurationError("The option lockRetries is how often to try again for a lock: a whole number from 0.");
  if (options.fake === true && options.dryRun === true)
    throw new ConfigurationError("fake writes the history and dryRun keeps nothing: give one of them.");
  return {
    lockTimeoutMs: milliseconds(options.lockTimeout ?? "5s", "lockTimeout"),
    waitMs: milliseconds(options.waitForOthers ?? "10m", "waitForOthers"),
    lockRetries,
    onStep,
  };
};

/** The schemas to look at when the structure is written down: those that are asked for, and those that models were in when migrations were made from them. */
const schemasFor = ({ schemas = [] }: RunOptions, { graph }: Progress): readonly string[] => [
  ...new Set([...schemas, ...graph.migrations.flatMap(({ structure }) => structure?.schemas ?? [])]),
];

/** Everything in one transaction that is rolled back. What cannot be, and what comes after it, is given back untried. */
const rehearse = async (worker: Worker, tasks: readonly Task[], settings: RunSettings): Promise<readonly PlannedStep[]> => {
  const untried: PlannedStep[] = [];
  const foreignKeysOff = tasks.some((task) => task.steps.some((step) => step.kind === "sql" && step.foreignKeysOff === true));
  const tryStep = async (step: Step): Promise<void> => {
    if (step.kind !== "batched") return runStep(worker, step);
    let cursor: Cursor | null = null;
    do cursor = await step.batch(worker.context, cursor);
    while (cursor !== null && cursor !== undefined);
  };
  await inTransaction(worker, { foreignKeysOff, lockTimeoutMs: settings.lockTimeoutMs, tryOnly: true }, async () => {
    for (const task of tasks) {
      const { migration, direction, steps } = task;
      for (const [place, step] of steps.entries()) {
        const isAlone = unitAt(steps, place, worker.dialect.name)?.kind === "alone";
        if (isAlone || untried.length > 0) untried.push(planned(step, worker.dialect.name));
        else {
          settings.onStep({
            migration: migration.name,
            direction,
            step: place + 1,
            steps: steps.length,
            text: planned(step, worker.dialect.name).text,
            attempt: 1,
          });
          await tryStep(step).catch((error: unknown) => {
            throw failure(task, place, "It was only tried: nothing was kept.", error);
          });
        }
      }
    }
  });
  return untried;
};

/** Squashed migrations take the place of their parts. */
const adopt = async (worker: Worker, { adopted, rows }: Progress, settings: RunSettings): Promise<void> => {
  for (const migration of adopted) {
    await inTransaction(worker, { foreignKeysOff: false, lockTimeoutMs: settings.lockTimeoutMs }, async () => {
      const parts = rows.filter((row) => migration.replaces.some(({ name }) => name === row.name));
      const row = await newRow(worker, migration, "squash");
      for (const { name } of parts) await removeRow(worker.sender, name);
      await writeRow(worker.sender, { ...row, position: Math.max(...parts.map(({ position }) => position)) });
      await captureStructure(worker, settings.schemas);
    });
  }
};

const write = async (worker: Worker, tasks: readonly Task[], settings: RunSettings, how: "fake" | "stamp"): Promise<void> =>
  inTransaction(worker, { foreignKeysOff: false, lockTimeoutMs: settings.lockTimeoutMs }, async () => {
    for (const { migration, direction } of tasks) {
      await removeRow(worker.sender, migration.name);
      if (direction === "apply") await writeRow(worker.sender, await newRow(worker, migration, how));
    }
    await captureStructure(worker, settings.schemas);
  });

/** What subscribers of `petrel:migration` get. */
export interface MigrationMessage {
  readonly migration: string;
  readonly direction: Task["direction"];
  /** Whether there was something left to do. */
  result?: boolean;
  error?: unknown;
}

const traced = ({ migration, direction }: Task, run: () => Promise<boolean>): Promise<boolean> => {
  const message: MigrationMessage = { migration: migration.name, direction };
  return channels.migration.tracePromise(run, message);
};

type Choose = (progress: Progress) => readonly Migration[];

const runAll = async (
  database: Database,
  direction: MigrationPlan["direction"],
  options: FolderOptions & RunOptions,
  choose: Choose,
): Promise<RunReport> => {
  const given = settingsOf(options);
  return withWorker(database, (worker) =>
    withLock(worker, given.waitMs, async () => {
      const progress = await readProgress(worker.sender, options.folder);
      const settings = { ...given, schemas: schemasFor(options, progress) };
      assertConsistent(progress, direction);
      const chosen = choose(progress);
      const plan = makePlan(direction, await databaseName(worker.sender), chosen, progress.rows, database.dialect.name);
      const tasks = chosen.map((migration, place) => taskOf(migration, direction, place === chosen.length - 1));
      if (options.dryRun === true) {
        const left = tasks.map((task, place) => ({ ...task, steps: task.steps.slice(plan.migrations[place]!.done) }));
        return Object.freeze({ plan, done: Object.freeze([]), untried: Object.freeze(await rehearse(worker, left, settings)) });
      }
      if (options.fake !== true) assertConsent(plan, options.consent);
      await createHistory(worker.sender);
      await adopt(worker, progress, settings);
      const done: string[] = [];
      if (options.fake === true && tasks.length > 0) await write(worker, tasks, settings, "fake");
      else for (const task of tasks) if (await traced(task, () => runMigration(worker, task, settings))) done.push(task.migration.name);
      return Object.freeze({
        plan,
        done: Object.freeze(options.fake === true ? chosen.map(({ name }) => name) : done),
        untried: Object.freeze([]),
      });
    }),
  );
};

/**
 * Applies what is pending, in order. One process at a time does it, others wait and find it done. After a crash, or a step that failed, call it again:
 * it goes on behind the last step that was kept. Throws `MigrationError`: E1711 for applied files that were changed, E1713 for branches that conflict,
 * E1715 without consent to what is lost, E1717 when somebody else migrates for too long, E1719 for a step that failed.
 *
 *     const { done } = await applyMigrations(engine, { folder: "migrations" });
 */
export const applyMigrations = (database: Database, options: PlanOptions & RunOptions = {}): Promise<RunReport> =>
  runAll(database, "apply", options, (progress) => toApply(progress, options.to));

/**
 * Takes migrations back, the last one first: one, or `steps`, or all after `to`. Throws like `applyMigrations`, and E1716 for what nothing undoes.
 *
 *     await rollbackMigrations(engine, { folder: "migrations", to: "20260301120000_create_users", consent: plan.hash });
 */
export const rollbackMigrations = async (database: Database, options: RollbackTarget & RunOptions = {}): Promise<RunReport> => {
  assertTarget(options);
  return runAll(database, "rollback", options, (progress) => toRevert(progress, options));
};

/**
 * Writes into the history that the migrations up to `to` are applied, and no others, whatever it said before. Runs none of them: for a database that had its
 * structure before there were migrations, or that was mended by hand.
 *
 *     await stampMigrations(engine, { folder: "migrations", to: "20260301120000_baseline" });
 */
export const stampMigrations = async (
  database: Database,
  options: PlanOptions & Pick<RunOptions, "waitForOthers" | "schemas"> = {},
): Promise<readonly string[]> => {
  const settings = settingsOf(options);
  return withWorker(database, (worker) =>
    withLock(worker, settings.waitMs, async () => {
      const progress = await readProgress(worker.sender, options.folder);
      const { graph, rows } = progress;
      const empty = { graph, rows: [], byName: new Map(), adopted: [], pending: graph.migrations, changed: [], missing: [], torn: [] };
      const chosen = toApply(empty, options.to);
      await createHistory(worker.sender);
      await inTransaction(worker, { foreignKeysOff: false, lockTimeoutMs: settings.lockTimeoutMs }, async () => {
        await writeStructure(worker.sender, null);
        for (const row of rows) await removeRow(worker.sender, row.name);
        for (const migration of chosen) {
          const before = rows.find((row) => row.name === migration.name && row.id === migration.id && row.state === "applied");
          const fresh = await newRow(worker, migration, "stamp");
          await writeRow(worker.sender, before === undefined ? fresh : { ...before, position: fresh.position });
        }
        await captureStructure(worker, schemasFor(options, progress));
      });
      return Object.freeze(chosen.map(({ name }) => name));
    }),
  );
};
