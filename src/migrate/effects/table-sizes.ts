/** How large the tables of a database are: what a statement that reads or writes all rows will cost. */
import { quote } from "../../dialect/quote.ts";
import type { Database } from "../../engine/database.ts";
import { keyOf } from "../../schema/snapshot.ts";
import { ask } from "../apply/migration-connection.ts";

export interface TableSize {
  /** PostgreSQL: as of the last ANALYZE; `null` where there was none. SQLite: counted. */
  readonly rows: number | null;
  /** With indexes; `null` where the database does not say. */
  readonly bytes: number | null;
}

const ofPostgres = async (database: Database): Promise<ReadonlyMap<string, TableSize>> => {
  const found = await ask<{ schema: string | null; name: string; rows: number; bytes: number }>(
    database,
    `SELECT nullif(n.nspname, current_schema()) AS schema, c.relname AS name, c.reltuples::float8 AS rows, pg_total_relation_size(c.oid)::float8 AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  return new Map(found.map(({ schema, name, rows, bytes }) => [keyOf({ schema, name }), { rows: rows < 0 ? null : rows, bytes }]));
};

const ofSqlite = async (database: Database): Promise<ReadonlyMap<string, TableSize>> => {
  const tables = await ask<{ name: string }>(
    database,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'",
  );
  // Built in as a rule, and an option of those who build SQLite.
  const pages = await ask<{ name: string; bytes: number }>(
    database,
    "SELECT m.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_master m ON m.name = d.name GROUP BY m.tbl_name",
  ).catch(() => []);
  const sizes = new Map<string, TableSize>();
  for (const { name } of tables) {
    const [count] = await ask<{ rows: number }>(database, `SELECT count(*) AS rows FROM ${quote(name)}`);
    sizes.set(keyOf({ schema: null, name }), { rows: count?.rows ?? null, bytes: pages.find((each) => each.name === name)?.bytes ?? null });
  }
  return sizes;
};

export const tableSizes = (database: Database): Promise<ReadonlyMap<string, TableSize>> =>
  database.dialect.name === "postgres" ? ofPostgres(database) : ofSqlite(database);
