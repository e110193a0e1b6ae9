#!/usr/bin/env node
/** The `petrel` command: gives the room of the command what only an assembly knows. What a command does not need is not loaded. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { runCommand } from "../cli/run-command.ts";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string };

process.exitCode = await runCommand(process.argv.slice(2), {
  version: manifest.version,
  cwd: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  openEngine: async (url, options) => {
    const { createEngine } = await import("./create-engine.ts");
    // createEngine looks at every option itself.
    return createEngine(url, options);
  },
  loadPackage: () => import("./index.ts"),
});
