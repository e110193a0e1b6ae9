/**
 * Where the two sides run. On one core the time of a round trip is the work of both sides and nothing else; on cores of their own it is mostly the
 * time that an idle core takes to wake up, and which of the two the scheduler chooses changes from second to second.
 */
import { execFileSync } from "node:child_process";
import type { Client } from "./contenders.ts";

export type Pinning = "one core" | "free";

const taskset = (cores: string, pid: number, threads: boolean): boolean => {
  try {
    execFileSync("taskset", [threads ? "-acp" : "-cp", cores, String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** Puts this process and the server's processes for its connections on one core, or lets them go. False where the system does not allow it. */
export const pin = async (client: Client, pinning: Pinning): Promise<boolean> => {
  const cores = pinning === "one core" ? "0" : "0-1023";
  const { rows } = await client.query(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database()",
  );
  const isDone = rows.map(({ pid }) => taskset(cores, pid as number, false));
  return taskset(cores, process.pid, true) && isDone.every(Boolean);
};
