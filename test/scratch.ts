/** Folders for tests that compile or run programs: below `.scratch/`, so that packages resolve as they do in the repository, and gone at the end. */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../", import.meta.url));

/** A new empty folder, removed when the calling file's tests are over. `KEEP_SCRATCH=1` keeps it to be looked at. */
export const scratchFolder = (name: string): string => {
  const folder = join(root, ".scratch", `${name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  after(() => {
    if (process.env["KEEP_SCRATCH"] === undefined) rmSync(folder, { recursive: true, force: true });
  });
  return folder;
};

/** Writes files by path below `folder`. */
export const writeAll = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
};

export interface Outcome {
  readonly status: number | null;
  /** Both outputs, one after the other. */
  readonly output: string;
}

const run = (args: readonly string[], cwd: string): Outcome => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return { status, output: stdout + stderr };
};

/** Runs a script with this Node beside others; one that has not ended after `limitMs` is stopped, and its status is null. */
export const startScript = (path: string, environment: Readonly<Record<string, string>> = {}, limitMs = 60_000): Promise<Outcome> =>
  new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, ...environment }, timeout: limitMs, killSignal: "SIGKILL" } as const;
    execFile(process.execPath, [path], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ status, output: stdout + stderr + (status === null ? `\nIt had not ended after ${limitMs} ms.\n` : "") });
    });
  });

/** Runs a script with this Node. */
export const runScript = (path: string, cwd: string = root, ...args: string[]): Outcome => run([path, ...args], cwd);

/** The compilers that Petrel's types must pass on, by the name of their package: 7, 6 and 5.9. */
export const compilers = ["typescript", "typescript6", "typescript59"] as const;
export type Compiler = (typeof compilers)[number];

/** What takes seconds rather than moments is left to `npm run test:all`: a reason to skip, or false there. */
export const unlessAll: string | false = process.env["PETREL_TEST_ALL"] === "1" ? false : "slow; npm run test:all runs it";
/** The newest compiler is a fast one. */
export const unlessFast = (compiler: Compiler): string | false => (compiler === "typescript" ? false : unlessAll);

/** Type-checks or builds a project. One thread: counts and the order of messages are the same every time. */
export const compile = (compiler: Compiler, project: string, ...flags: string[]): Outcome => {
  const threads = compiler === "typescript" ? ["--singleThreaded"] : [];
  return run([join(root, "node_modules", compiler, "bin", "tsc"), "-p", project, "--pretty", "false", ...threads, ...flags], root);
};
