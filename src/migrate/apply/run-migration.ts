/**
 * One migration, from wherever it stands to its end. Each unit of steps is kept together with the note that it is done:
 *
 *     steps of one transaction   BEGIN · look whether it is still to be done · steps · note · COMMIT
 *     a statement alone          note that it begins · statement · note      (cut off in between, the next run looks what it left)
 *     a batched step             BEGIN · a batch · note how far it is · COMMIT, again and again
 */
import { performance } from "node:perf_hooks";
import { CommitOutcomeUnknown, ConnectionLost, isPetrelError, MigrationError } from "../../base/errors.ts";
import { readRow, removeRow, writeRow, writeStructure } from "./history.ts";
import type { HistoryRow } from "./history.ts";
import { historyTable } from "./history-table.ts";
import { writtenObjects } from "../structure/unmanaged.ts";
import { introspectOn, without } from "../structure/introspect.ts";
import { settled } from "./leftover.ts";
import { ask, inTransaction, retrying } from "./migration-connection.ts";
import type { Worker } from "./migration-connection.ts";
import { referenceTo } from "../files/migration-file.ts";
import { assertLocked } from "./migration-lock.ts";
import type { Cursor, RunStep, SqlStep, Step } from "../migration.ts";
import type { Migration, StepReport } from "../migration-plan.ts";
import { textOf } from "../effects/step-effects.ts";
import { prefixOf, unitAt } from "./unit.ts";
import type { Unit } from "./unit.ts";

export interface RunSettings {
  readonly lockTimeoutMs: number;
  readonly lockRetries: number;
  readonly schemas: readonly string[];
  readonly onStep: (step: StepReport) => void;
}

/** One migration of a run, in one direction. */
export interface Task {
  readonly migration: Migration;
  readonly direction: "apply" | "rollback";
  readonly steps: readonly Step[];
  /** Whether the structure is written down at its end: once per run is enough. */
  readonly isLast: boolean;
}

export const taskOf = (migration: Migration, direction: Task["direction"], isLast: boolean): Task => ({
  migration,
  direction,
  steps: direction === "apply" ? migration.up : migration.down!,
  isLast,
});

/** What the history says at first is not what it says in the transaction: another process was faster. */
class Overtaken extends Error {}

const isSame = (a: HistoryRow | null, b: HistoryRow | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/** How far the task is; `null` at its end. */
const stepsDone = ({ direction }: Task, row: HistoryRow | null): number | null => {
  if (direction === "apply") return row === null ? 0 : row.state === "applying" ? row.step : null;
  if (row === null) return null;
  return row.state === "reverting" ? row.step : 0;
};

/** A file may be mended after a step failed, but not in what was done. */
const assertSamePrefix = ({ migration, steps }: Task, row: HistoryRow | null): void => {
  if (row === null || row.state === "applied" || row.id === migration.id || row.prefix === prefixOf(steps, row.step)) return;
  throw new MigrationError(
    `The migration '${migration.name}' is half done, and its first ${row.step} steps say something else now. Take that change back: only what comes ` +
      "after them may be mended.",
    {},
    "E1718",
  );
};

interface Note {
  readonly step: number;
  readonly started?: boolean;
  readonly cursor?: Cursor | null;
  readonly elapsedMs: number;
}

export const newRow = async ({ sender }: Worker, migration: Migration, how: HistoryRow["how"]): Promise<HistoryRow> => {
  const [last] = await ask<{ position: number | null }>(sender, `SELECT max(position) AS position FROM ${historyTable}`);
  return {
    name: migration.name,
    id: migration.id,
    parents: migration.parents.map(({ name, hash }) => referenceTo({ name, id: hash })),
    state: "applied",
    step: 0,
    prefix: null,
    started: false,
    cursor: null,
    how,
    position: (last?.position ?? 0) + 1,
    appliedAt: new Date(),
    durationMs: 0,
  };
};

/** Writes down what the database looks like: whatever is different later was done by somebody else. */
export const captureStructure = async ({ sender }: Worker, schemas: readonly string[]): Promise<void> =>
  writeStructure(sender, {
    schemas,
    structure: without(await introspectOn(sender, { schemas }), [historyTable]),
    unmanaged: await writtenObjects(sender, schemas),
  });

const note = async (worker: Worker, task: Task, row: HistoryRow | null, written: Note, settings: RunSettings): Promise<void> => {
  const { sender } = worker;
  const { migration, direction, steps, isLast } = task;
  const isDone = written.step >= steps.length;
  if (isDone && direction === "rollback") await removeRow(sender, migration.name);
  else {
    const unfinished = direction === "apply" ? "applying" : "reverting";
    await writeRow(sender, {
      ...(row ?? (await newRow(worker, migration, "run"))),
      id: migration.id,
      state: isDone ? "applied" : unfinished,
      step: isDone ? 0 : written.step,
      prefix: isDone ? null : prefixOf(steps, written.step),
      started: written.started === true,
      cursor: written.cursor === undefined || written.cursor === null ? null : JSON.stringify(written.cursor),
      appliedAt: new Date(),
      durationMs: (row?.state === unfinished ? row.durationMs : 0) + written.elapsedMs,
    });
  }
  if (isDone && isLast) await captureStructure(worker, settings.schemas);
  else await writeStructure(sender, null);
};

/** One step that shares a transaction with others. */
export const runStep = async ({ sender, context }: Worker, step: SqlStep | RunStep): Promise<void> => {
  if (step.kind === "run") return step.run(context);
  const rows = await ask(sender, step.sql);
  if (step.expectsNoRows !== true || rows.length === 0) return;
  throw new MigrationError(
    `A question that has to find nothing found ${rows.length} rows, so what it stands with was rolled back: ${step.sql}`,
    { sql: step.sql },
    "E1703",
  );
};

interface Turn {
  readonly worker: Worker;
  readonly task: Task;
  readonly row: HistoryRow | null;
  readonly from: number;
  readonly settings: RunSettings;
  readonly began: number;
}

const elapsed = ({ began }: Turn): number => performance.now() - began;

/** A transaction that begins by looking whether its work is still to be done. */
const guarded = async (turn: Turn, foreignKeysOff: boolean, work: () => Promise<void>): Promise<void> => {
  const { worker, task, row, settings } = turn;
  await inTransaction(worker, { foreignKeysOff, lockTimeoutMs: settings.lockTimeoutMs }, async () => {
    await assertLocked(worker);
    if (!isSame(await readRow(worker.sender, task.migration.name), row)) throw new Overtaken();
    await work();
  });
};

const reportOf = ({ task, settings }: Turn, place: number, attempt: number): void =>
  settings.onStep({
    migration: task.migration.name,
    direction: task.direction,
    step: place + 1,
    steps: task.steps.length,
    text: textOf(task.steps[place]!),
    attempt,
  });

/** Which step was running when something went wrong. */
interface Place {
  step: number;
}

const runTogether = async (turn: Turn, steps: readonly (SqlStep | RunStep)[], place: Place, attempt: number): Promise<void> => {
  const { worker, task, row, from, settings } = turn;
  const foreignKeysOff = steps.some((step) => step.kind === "sql" && step.foreignKeysOff === true);
  await guarded(turn, foreignKeysOff, async () => {
    for (const [index, step] of steps.entries()) {
      place.step = from + index;
      reportOf(turn, place.step, attempt);
      await runStep(worker, step);
    }
    await note(worker, task, row, { step: from + steps.length, elapsedMs: elapsed(turn) }, settings);
  });
};

/** What builds an index beside the traffic holds up nobody, and waits for everybody: a timeout would only break it off. */
const withSessionTimeout = async (turn: Turn, isPatient: boolean, work: () => Promise<void>): Promise<void> => {
  const { worker, settings } = turn;
  if (worker.dialect.name === "sqlite") return work();
  await ask(worker.sender, `SET lock_timeout = ${isPatient ? 0 : Math.ceil(settings.lockTimeoutMs)}`);
  try {
    await work();
  } finally {
    await ask(worker.sender, "RESET lock_timeout").catch(() => null);
  }
};

const runAlone = async (turn: Turn, unit: Extract<Unit, { kind: "alone" }>, attempt: number): Promise<void> => {
  const { worker, task, from, settings } = turn;
  let row = turn.row;
  let isDone = false;
  if (row?.started === true || attempt > 1) isDone = await settled(worker, unit.leaves);
  if (row?.started !== true)
    await guarded(turn, false, async () => {
      await note(worker, task, row, { step: from, started: true, elapsedMs: elapsed(turn) }, settings);
      // Within the transaction: after it, it may be what another process wrote.
      row = await readRow(worker.sender, task.migration.name);
    });
  reportOf(turn, from, attempt);
  if (!isDone)
    await withSessionTimeout(turn, unit.leaves?.what === "index", async () => void (await ask(worker.sender, unit.step.sql))).catch(
      async (error: unknown) => {
        // Where this fails, too, the next run does it: it finds the note that the statement was begun.
        await settled(worker, unit.leaves).catch(() => null);
        throw error;
      },
    );
  const after: Turn = { ...turn, row };
  await guarded(after, false, () => note(worker, task, row, { step: from + 1, elapsedMs: elapsed(turn) }, settings));
};

const runBatch = async (turn: Turn, unit: Extract<Unit, { kind: "batched" }>, attempt: number): Promise<void> => {
  const { worker, task, row, from, settings } = turn;
  reportOf(turn, from, attempt);
  await guarded(turn, false, async () => {
    // Written by `note`.
    const cursor = row === null || row.cursor === null ? null : (JSON.parse(row.cursor) as Cursor);
    const next = (await unit.step.batch(worker.context, cursor)) as Cursor | null | undefined;
    const isDone = next === null || next === undefined;
    await note(worker, task, row, { step: isDone ? from + 1 : from, cursor: isDone ? null : next, elapsedMs: elapsed(turn) }, settings);
  });
};

/** What went wrong at which step, and what is left of the migration. */
export const failure = ({ migration, steps }: Task, place: number, kept: string, error: unknown): MigrationError => {
  const reason = error instanceof Error ? error.message : String(error);
  const step = steps[place];
  const details = {
    cause: error,
    ...(step?.kind === "sql" ? { sql: step.sql } : {}),
    ...(isPetrelError(error) && error.sqlState !== undefined ? { sqlState: error.sqlState } : {}),
  };
  const named = step === undefined || step.kind === "sql" ? "" : ` ('${step.name}')`;
  return new MigrationError(
    `The migration '${migration.name}' failed at step ${place + 1} of ${steps.length}${named}: ${reason} ${kept}`,
    details,
    "E1719",
  );
};

const remains = ({ task, from }: Turn, error: unknown): string => {
  if (error instanceof ConnectionLost || error instanceof CommitOutcomeUnknown)
    return "The connection was lost: the next run finds out what was kept.";
  const kept =
    from === 0 ? "Nothing of it was kept" : `Its first ${from} step${from === 1 ? " is" : "s are"} done and stay${from === 1 ? "s" : ""}`;
  return `${kept}. Mend the cause, or the file from that step on, and ${task.direction === "apply" ? "apply" : "roll back"} again.`;
};

const runUnit = async (turn: Turn, unit: Unit): Promise<void> => {
  const place: Place = { step: turn.from };
  try {
    await retrying(turn.settings.lockRetries, (attempt) => {
      if (unit.kind === "together") return runTogether(turn, unit.steps, place, attempt);
      return unit.kind === "alone" ? runAlone(turn, unit, attempt) : runBatch(turn, unit, attempt);
    });
  } catch (error) {
    if (error instanceof Overtaken || (error instanceof MigrationError && error.code === "E1717")) throw error;
    throw failure(turn.task, place.step, remains(turn, error), error);
  }
};

/** Runs what is left of a migration. `false` where nothing was: another process had done it. */
export const runMigration = async (worker: Worker, task: Task, settings: RunSettings): Promise<boolean> => {
  let didSomething = false;
  for (;;) {
    const row = await readRow(worker.sender, task.migration.name);
    const from = stepsDone(task, row);
    if (from === null) return didSomething;
    assertSamePrefix(task, row);
    const turn: Turn = { worker, task, row, from, settings, began: performance.now() };
    const unit = unitAt(task.steps, from, worker.dialect.name) ?? { kind: "together", steps: [] };
    try {
      await runUnit(turn, unit);
      didSomething = true;
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
};
