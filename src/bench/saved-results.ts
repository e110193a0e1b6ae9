/** Results as a file: JSON, with the machine that they come from, since times of two machines are not to be compared. */
import { readFile, writeFile } from "node:fs/promises";
import { arch, cpus, platform } from "node:os";
import { ConfigurationError } from "../base/errors.ts";
import type { BenchmarkResults } from "./benchmark-results.ts";

const format = "petrel-benchmark-1";

interface SavedResults {
  readonly format: typeof format;
  readonly takenAt: string;
  readonly machine: { readonly processor: string; readonly cores: number; readonly platform: string; readonly node: string };
  readonly results: BenchmarkResults;
}

const machine = (): SavedResults["machine"] => ({
  processor: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  platform: `${platform()} ${arch()}`,
  node: process.version,
});

export const writeResults = async (path: string, results: BenchmarkResults): Promise<void> => {
  const saved: SavedResults = { format, takenAt: new Date().toISOString(), machine: machine(), results };
  await writeFile(path, `${JSON.stringify(saved, null, 2)}\n`);
};

/** Throws `ConfigurationError` for a file that holds something else. */
export const readResults = async (path: string): Promise<BenchmarkResults> => {
  const text = await readFile(path, "utf8");
  try {
    // Checked just below; the rest is as `writeResults` wrote it.
    const saved = JSON.parse(text) as Partial<SavedResults> | null;
    if (saved?.format === format && typeof saved.results === "object") return saved.results;
  } catch (error) {
    throw new ConfigurationError(`${path} is no JSON; a baseline is a file that suite.save() wrote.`, { cause: error });
  }
  throw new ConfigurationError(`${path} is no baseline: suite.save() writes "format": "${format}".`);
};
