/** Bytes that one idle connection keeps in this process. */
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { Request } from "../../src/driver/driver.ts";
import { collectGarbage } from "../measure.ts";
import { printLimit } from "../report.ts";

const connections = 50;

const used = (): number => {
  for (let times = 0; times < 4; times++) collectGarbage("major");
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const request: Request = { text: "SELECT 1", values: [], writes: false, bigints: false, batched: false };

/** Each connection has run a statement, as one that is kept has. */
export const idleConnections = async (url: string): Promise<void> => {
  const found: number[] = [];
  // The first time warms up: what is compiled and shared then is no connection's.
  for (let times = 0; times < 4; times++) {
    const driver = openPostgres({ url, pool: { maxConnections: connections, minConnections: connections } });
    const before = used();
    const reserved = await Promise.all(Array.from({ length: connections }, () => driver.reserve({ write: false })));
    for (const each of reserved) await each.run(request);
    for (const each of reserved) each.release();
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (times > 0) found.push((used() - before) / connections);
    await driver.close();
  }
  console.log("\nIdle connections");
  printLimit("bytes kept per idle connection", found.sort((a, b) => a - b)[1]!, 16_384, "B");
};
