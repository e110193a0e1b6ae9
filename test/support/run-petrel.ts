/** The `petrel` command as a process of its own, from the source. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../scratch.ts";

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** What the command would take from the surroundings of the tests. */
const isOurs = (name: string): boolean => /^(?:DATABASE_URL|PG[A-Z]+|NO_COLOR|FORCE_COLOR|CI|NODE_OPTIONS|NODE_TEST_CONTEXT)$/.test(name);

export const nodeArguments: readonly string[] = [
  "--import",
  new URL("import-petrel-from-source.ts", import.meta.url).href,
  join(root, "src", "entry", "cli.ts"),
];

export const plainEnvironment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (isOurs(name) || value === undefined ? [] : [[name, value]])));

/** Runs `petrel …`; its input is empty unless given. What has not ended after a minute is killed. */
export const runPetrel = (args: readonly string[], { cwd, env = {}, input = "" }: RunOptions): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArguments, ...args], {
      cwd,
      env: { ...plainEnvironment(), ...env },
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.once("error", reject).once("close", (status) => resolve({ status, out, err }));
    child.stdin.end(input);
  });
