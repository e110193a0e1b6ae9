/** Bytes that one idle connection keeps in this process. */
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import type { Request } from "../../src/driver/driver.ts";
import { collectGarbage } from "../measure.ts";
import { printLimit } from "../report.ts";

const connections = 50;

const used = (): number => {
  // Code that was not used for some collections is thrown away; all of it shall be gone before the first figure is taken.
  for (let times = 0; times < 12; times++) collectGarbage("major");
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const request: Request = { text: "SELECT 1", values: [], writes: false, bigints: false, batched: false };

/** Opens them in a function of its own: what an async function has awaited stays in its frame. Each has run a statement, as one that is kept has. */
const openAll = async (url: string, count: number): Promise<PostgresDriver> => {
  const driver = openPostgres({ url, pool: { maxConnections: count, minConnections: count } });
  const reserved = await Promise.all(Array.from({ length: count }, () => driver.reserve({ write: false })));
  for (const each of reserved) await each.run(request);
  for (const each of reserved) each.release();
  return driver;
};

const openAndClose = async (url: string): Promise<void> => {
  const driver = await openAll(url, 1);
  await driver.close();
};

export const idleConnections = async (url: string): Promise<void> => {
  // Warms up: what is compiled and shared then is no connection's. One only, since a closed one may keep its last block for a while.
  await openAndClose(url);
  const before = used();
  const driver = await openAll(url, connections);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const kept = (used() - before) / connections;
  await driver.close();
  console.log("\nIdle connections");
  printLimit("bytes kept per idle connection", kept, 16_384, "B");
};
