/** The `petrel` command in this process: for tests of what a command does, not of how a process starts and ends. One at a time: it changes the folder. */
import { PassThrough } from "node:stream";
import { runCommand } from "../../src/cli/run-command.ts";
import { createEngine } from "../../src/entry/index.ts";
import { petrelFromSource } from "./petrel-from-source.ts";
import { plainEnvironment } from "./run-petrel.ts";
import type { Ended, RunOptions } from "./run-petrel.ts";

petrelFromSource();

/** A stream that is no terminal, and what was written to it. */
const heard = (): { readonly stream: NodeJS.WriteStream; readonly text: () => string } => {
  let text = "";
  const stream = new PassThrough().setEncoding("utf8").on("data", (part: string) => (text += part));
  // Of a terminal's stream the command asks only whether it is one.
  return { stream: Object.assign(stream, { isTTY: false }) as unknown as NodeJS.WriteStream, text: () => text };
};

/** As `runPetrel`. Modules are loaded once: a test that writes a module anew needs a process for each call. */
export const petrelHere = async (args: readonly string[], { cwd, env = {}, input = "" }: RunOptions): Promise<Ended> => {
  const before = process.cwd();
  const [out, err] = [heard(), heard()];
  const stdin = new PassThrough();
  stdin.end(input);
  process.chdir(cwd);
  try {
    const status = await runCommand(args, {
      version: "0.0.0",
      cwd,
      env: { ...plainEnvironment(), ...env },
      stdin: Object.assign(stdin, { isTTY: false }) as unknown as NodeJS.ReadStream,
      stdout: out.stream,
      stderr: err.stream,
      openEngine: (url, options) => createEngine(url, options),
      loadPackage: () => import("../../src/entry/index.ts"),
    });
    return { status, out: out.text(), err: err.text() };
  } finally {
    process.chdir(before);
  }
};
