/** `petrel db drop`: the whole database, with everything in it. */
import { existsSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigurationError } from "../../base/errors.ts";
import { quote } from "../../dialect/quote.ts";
import type { Call, Run } from "../command.ts";
import { assertConfirmed, databaseName } from "../database-name.ts";
import { openServer } from "../server.ts";

export const run: Run = async (call) => {
  const named = await databaseName(call);
  if (named.kind === "sqlite" && named.memory) throw new ConfigurationError("A database in memory goes by itself when its engine closes.");
  await assertConfirmed(call, `This drops the database ${named.name} with everything in it.`);
  const dropped = named.kind === "postgres" ? await dropPostgres(call, named.name) : dropFiles(resolve(call.system.cwd, named.name));
  call.output.result(
    { database: named.name, dropped },
    dropped ? `The database ${named.name} was dropped.` : `There is no database ${named.name}.`,
  );
  return undefined;
};

const dropPostgres = async (call: Call, name: string): Promise<boolean> => {
  const server = await openServer(call);
  const found = await server.execute("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
  if (found.rowCount === 0) return false;
  await server.execute(`DROP DATABASE ${quote(name)}${call.options.flag("force") ? " WITH (FORCE)" : ""}`);
  return true;
};

const dropFiles = (path: string): boolean => {
  const isThere = existsSync(path);
  for (const ending of ["-journal", "-wal", "-shm", ""]) rmSync(`${path}${ending}`, { force: true });
  return isThere;
};
