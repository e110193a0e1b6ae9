/** A Redis Cluster of one node, which has all slots, and refuses commands across several as any cluster does. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster, Redis } from "ioredis";
import { until } from "./waiting.ts";

export interface ScratchRedisCluster {
  readonly client: Cluster;
  readonly stop: () => Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });

/** Nodes speak to each other 10,000 above their port. */
const clusterPort = async (): Promise<number> => {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
  }
};

export const startScratchRedisCluster = async (): Promise<ScratchRedisCluster> => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-redis-cluster-"));
  const port = await clusterPort();
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--cluster-announce-ip",
    "127.0.0.1",
    "--cluster-enabled",
    "yes",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    directory,
  ];
  const server = spawn("redis-server", options, { stdio: "ignore" });
  const kill = (): void => void server.kill("SIGKILL");
  process.once("exit", kill);
  const node = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: null });
  node.on("error", () => undefined);
  await node.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await until(async () => String(await node.call("CLUSTER", "INFO")).includes("cluster_state:ok"));
  node.disconnect();
  const client = new Cluster([{ host: "127.0.0.1", port }]);
  return {
    client,
    stop: async () => {
      client.disconnect();
      const ended = new Promise((resolve) => server.once("exit", resolve));
      kill();
      await ended;
      process.removeListener("exit", kill);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
