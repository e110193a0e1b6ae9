/** `petrel monitor start`: what a PostgreSQL server does with this database, again and again until Ctrl-C: sessions, waits for locks, slow statements, rates. */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError } from "../../base/errors.ts";
import { milliseconds } from "../../config/duration.ts";
import type { Engine } from "../../session/engine.ts";
import type { Call, Run } from "../command.ts";
import { isPostgresUrl } from "../database-name.ts";
import { numberOption } from "../number-option.ts";
import { urlOf } from "../settings.ts";
import { printable } from "../text-table.ts";

interface Sessions {
  readonly active: number;
  readonly idle: number;
  readonly idleInTransaction: number;
  readonly limit: number;
}
interface Waiting {
  readonly pid: number;
  readonly blockedBy: string;
  readonly seconds: number;
  readonly statement: string;
}
interface Slow {
  readonly pid: number;
  readonly seconds: number;
  readonly statement: string;
}
interface Counters {
  readonly commits: number;
  readonly rollbacks: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly deadlocks: number;
}
interface Sample {
  readonly at: string;
  readonly sessions: Sessions;
  readonly waiting: readonly Waiting[];
  readonly slow: readonly Slow[];
  /** Per second since the sample before; `null` in the first one. */
  readonly rates: Counters | null;
}

const sessionsSql = `SELECT count(*) FILTER (WHERE state = 'active')::int AS active, count(*) FILTER (WHERE state = 'idle')::int AS idle,
  count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS "idleInTransaction", current_setting('max_connections')::int AS "limit"
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const waitingSql = `SELECT pid, array_to_string(pg_blocking_pids(pid), ', ') AS "blockedBy",
  extract(epoch FROM clock_timestamp() - query_start)::float8 AS seconds, left(query, 200) AS statement
  FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY query_start LIMIT 10`;
const slowSql = `SELECT pid, extract(epoch FROM clock_timestamp() - query_start)::float8 AS seconds, left(query, 200) AS statement
  FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
  AND clock_timestamp() - query_start > $1 * interval '1 millisecond' ORDER BY query_start LIMIT 10`;
const countersSql = `SELECT xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks, tup_returned::float8 AS "rowsRead",
  (tup_inserted + tup_updated + tup_deleted)::float8 AS "rowsWritten", deadlocks::float8 AS deadlocks
  FROM pg_stat_database WHERE datname = current_database()`;

interface Taken {
  readonly time: number;
  readonly counters: Counters;
}

const perSecond = (before: Taken, now: Taken): Counters => {
  const seconds = Math.max(0.001, (now.time - before.time) / 1000);
  const rate = (name: keyof Counters): number => Math.max(0, (now.counters[name] - before.counters[name]) / seconds);
  return {
    commits: rate("commits"),
    rollbacks: rate("rollbacks"),
    rowsRead: rate("rowsRead"),
    rowsWritten: rate("rowsWritten"),
    deadlocks: rate("deadlocks"),
  };
};

const takeSample = async (engine: Engine, slowMs: number, before: Taken | null): Promise<{ sample: Sample; taken: Taken }> => {
  const [sessions] = (await engine.execute<Sessions>(sessionsSql)).all();
  const waiting = (await engine.execute<Waiting>(waitingSql)).all();
  const slow = (await engine.execute<Slow>(slowSql, [slowMs])).all();
  const [counters] = (await engine.execute<Counters>(countersSql)).all();
  const taken = { time: performance.now(), counters: counters! };
  const sample = {
    at: new Date().toISOString(),
    sessions: sessions!,
    waiting,
    slow,
    rates: before === null ? null : perSecond(before, taken),
  };
  return { sample, taken };
};

const sampleText = ({ at, sessions, waiting, slow, rates }: Sample): string => {
  const rated =
    rates === null
      ? ""
      : `; per second ${rates.commits.toFixed(1)} commits, ${rates.rollbacks.toFixed(1)} rollbacks, ${rates.rowsRead.toFixed(0)} rows read, ${rates.rowsWritten.toFixed(0)} written`;
  return [
    `${at.slice(11, 19)}  ${sessions.active} active, ${sessions.idle} idle, ${sessions.idleInTransaction} idle in transaction, of ${sessions.limit}${rated}`,
    ...waiting.map(
      (each) => `          ${each.pid} waits ${each.seconds.toFixed(1)} s for ${each.blockedBy}: ${printable(each.statement)}`,
    ),
    ...slow.map((each) => `          ${each.pid} runs ${each.seconds.toFixed(1)} s: ${printable(each.statement)}`),
  ].join("\n");
};

const watch = async (call: Call, engine: Engine, signal: AbortSignal): Promise<void> => {
  const interval = milliseconds(call.options.text("interval") ?? "2s", "--interval");
  const slowMs = milliseconds(call.options.text("slow") ?? "1s", "--slow");
  const count = numberOption(call.options, "count") ?? Infinity;
  let before: Taken | null = null;
  // It also ends when nobody reads any more.
  for (let number = 1; !signal.aborted && call.system.stdout.writable; number++) {
    const { sample, taken } = await takeSample(engine, slowMs, before);
    call.output.item(sample, sampleText(sample));
    before = taken;
    if (number >= count) return;
    await sleep(interval, undefined, { signal }).catch(() => null);
  }
};

export const run: Run = async (call) => {
  if (!isPostgresUrl(urlOf(await call.settings())))
    throw new ConfigurationError("SQLite has no server to watch: petrel monitor is for PostgreSQL.");
  const engine = await call.open({ maxConnections: 1 });
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    await watch(call, engine, stop.signal);
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
  return undefined;
};
