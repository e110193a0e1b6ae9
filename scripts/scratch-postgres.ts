/**
 * `node scripts/scratch-postgres.ts`: a PostgreSQL to play with. Prints its URLs, and is gone when this process ends.
 * `node scripts/scratch-postgres.ts program.ts …`: runs the program with `--url` and the server's URL behind its own arguments, then takes the server away.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startScratchPostgres, type ScratchPostgres } from "../test/support/scratch-postgres.ts";

const wait = (server: ScratchPostgres): void => {
  console.log(`${server.url()}\n${server.socketUrl()}\nEnds with this process (Ctrl-C).`);
  setInterval(() => undefined, 60_000);
};

const run = async (server: ScratchPostgres, program: readonly string[]): Promise<void> => {
  const child = spawn(process.execPath, [...program, "--url", server.url()], { stdio: "inherit" });
  const [status] = await once(child, "exit");
  await server.stop();
  process.exitCode = typeof status === "number" ? status : 1;
};

const program = process.argv.slice(2);
// With an option it is a server of our own also where PETREL_TEST_POSTGRES_URL names another: a program may fill it.
const server = await startScratchPostgres({ settings: {} });
if (program.length === 0) wait(server);
else await run(server, program);
