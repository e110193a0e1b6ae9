/** SQLite engines to run a suite on: both libraries, in files and in memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { createEngine, type Engine, type EngineOptions } from "../../src/entry/index.ts";

export interface SqliteEngine {
  readonly name: string;
  /** An engine on a database of its own. */
  readonly open: (options?: EngineOptions) => Promise<Engine>;
  /** Whether reads outside go on while a transaction is open. */
  readonly readsBesideWriter: boolean;
}

/** To be called once per file: the files are removed after its tests. */
export const sqliteEngines = (): SqliteEngine[] => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-engine-"));
  after(() => rmSync(directory, { recursive: true, force: true }));
  let count = 0;
  return (["node:sqlite", "better-sqlite3"] as const).flatMap((driver) => [
    {
      name: `${driver} in memory`,
      open: (options: EngineOptions = {}) => createEngine("sqlite::memory:", { driver, ...options }),
      readsBesideWriter: false,
    },
    {
      name: `${driver} on a file`,
      // What a power failure leaves is not asked here, so nothing waits for the disk.
      open: (options: EngineOptions = {}) => createEngine(`sqlite:${directory}/${++count}.db`, { driver, synchronous: "off", ...options }),
      readsBesideWriter: true,
    },
  ]);
};
