/**
 * One run of migrations at a time. On PostgreSQL by an advisory lock of the session that also does the work, so that the lock and the work end together.
 * It is asked for again and again rather than waited for: a waiting statement has a snapshot, for which CREATE INDEX CONCURRENTLY would wait in turn.
 *
 * SQLite has one writer. There every transaction looks whether what it is about to do is still to be done.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { MigrationError } from "../../base/errors.ts";
import { ask } from "./migration-connection.ts";
import type { Worker } from "./migration-connection.ts";

/** "petr" in ASCII, and the schema whose history it is. */
const key = "1885697138, hashtext(coalesce(current_schema(), ''))";
const isOurs =
  "locktype = 'advisory' AND classid = 1885697138 AND objid = (hashtext(coalesce(current_schema(), ''))::bigint & 4294967295)::oid " +
  "AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
const pauseMs = 100;

const holder = async ({ sender }: Worker): Promise<string> => {
  const [found] = await ask<{ pid: number; application: string | null; seconds: number }>(
    sender,
    `SELECT l.pid, a.application_name AS application, extract(epoch FROM now() - a.backend_start)::int AS seconds
     FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.granted AND ${isOurs.replaceAll("database =", "l.database =")}`,
  );
  if (found === undefined) return "";
  const application = found.application === null || found.application === "" ? "" : ` ('${found.application}')`;
  return ` It is the server's process ${found.pid}${application}, connected for ${found.seconds} s.`;
};

const locked = async (worker: Worker, waitMs: number): Promise<void> => {
  const end = performance.now() + waitMs;
  for (;;) {
    const [answer] = await ask<{ got: boolean }>(worker.sender, `SELECT pg_try_advisory_lock(${key}) AS got`);
    if (answer?.got === true) return;
    if (performance.now() >= end)
      throw new MigrationError(
        `Another process is migrating this database, and did not finish within ${waitMs} ms.${await holder(worker)} Nothing was done. ` +
          "Wait for it, or raise waitForOthers.",
        {},
        "E1717",
      );
    await sleep(pauseMs);
  }
};

/** Runs `work` while nobody else migrates. Throws `MigrationError` E1717 when somebody else does for longer than `waitMs`. */
export const withLock = async <T>(worker: Worker, waitMs: number, work: () => Promise<T>): Promise<T> => {
  if (worker.dialect.name === "sqlite") return work();
  await locked(worker, waitMs);
  try {
    return await work();
  } finally {
    // A connection that is lost has lost its locks.
    await ask(worker.sender, `SELECT pg_advisory_unlock(${key})`).catch(() => null);
  }
};

/** A pooler that gives each transaction another connection takes the lock away unseen: then nothing may be changed. */
export const assertLocked = async (worker: Worker): Promise<void> => {
  if (worker.dialect.name === "sqlite") return;
  const found = await ask(worker.sender, `SELECT 1 AS held FROM pg_locks WHERE granted AND pid = pg_backend_pid() AND ${isOurs}`);
  if (found.length > 0) return;
  throw new MigrationError(
    "The lock against others who migrate is not held by this connection any more, so nothing more was done. A pooler in transaction mode " +
      "hands out another connection each time: migrate through a direct connection to the server.",
    {},
    "E1717",
  );
};
