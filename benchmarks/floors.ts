/**
 * The floors: what C takes with the database's own library, which no JavaScript can be expected to reach. Compiled when there is a compiler
 * and the library's headers; absent otherwise.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Contender } from "./operations.ts";
import type { Round, Stage } from "./stage.ts";
import type { DatabaseKind, Target } from "./target.ts";

const folder = fileURLToPath(new URL("floors/", import.meta.url));
const reads = ["by-id", "models", "tuples", "column", "stream"];
/** In bulk, PostgreSQL makes the rows by itself: no client can be faster. Many at once are groups of so many on one connection. */
const libraries: Readonly<
  Record<
    DatabaseKind,
    { readonly name: string; readonly flags: readonly string[]; readonly shown: string; readonly scenarios: readonly string[] }
  >
> = {
  postgres: {
    name: "libpq",
    flags: ["-I/usr/include/postgresql", "-lpq"],
    shown: "C, libpq (binary)",
    scenarios: [...reads, "bulk-100", "bulk-1000", "bulk-10000", "concurrent-1", "concurrent-16", "concurrent-64", "concurrent-256"],
  },
  sqlite: { name: "sqlite", flags: ["-lsqlite3"], shown: "C, the system's SQLite", scenarios: reads },
};

const binaryOf = (kind: DatabaseKind): string => `${folder}build/${libraries[kind].name}`;

/** Begins with this, so that ids of floors are known from those of libraries. */
const prefix = "c-";
export const isFloor = (id: string): boolean => id.startsWith(prefix);

/** Throws where it does not compile. */
export const floorOf = (kind: DatabaseKind): Contender => {
  const { name, flags, shown } = libraries[kind];
  const [source, binary] = [`${folder}${name}.c`, binaryOf(kind)];
  if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(`${folder}build`, { recursive: true });
    try {
      execFileSync("cc", ["-O2", source, ...flags, "-o", binary], { stdio: "pipe" });
    } catch (error) {
      throw new Error(`no C compiler, or no headers of ${name}`, { cause: error });
    }
  }
  const open = (): never => {
    throw new Error("A floor is a program of its own: FloorStage runs it.");
  };
  return { id: `${prefix}${name}`, name: shown, group: "driver", open };
};

const quoted = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const argumentOf = (target: Target): string => {
  if (target.kind === "sqlite") return target.path;
  const { host, port, user, password, database } = target;
  return `host=${quoted(host)} port=${port} user=${quoted(user)} password=${quoted(password)} dbname=${quoted(database)} sslmode=disable`;
};

export class FloorStage implements Stage {
  #child: ChildProcess | null = null;
  #scenario = "";
  #answer: ((line: string) => void) | null = null;
  #fail: ((error: Error) => void) | null = null;

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  #nextLine(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
    });
  }

  async enter(scenario: string, target: Target): Promise<boolean> {
    if (!libraries[target.kind].scenarios.includes(scenario)) return false;
    this.#scenario = scenario;
    const child = spawn(binaryOf(target.kind), [argumentOf(target)], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => this.#answer?.(line));
    child.once("exit", (code) => this.#fail?.(new Error(`The floor ended by itself (${code}).`)));
    child.once("error", (error) => this.#fail?.(error));
    await this.#nextLine();
    return true;
  }

  async round(calls: number, firstIndex: number): Promise<Round> {
    const line = this.#nextLine();
    this.#child!.stdin!.write(`${this.#scenario} ${calls} ${firstIndex}\n`);
    const [time, cpu, sum] = (await line).split(" ").map(Number) as [number, number, number];
    return { time, cpu, sum };
  }

  hold(): Promise<number> {
    return Promise.reject(new Error("A floor keeps nothing."));
  }

  peakMemory(): Promise<number> {
    const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
    return Promise.resolve(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
  }

  async leave(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#fail = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.stdin!.end();
    await ended;
  }

  end(): Promise<void> {
    return this.leave();
  }
}
