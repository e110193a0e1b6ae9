/** Memory in megabytes, as people compare it. */
import process from "node:process";

const megabyte = 1024 * 1024;

export interface MemoryUsage {
  /** What JavaScript objects take. */
  readonly heapUsed: number;
  /** What the process takes. */
  readonly rss: number;
}

export const memoryNow = (): MemoryUsage => {
  const { heapUsed, rss } = process.memoryUsage();
  return { heapUsed: heapUsed / megabyte, rss: rss / megabyte };
};
