/** The table that everyone reads and writes: 10,000 users in a file, filled the same for all. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bool, createEngine, int, Model, text, timestamp } from "../src/entry/index.ts";

export class User extends Model("users", {
  id: int().primaryKey(),
  name: text(),
  email: text().unique(),
  age: int(),
  isActive: bool(),
  createdAt: timestamp(),
}) {}

export const rowCount = 10_000;
/** Column list and order are the same for all. */
export const selectAll = "SELECT id, name, email, age, is_active, created_at FROM users";
export const selectById = `${selectAll} WHERE id = ?`;
export const insertOne = "INSERT INTO users (name, email, age, is_active, created_at) VALUES (?, ?, ?, ?, ?)";

/** What Petrel sets on its connections (`docs/guide/sqlite.md`), so that nobody writes with another durability. */
export const pragmas = [
  "PRAGMA journal_mode = wal",
  "PRAGMA synchronous = normal",
  "PRAGMA foreign_keys = ON",
  "PRAGMA cache_size = -16384",
] as const;

export const userNumber = (index: number) => ({
  name: `User Name ${index}`,
  email: `user${index}@example.com`,
  age: 18 + (index % 60),
  isActive: index % 3 !== 0,
  createdAt: new Date(Date.UTC(2024, index % 12, 1 + (index % 28), index % 24, index % 60, index % 60, index % 1000)),
});

/** As SQLite stores it. */
export const storedTime = (time: Date): string => {
  const iso = time.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, iso.endsWith(".000Z") ? 19 : 23)}`;
};

/** Makes the file and calls `work` with its path; the file is gone afterwards. */
export const withDatabase = async (work: (path: string) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-bench-"));
  const path = join(directory, "bench.db");
  try {
    const engine = await createEngine(`sqlite:${path}`);
    await engine.createAll([User]);
    await engine.session().insertAll(
      User,
      Array.from({ length: rowCount }, (_, index) => userNumber(index)),
    );
    await engine.close();
    await work(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

/** A user as any contender gives it: in our names or the table's, or as an array in column order. */
export type AnyRow = Readonly<Record<string, unknown>> | readonly unknown[];

const field = (row: AnyRow, position: number, property: string, column: string): unknown => {
  if (Array.isArray(row)) return (row as readonly unknown[])[position];
  const object = row as Readonly<Record<string, unknown>>;
  return property in object ? object[property] : object[column];
};

const milliseconds = (time: unknown): number => (time instanceof Date ? time.getTime() : Date.parse(`${String(time).replace(" ", "T")}Z`));

/** A number that two results share only when all their values are equal. */
export const checksum = (rows: readonly AnyRow[]): number => {
  let sum = 0;
  const add = (value: number): void => void (sum = (Math.imul(sum, 31) + value) | 0);
  const addText = (value: string): void => {
    for (let index = 0; index < value.length; index++) add(value.charCodeAt(index));
  };
  for (const row of rows) {
    add(Number(field(row, 0, "id", "id")));
    addText(String(field(row, 1, "name", "name")));
    addText(String(field(row, 2, "email", "email")));
    add(Number(field(row, 3, "age", "age")));
    add(Number(field(row, 4, "isActive", "is_active")));
    addText(String(milliseconds(field(row, 5, "createdAt", "created_at"))));
  }
  return sum;
};
