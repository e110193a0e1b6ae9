/**
 * Contenders that are programs of their own, in other languages. The floors: what C takes with the database's own library, which no JavaScript
 * can be expected to reach; compiled where there is a compiler and the library's headers. And Python's: asyncpg and SQLAlchemy, where a Python
 * has them (`PETREL_BENCH_PYTHON` names another one than `python3`).
 *
 * A program is started with its target, and says "ready". Each line it reads is "scenario calls first", each line it writes is
 * "microseconds cpu sum".
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Contender, Group } from "./operations.ts";
import type { Round, Stage } from "./stage.ts";
import type { DatabaseKind, Target } from "./target.ts";

const folder = fileURLToPath(new URL("programs/", import.meta.url));

interface Program {
  readonly id: string;
  /** As the report names it. */
  readonly name: string;
  readonly group: Group;
  readonly scenarios: readonly string[];
  /** Makes it ready to run, and gives what the report shows of versions. Throws with the reason why it is absent. */
  readonly prepare: () => Readonly<Record<string, string>>;
  readonly command: (target: Target) => readonly [file: string, ...args: string[]];
}

const quoted = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const argumentOf = (target: Target): string => {
  if (target.kind === "sqlite") return target.path;
  const { host, port, user, password, database } = target;
  return `host=${quoted(host)} port=${port} user=${quoted(user)} password=${quoted(password)} dbname=${quoted(database)} sslmode=disable`;
};

const floor = (library: string, flags: readonly string[], name: string, scenarios: readonly string[]): Program => {
  const [source, binary] = [`${folder}${library}.c`, `${folder}build/${library}`];
  return {
    id: `c-${library}`,
    name,
    group: "driver",
    scenarios,
    prepare: () => {
      if (existsSync(binary) && statSync(binary).mtimeMs >= statSync(source).mtimeMs) return {};
      mkdirSync(`${folder}build`, { recursive: true });
      try {
        execFileSync("cc", ["-O2", source, ...flags, "-o", binary], { stdio: "pipe" });
      } catch (error) {
        throw new Error(`no C compiler, or no headers of ${library}`, { cause: error });
      }
      return {};
    },
    command: (target) => [binary, argumentOf(target)],
  };
};

/** The first Python that has the module, and the module's version. */
const pythonWith = (module: string): readonly [python: string, version: string] => {
  const given = process.env["PETREL_BENCH_PYTHON"];
  for (const python of given === undefined ? ["python3", "/usr/bin/python3"] : [given]) {
    try {
      const version = execFileSync(python, ["-c", `import ${module}; print(${module}.__version__)`], { encoding: "utf8", stdio: "pipe" });
      return [python, version.trim()];
    } catch {
      // The next one.
    }
  }
  throw new Error(`no Python has ${module}`);
};

const python = (module: string, name: string, group: Group, scenarios: readonly string[]): Program => {
  let file = "python3";
  return {
    id: `py-${module}`,
    name,
    group,
    scenarios,
    prepare: () => {
      const [found, version] = pythonWith(module);
      file = found;
      return { [module]: version };
    },
    command: (target) => [file, `${folder}with_${module}.py`, JSON.stringify(target)],
  };
};

const lists = ["models", "members", "tuples", "column"];
const writes = ["insert-one", "read-modify-write", "update-one", "delete-one", "insert-loop", "bulk-100", "bulk-1000", "bulk-10000"];
const joins = ["eager-select", "eager-join", "totals"];
const atOnce = ["concurrent-1", "concurrent-16", "concurrent-64", "concurrent-256"];
const floorReads = ["by-id", "models", "tuples", "column", "stream"];
const sqlalchemy = ["by-id", ...lists, ...writes, ...joins, "stream"];

/** In bulk, PostgreSQL makes the rows of libpq by itself: no client can be faster. Many at once are groups of so many on one connection. */
const programs: Readonly<Record<DatabaseKind, readonly Program[]>> = {
  postgres: [
    floor("libpq", ["-I/usr/include/postgresql", "-lpq"], "C, libpq (binary)", [
      ...floorReads,
      "bulk-100",
      "bulk-1000",
      "bulk-10000",
      ...atOnce,
    ]),
    python("asyncpg", "Python, asyncpg", "driver", ["by-id", ...lists, ...writes, ...joins, "stream", ...atOnce]),
    python("sqlalchemy", "Python, SQLAlchemy (asyncpg)", "orm", [...sqlalchemy, ...atOnce]),
  ],
  sqlite: [
    floor("sqlite", ["-lsqlite3"], "C, the system's SQLite", floorReads),
    // Not "members": it reads the fraction of a second as a number of microseconds, and its own have six digits.
    python(
      "sqlalchemy",
      "Python, SQLAlchemy (sqlite3)",
      "orm",
      sqlalchemy.filter((scenario) => scenario !== "members"),
    ),
  ],
};

const programOf = (id: string, kind: DatabaseKind): Program => {
  const found = programs[kind].find((program) => program.id === id);
  if (found === undefined) throw new Error(`There is no program '${id}' on ${kind}.`);
  return found;
};

const isWanted = (id: string, wanted: readonly string[]): boolean => wanted.length === 0 || wanted.some((start) => id.startsWith(start));

/** Whether a contender of this id is a program of its own. */
export const isProgram = (id: string): boolean => Object.values(programs).some((list) => list.some((program) => program.id === id));

const open = (): never => {
  throw new Error("A program of its own is not opened: ProgramStage runs it.");
};

/** Those that are here; the others say why not. `wanted` are beginnings of ids, none means all. */
export const programsFor = (kind: DatabaseKind, wanted: readonly string[]) => {
  const contenders: Contender[] = [];
  const absent: { readonly file: string; readonly reason: string }[] = [];
  const versions: Record<string, string> = {};
  for (const { id, name, group, prepare } of programs[kind].filter((program) => isWanted(program.id, wanted))) {
    try {
      Object.assign(versions, prepare());
      contenders.push({ id, name, group, open });
    } catch (error) {
      absent.push({ file: name, reason: (error as Error).message });
    }
  }
  return { contenders, absent, versions };
};

export class ProgramStage implements Stage {
  readonly #id: string;
  #child: ChildProcess | null = null;
  #scenario = "";
  #answer: ((line: string) => void) | null = null;
  #fail: ((error: Error) => void) | null = null;

  constructor(id: string) {
    this.#id = id;
  }

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
    const program = programOf(this.#id, target.kind);
    if (!program.scenarios.includes(scenario)) return false;
    this.#scenario = scenario;
    const [file, ...args] = program.command(target);
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => this.#answer?.(line));
    child.once("exit", (code) => this.#fail?.(new Error(`The program ended by itself (${code}).`)));
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
    return Promise.reject(new Error("Its memory is not asked for."));
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
