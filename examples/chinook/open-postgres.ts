/** Opens the store in a PostgreSQL database: one that holds Chinook already, or an empty one that may be filled. */
import { createEngine, sql, type Engine } from "petrel";
import { loadStore } from "./load.ts";
import { Invoice } from "./models/sales.ts";
import { viewOfficialTables } from "./official-names.ts";
import { openStore, type OpenedStore } from "./open.ts";
import { StoreProblem } from "./store-problem.ts";

export interface PostgresStore extends OpenedStore {
  /** How many rows were written into the database; 0 when it held the store already. */
  readonly loadedRows: number;
}

const holdsStore = async (engine: Engine): Promise<boolean> => {
  const found = await engine.execute(sql<{ found: boolean }>`SELECT to_regclass('"Invoice"') IS NOT NULL AS found`);
  return found.one().found && (await engine.query(Invoice).exists());
};

const load = async (engine: Engine): Promise<number> => {
  await using file = await openStore();
  return await loadStore(file.engine, engine);
};

/** Sees to it that the database holds the store. Returns how many rows that took. */
const prepare = async (engine: Engine, mayLoad: boolean): Promise<number> => {
  if ((await holdsStore(engine)) || (await viewOfficialTables(engine))) return 0;
  if (mayLoad) return load(engine);
  throw new StoreProblem(
    "There is no Chinook in this database. Add --load to have its 11 tables created and filled there (15,607 rows); nothing was written.",
  );
};

/** Throws `StoreProblem` where there is no store and `load` is false. */
export const openPostgresStore = async (url: string, options: { readonly load: boolean }): Promise<PostgresStore> => {
  // Temporary views belong to a connection, so there is one; questions asked together travel on it together.
  // The times of Chinook's own script have no zone. They are read as UTC, and compared as UTC.
  const engine = await createEngine(url, { maxConnections: 1, codecs: { timestamp: "date" }, parameters: { TimeZone: "UTC" } });
  try {
    const loadedRows = await prepare(engine, options.load);
    return { engine, loadedRows, [Symbol.asyncDispose]: () => engine.close() };
  } catch (error) {
    await engine.close();
    throw error;
  }
};
