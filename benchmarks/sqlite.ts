/** Everything that is measured on SQLite: `npm run bench`, or a part of it, `npm run bench -- rows|by-id|building|eager|inserts|memory`. */
import { cpus } from "node:os";
import { building } from "./building.ts";
import { byId } from "./by-id.ts";
import { eager } from "./eager.ts";
import { inserts } from "./inserts.ts";
import { memory } from "./memory.ts";
import { rows } from "./rows.ts";
import { withDatabase } from "./users.ts";

const parts: Readonly<Record<string, (path: string) => Promise<void>>> = { rows, "by-id": byId, building, eager, inserts, memory };

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
const unknown = wanted.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) throw new Error(`There is no benchmark '${unknown}'. There are: ${Object.keys(parts).join(", ")}.`);

const [cpu] = cpus();
const { sqlite, v8 } = process.versions;
console.log(`${cpu?.model ?? "unknown processor"} × ${cpus().length}, Node ${process.versions.node}, V8 ${v8}, SQLite of Node ${sqlite}`);
for (const name of wanted) await withDatabase(parts[name]!);
