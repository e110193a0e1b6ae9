/**
 * What is promised on the newest PostgreSQL is promised on older ones: the same test files once more, each in a process of its own, on every other
 * version of PostgreSQL that is installed here.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { postgresBinaries } from "../support/scratch-postgres.ts";
import { root, unlessAll } from "../scratch.ts";

/** What sessions and transactions promise, and what the driver does and reads. */
const files = ["suites", "all", "values", "driver", "hazards", "hazards-repeats", "hazards-values", "copy-and-listen"];

const majorOf = (bin: string): number => {
  try {
    return Number(/ (\d+)/.exec(execFileSync(join(bin, "postgres"), ["--version"], { encoding: "utf8" }))?.[1] ?? 0);
  } catch {
    return 0;
  }
};

/** Where the installed one says that its programs are; nothing where it is not there to say it. */
const configuredBinaries = (): string[] => {
  try {
    const bin = execFileSync("pg_config", ["--bindir"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    return existsSync(join(bin, "postgres")) && existsSync(join(bin, "initdb")) ? [bin] : [];
  } catch {
    return [];
  }
};

/** One directory for each major version but that of the usual tests. */
const otherVersions = (): ReadonlyMap<number, string> => {
  const [usual, ...others] = [...postgresBinaries(), ...configuredBinaries()];
  const found = new Map(others.map((bin) => [majorOf(bin), bin]));
  found.delete(0);
  if (usual !== undefined) found.delete(majorOf(usual));
  return found;
};

const environment = (bin: string): NodeJS.ProcessEnv => {
  const { NODE_TEST_CONTEXT: _, PETREL_TEST_POSTGRES_URL: __, ...rest } = process.env;
  return { ...rest, PETREL_TEST_POSTGRES_BIN: bin };
};

/** The output of a run, and how it ended. */
const run = (file: string, bin: string, signal: AbortSignal): Promise<{ readonly status: number | null; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--test", "--test-reporter=tap", `test/postgres/${file}.test.ts`], {
      cwd: root,
      env: environment(bin),
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", reject).once("close", (status) => resolve({ status, output }));
  });

const versions = unlessAll === false ? otherVersions() : new Map<number, string>();
const reason = unlessAll !== false ? unlessAll : versions.size === 0 ? "no second version of PostgreSQL is installed here" : false;

describe("another major version of PostgreSQL", { skip: reason, timeout: 240_000 }, () => {
  for (const [major, bin] of versions) {
    for (const file of files) {
      it(`${major} does what ${file}.test.ts asks`, async (context) => {
        const { status, output } = await run(file, bin, context.signal);
        const failures = output.split("\n").filter((line) => /^\s*not ok|^\s+error:/.test(line));
        assert.equal(status, 0, failures.length > 0 ? failures.join("\n") : output.slice(-2000));
        assert.match(output, /^# pass [1-9]/m);
      });
    }
  }
});
