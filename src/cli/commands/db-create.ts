/** `petrel db create`: an empty database, where there is none of that name. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { quote } from "../../dialect/quote.ts";
import type { Run } from "../command.ts";
import { databaseName } from "../database-name.ts";
import { openServer } from "../server.ts";

export const run: Run = async (call) => {
  const named = await databaseName(call);
  const created = named.kind === "postgres" ? await createPostgres(call, named.name) : await createSqlite(call, named);
  call.output.result(
    { database: named.name, created },
    created ? `The database ${named.name} was created.` : `The database ${named.name} is there already.`,
  );
  return undefined;
};

const createPostgres = async (call: Parameters<Run>[0], name: string): Promise<boolean> => {
  const server = await openServer(call);
  const found = await server.execute("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
  if (found.rowCount > 0) return false;
  await server.execute(`CREATE DATABASE ${quote(name)}`);
  return true;
};

/** SQLite makes the file with the first write; one without tables is a database, too. */
const createSqlite = async (
  call: Parameters<Run>[0],
  { name, memory }: { readonly name: string; readonly memory: boolean },
): Promise<boolean> => {
  if (memory || existsSync(resolve(call.system.cwd, name))) return false;
  const engine = await call.open();
  await engine.execute("PRAGMA user_version = 0");
  return true;
};
