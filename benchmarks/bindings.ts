/** The two SQLite libraries by themselves, as fast as they go, and Petrel on each. */
import { DatabaseSync } from "node:sqlite";
import { createEngine } from "../src/entry/index.ts";
import { pragmas } from "./users.ts";

/** What the benchmarks use of a library's database. The package has no types of its own. */
export interface BareStatement {
  all(...values: unknown[]): unknown[];
  get(...values: unknown[]): unknown;
  run(...values: unknown[]): unknown;
}
export interface BareDatabase {
  readonly name: "better-sqlite3" | "node:sqlite";
  /** Rows as objects. */
  objects(sql: string): BareStatement;
  /** Rows as arrays. */
  arrays(sql: string): BareStatement;
  exec(sql: string): void;
  close(): void;
}

interface RawStatement extends BareStatement {
  raw(): BareStatement;
}
type BetterDatabase = new (path: string) => { prepare(sql: string): RawStatement; exec(sql: string): void; close(): void };

const loadBetter = async (): Promise<BetterDatabase> => {
  // In a variable, so that the compiler does not ask for types.
  const name: string = "better-sqlite3";
  const module = (await import(name)) as { readonly default: BetterDatabase };
  return module.default;
};

const openBetter = (Database: BetterDatabase, path: string): BareDatabase => {
  const database = new Database(path);
  for (const pragma of pragmas) database.exec(pragma);
  return {
    name: "better-sqlite3",
    objects: (sql) => database.prepare(sql),
    arrays: (sql) => database.prepare(sql).raw(),
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  };
};

const openNode = (path: string): BareDatabase => {
  const database = new DatabaseSync(path);
  for (const pragma of pragmas) database.exec(pragma);
  const arrays = (sql: string): BareStatement => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement as unknown as BareStatement;
  };
  return {
    name: "node:sqlite",
    objects: (sql) => database.prepare(sql) as unknown as BareStatement,
    arrays,
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  };
};

export const openBare = async (path: string): Promise<readonly BareDatabase[]> => [openBetter(await loadBetter(), path), openNode(path)];

export interface Petrel {
  readonly name: "better-sqlite3" | "node:sqlite";
  readonly engine: Awaited<ReturnType<typeof createEngine>>;
}

export const openPetrel = async (path: string): Promise<readonly Petrel[]> => [
  { name: "better-sqlite3", engine: await createEngine(`sqlite:${path}`, { driver: "better-sqlite3" }) },
  { name: "node:sqlite", engine: await createEngine(`sqlite:${path}`, { driver: "node:sqlite" }) },
];
