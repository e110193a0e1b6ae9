/**
 * Everything that is measured on PostgreSQL: `npm run bench -- postgres`, or a part of it, `npm run bench -- postgres by-id`.
 * The server is the one of PETREL_BENCH_URL; it gets a table of its own, which is dropped in the end.
 */
import { cpus } from "node:os";
import { measure } from "./measure.ts";
import { closeContenders, openContenders } from "./postgres/contenders.ts";
import type { Client } from "./postgres/contenders.ts";
import { idleConnections } from "./postgres/idle-connections.ts";
import { pin } from "./postgres/pinning.ts";
import { scenarios } from "./postgres/scenarios.ts";
import type { Scenario } from "./postgres/scenarios.ts";
import { fillTable, tableName } from "./postgres/table.ts";
import { printLimit, printTableWithCpu, printTargets } from "./report.ts";

const url = process.env["PETREL_BENCH_URL"] ?? "postgresql://root@127.0.0.1:5432/test";

const connect = async (): Promise<Client & { end(): Promise<void> }> => {
  // In a variable, so that the compiler does not ask for types.
  const address: string = new URL("peers/pg.mjs", import.meta.url).href;
  const module = (await import(address)) as { connect(url: string): Promise<Client & { end(): Promise<void> }> };
  return module.connect(url);
};

const runScenario = async (
  { title, connections, counted, contenders, targets, pinnedTargets = targets }: Scenario,
  client: Client,
): Promise<void> => {
  await fillTable(client);
  const opened = await openContenders(url, connections);
  const timed = await contenders(opened, client);
  for (const pinning of ["one core", "free"] as const) {
    if (!(await pin(client, pinning))) console.log("\ntaskset does not work here: nothing is pinned");
    const measured = await measure(timed, { warmUp: 6, counted });
    printTableWithCpu(`${title} (${pinning})`, measured);
    printTargets(measured, pinning === "free" ? targets : pinnedTargets);
    if (title === scenarios["concurrent"]!.title) {
      const [petrel] = measured;
      console.log(`  ${Math.round(1_000_000 / petrel!.median)} queries per second`);
      printLimit("client CPU per query", petrel!.cpu * 1000, 1500, "ns");
    }
    if (title === scenarios["by-id"]!.title) {
      const cpuOf = (name: string): number => measured.find((each) => each.name === name)!.cpu;
      for (const name of ["Petrel session.get", "Petrel query.first"]) {
        printLimit(`${name} over its own driver, client CPU`, (cpuOf(name) - cpuOf("Petrel's driver")) * 1000, 3000, "ns");
      }
    }
  }
  await pin(client, "free");
  await closeContenders(opened);
};

const names = [...Object.keys(scenarios), "idle-connections"];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : names;
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`There is no benchmark '${unknown}'. There are: ${names.join(", ")}.`);

const client = await connect();
const { rows } = await client.query("SELECT version(), current_setting('fsync') AS fsync");
const [cpu] = cpus();
console.log(
  `${cpu?.model ?? "unknown processor"} × ${cpus().length}, Node ${process.versions.node}, ${String(rows[0]!["version"]).split(" on ")[0]}`,
);
console.log(`fsync ${String(rows[0]!["fsync"])}, synchronous_commit off, ${url.includes("host=/") ? "unix socket" : "TCP"}`);
for (const name of wanted) {
  if (name === "idle-connections") await idleConnections(url);
  else await runScenario(scenarios[name]!, client);
}
await client.query(`DROP TABLE IF EXISTS ${tableName}`);
await client.end();
