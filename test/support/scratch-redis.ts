/** A private Redis on a Unix socket; it ends with this process. The machine must have the program: `withoutRedis` says so. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

const isInstalled = (): boolean => {
  try {
    return /Redis server/.test(execFileSync("redis-server", ["--version"], { encoding: "utf8" }));
  } catch {
    return false;
  }
};

/** A reason to skip, or false. */
export const withoutRedis: string | false = isInstalled()
  ? false
  : "redis-server is not installed here (Debian: apt-get install redis-server)";

export interface ScratchRedis {
  /** A client of ioredis on this server; `stop` closes it. */
  readonly client: Redis;
  readonly socket: string;
  readonly stop: () => Promise<void>;
}

export const startScratchRedis = async (): Promise<ScratchRedis> => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-redis-"));
  const socket = join(directory, "redis.sock");
  const server = spawn("redis-server", ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", directory], {
    stdio: "ignore",
  });
  const kill = (): void => void server.kill("SIGKILL");
  process.once("exit", kill);
  for (let waited = 0; !existsSync(socket); waited += 10) {
    if (waited > 20_000 || server.exitCode !== null) throw new Error("redis-server did not start");
    await sleep(10);
  }
  const client = new Redis(socket, { maxRetriesPerRequest: 0, commandTimeout: 5000 });
  client.on("error", () => {});
  const stop = async (): Promise<void> => {
    client.disconnect();
    process.off("exit", kill);
    const ended = new Promise((resolve) => server.once("exit", resolve));
    kill();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  return { client, socket, stop };
};
