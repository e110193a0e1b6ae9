/** What a PostgreSQL server knows about one of its databases: sessions, waits for locks, slow statements, rates. Its own statements are seen by no watcher. */
import type { BoundValue } from "../../base/bound-value.ts";
import type { Database } from "../../engine/database.ts";
import type { Rates, ServerFigures, Session, StatementFigures } from "./sample.ts";

const sessionsSql = `SELECT count(*) FILTER (WHERE state = 'active')::int AS active, count(*) FILTER (WHERE state = 'idle')::int AS idle,
  count(*) FILTER (WHERE state LIKE 'idle in transaction%')::int AS "idleInTransaction", current_setting('max_connections')::int AS "limit"
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const waitingSql = `SELECT pid, array_to_string(pg_blocking_pids(pid), ', ') AS "blockedBy",
  extract(epoch FROM clock_timestamp() - query_start)::float8 AS seconds, left(query, 200) AS statement,
  (SELECT holder.state || ' for ' || round(extract(epoch FROM clock_timestamp() - holder.state_change))::text || ' s, ' || left(holder.query, 200)
    FROM pg_stat_activity AS holder WHERE holder.pid = (pg_blocking_pids(waiting.pid))[1]) AS holder
  FROM pg_stat_activity AS waiting WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY query_start LIMIT 10`;
const slowSql = `SELECT pid, extract(epoch FROM clock_timestamp() - query_start)::float8 AS seconds, left(query, 200) AS statement
  FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
  AND clock_timestamp() - query_start > $1 * interval '1 millisecond' ORDER BY query_start LIMIT 10`;
const countersSql = `SELECT xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks, tup_returned::float8 AS "rowsRead",
  (tup_inserted + tup_updated + tup_deleted)::float8 AS "rowsWritten", deadlocks::float8 AS deadlocks,
  blks_hit::float8 / nullif(blks_hit + blks_read, 0) AS "cacheHit"
  FROM pg_stat_database WHERE datname = current_database()`;
/** The schema of the extension, where it has the columns of its version for PostgreSQL 13 and newer. */
const statementsSchemaSql = `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'pg_stat_statements'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'total_exec_time' WHERE e.extname = 'pg_stat_statements'`;
const statementsSql = (schema: string): string => `SELECT left(query, 2000) AS sql, calls::float8 AS calls, total_exec_time AS "totalMs",
  mean_exec_time AS "meanMs", max_exec_time AS "maxMs", rows::float8 AS rows
  FROM ${schema}.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database()
  ORDER BY total_exec_time DESC LIMIT 25`;

/** A server that does not answer within it is told of as one. */
const timeoutMs = 5000;

type Counters = Rates & { readonly cacheHit: number | null };

interface Taken {
  readonly time: number;
  readonly counters: Counters;
}

const perSecond = (before: Taken, now: Taken): Rates => {
  const seconds = Math.max(0.001, (now.time - before.time) / 1000);
  const rate = (name: keyof Rates): number => Math.max(0, (now.counters[name] - before.counters[name]) / seconds);
  return {
    commits: rate("commits"),
    rollbacks: rate("rollbacks"),
    rowsRead: rate("rowsRead"),
    rowsWritten: rate("rowsWritten"),
    deadlocks: rate("deadlocks"),
  };
};

export class PostgresSource {
  readonly #database: Database;
  readonly #slowMs: number;
  #before: Taken | null = null;
  /** The schema of `pg_stat_statements`, once it was looked for; `null` for none. */
  #statementsIn: string | null | undefined = undefined;

  constructor(database: Database, slowMs: number) {
    this.#database = database;
    this.#slowMs = slowMs;
  }

  async #ask<Row>(text: string, values: readonly BoundValue[] = []): Promise<Row[]> {
    const request = { text, values, writes: false, bigints: false, batched: false, timeoutMs };
    const { rows, columns } = await this.#database.driver.run(request);
    return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]]))) as Row[];
  }

  /** `withStatements`: asks `pg_stat_statements`, too. Throws what the driver throws. */
  async take(withStatements: boolean): Promise<ServerFigures> {
    const [sessions] = await this.#ask<ServerFigures["sessions"]>(sessionsSql);
    const waiting = await this.#ask<ServerFigures["waiting"][number]>(waitingSql);
    const slow = await this.#ask<Session>(slowSql, [this.#slowMs]);
    const [counters] = await this.#ask<Counters>(countersSql);
    const now = { time: performance.now(), counters: counters! };
    const rates = this.#before === null ? null : perSecond(this.#before, now);
    this.#before = now;
    const statements = withStatements ? await this.#statements() : null;
    return { sessions: sessions!, waiting, slow, rates, cacheHit: counters!.cacheHit, statements };
  }

  async #statements(): Promise<readonly StatementFigures[] | null> {
    this.#statementsIn ??= (await this.#ask<{ schema: string }>(statementsSchemaSql))[0]?.schema ?? null;
    if (this.#statementsIn === null) return null;
    try {
      const rows = await this.#ask<Omit<StatementFigures, "bytes" | "errors" | "callSite" | "plan">>(statementsSql(this.#statementsIn));
      return rows.map((row) => ({ ...row, bytes: null, errors: 0, callSite: null, plan: null }));
    } catch {
      // It is there, and was not loaded with the server, or is not for this user.
      this.#statementsIn = null;
      return null;
    }
  }
}
