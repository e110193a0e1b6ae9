/**
 * Which SQLite library carries our driver faster, and what our own layers add: run by hand, `node benchmarks/sqlite-binding.ts`.
 * Contenders take turns in one process; the figure is the median of the rounds, in microseconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Driver, Request } from "../src/driver/driver.ts";
import { openSqlite } from "../src/driver/sqlite/sqlite.ts";
import { makeInterpretedReader } from "../src/rows/interpreted-reader.ts";
import { makeLazyRows } from "../src/rows/lazy-row.ts";
import { makeReader } from "../src/rows/reader.ts";
import type { ResultShape } from "../src/rows/shape.ts";

const rounds = 25;
const rowCount = 10_000;
const directory = mkdtempSync(join(tmpdir(), "petrel-bench-"));
const path = join(directory, "bench.db");

const request = (text: string, values: Request["values"] = [], options: Partial<Request> = {}): Request => ({
  text,
  values,
  writes: false,
  bigints: false,
  batched: false,
  ...options,
});

const fill = async (driver: Driver): Promise<void> => {
  const write = { writes: true };
  await driver.run(
    request(
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, age INTEGER, is_active INTEGER NOT NULL, created_at TEXT NOT NULL) STRICT",
      [],
      write,
    ),
  );
  const reserved = await driver.reserve({ write: true });
  await reserved.run(request("BEGIN IMMEDIATE", [], write));
  for (let i = 0; i < rowCount; i++) {
    const values = [`User Name ${i}`, `user${i}@example.com`, i % 90, i % 2, "2024-05-06T07:08:09.010Z"];
    await reserved.run(request("INSERT INTO users (name, email, age, is_active, created_at) VALUES (?, ?, ?, ?, ?)", values, write));
  }
  await reserved.run(request("COMMIT", [], write));
  reserved.release();
};

const identity = { decode: null };
const shape: ResultShape = {
  form: "objects",
  columns: [
    identity,
    identity,
    identity,
    identity,
    { decode: (stored: number) => stored === 1 },
    { decode: (text: string) => new Date(text) },
  ],
  object: {
    properties: ["id", "name", "email", "age", "isActive", "createdAt"].map((name, position) => ({ name, position })),
    nested: [],
    prototype: { isModel: true },
  },
};

const all = "SELECT id, name, email, age, is_active, created_at FROM users";
const byId = `${all} WHERE id = ?`;

/** Every value is looked at, so that nothing is left undone. */
const readAll = (rows: readonly object[]): number => {
  let seen = 0;
  for (const row of rows) for (const value of Object.values(row)) if (value !== null) seen++;
  return seen;
};

interface Contender {
  readonly name: string;
  readonly times: number;
  readonly run: (index: number) => unknown;
}

const contendersOf = (name: string, driver: Driver): readonly Contender[] => {
  const reader = makeReader<object>(shape);
  const rows = (options: Partial<Request>): readonly (readonly unknown[])[] => {
    const answer = driver.run(request(all, [], options));
    if (answer instanceof Promise) throw new Error("10,000 rows have to be there at once");
    return answer.rows;
  };
  return [
    { name: `${name}: 10k rows`, times: 1, run: () => rows({}) },
    { name: `${name}: 10k rows, batched`, times: 1, run: () => rows({ batched: true }) },
    { name: `${name}: 10k models, every value read`, times: 1, run: () => readAll(reader.all(rows({ batched: true }))) },
    { name: `${name}: one by id`, times: 2_000, run: (index) => driver.run(request(byId, [(index % rowCount) + 1])) },
  ];
};

const bare = (): readonly Contender[] => {
  const database = new DatabaseSync(path);
  const statement = database.prepare(all);
  statement.setReturnArrays(true);
  const one = database.prepare(byId);
  one.setReturnArrays(true);
  return [
    { name: "node:sqlite itself: 10k arrays", times: 1, run: () => statement.all() },
    { name: "node:sqlite itself: one by id", times: 2_000, run: (index) => one.get((index % rowCount) + 1) },
  ];
};

const readers = (rows: readonly (readonly unknown[])[]): readonly Contender[] => {
  const generated = makeReader<object>(shape);
  const interpreted = makeInterpretedReader<object>(shape);
  const lazy = makeLazyRows<object>(shape);
  return [
    { name: "generated reader, 10k rows", times: 1, run: () => generated.all(rows) },
    { name: "interpreted reader, 10k rows", times: 1, run: () => interpreted.all(rows) },
    { name: "lazy rows, 10k rows", times: 1, run: () => lazy(rows) },
  ];
};

const measure = (contenders: readonly Contender[]): void => {
  const taken = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -5; round < rounds; round++) {
    for (const { name, times, run } of contenders) {
      const start = performance.now();
      for (let index = 0; index < times; index++) run(index);
      if (round >= 0) taken.get(name)!.push(((performance.now() - start) * 1000) / times);
    }
  }
  for (const [name, values] of taken) {
    values.sort((a, b) => a - b);
    console.log(`${name.padEnd(48)} ${values[values.length >> 1]!.toFixed(1).padStart(9)} µs`);
  }
};

try {
  const node = await openSqlite({ url: `sqlite:${path}`, driver: "node:sqlite" });
  await fill(node);
  const better = await openSqlite({ url: `sqlite:${path}`, driver: "better-sqlite3" });
  const { rows } = await node.run(request(all));
  console.log(`Node ${process.versions.node}, ${rowCount} rows of 6 columns, median of ${rounds} rounds`);
  measure([...bare(), ...contendersOf("node:sqlite", node), ...contendersOf("better-sqlite3", better), ...readers(rows)]);
  await better.close();
  await node.close();
} finally {
  rmSync(directory, { recursive: true });
}
