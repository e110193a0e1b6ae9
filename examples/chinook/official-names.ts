/**
 * Chinook's own script for PostgreSQL writes `invoice_line.unit_price` where its SQLite file has `InvoiceLine.UnitPrice`.
 * Temporary views give the tables the names that the models know. They live on one connection and end with it: nothing is stored.
 */
import { sql, type Engine } from "petrel";

const tables = [
  "album",
  "artist",
  "customer",
  "employee",
  "genre",
  "invoice",
  "invoice_line",
  "media_type",
  "playlist",
  "playlist_track",
  "track",
] as const;

interface Column {
  readonly table_name: string;
  readonly column_name: string;
}

/** `invoice_line` → `InvoiceLine`. */
const modelName = (name: string): string => name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const renamed = (name: string) => sql`${sql.identifier(name)} AS ${sql.identifier(modelName(name))}`;

/** Whether the database holds the tables of Chinook's own script. If so, the connection sees them under the names of the models from now on. */
export const viewOfficialTables = async (engine: Engine): Promise<boolean> => {
  const columns = await engine.execute(
    sql<Column>`SELECT table_name, column_name FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = ANY(${tables}) ORDER BY ordinal_position`,
  );
  const byTable = Map.groupBy(columns.all(), ({ table_name: table }) => table);
  if (tables.some((table) => !byTable.has(table))) return false;
  for (const [table, its] of byTable) {
    const names = its.map(({ column_name: name }) => renamed(name));
    await engine.execute(
      sql`CREATE TEMPORARY VIEW ${sql.identifier(modelName(table))} AS SELECT ${sql.join(names)} FROM ${sql.identifier(table)}`,
    );
  }
  return true;
};
