/**
 * Where the two sides run. On one core the time of a round trip is the work of both sides and nothing else; on cores of their own it is mostly the
 * time that an idle core takes to wake up, and which of the two the scheduler chooses changes from second to second.
 */
import { execFileSync } from "node:child_process";

const taskset = (cores: string, pid: number): boolean => {
  try {
    execFileSync("taskset", ["-acp", cores, String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** Puts processes with all their threads on one core, or lets them go. False where the system does not allow it. */
export const pin = (pids: readonly number[], isPinned: boolean): boolean =>
  pids.map((pid) => taskset(isPinned ? "0" : "0-1023", pid)).every(Boolean);

/** Whether `taskset` is there and lets us. */
export const canPin = (): boolean => taskset("0-1023", process.pid);
