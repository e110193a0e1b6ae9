/**
 * What a session's tracking adds to loading 10,000 models of 6 columns on SQLite: CPU time of this process against the same query without a session, in
 * turns, and bytes that stay. `node --expose-gc benchmarks/tracking.ts`
 */
import { bool, createEngine, type Engine, int, Model, text, timestamp } from "../src/entry/index.ts";

class User extends Model("users", {
  id: int().primaryKey(),
  name: text(),
  email: text(),
  age: int(),
  isActive: bool(),
  createdAt: timestamp(),
}) {}

const rowCount = 10_000;
const [warmUp, counted] = [30, 100];

const collect = (type: "major" | "minor"): void => {
  if (globalThis.gc === undefined) throw new Error("This needs the garbage collector: node --expose-gc benchmarks/tracking.ts");
  globalThis.gc({ type });
};
const median = (found: readonly number[]): number => [...found].sort((a, b) => a - b)[found.length >> 1]!;

const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
  collect("minor");
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const used = (): number => {
  for (let times = 0; times < 4; times++) collect("major");
  return process.memoryUsage().heapUsed;
};

/** What `make` keeps, for each row. In a function of its own: what an async function has awaited stays in its frame. */
const bytesPerRow = async (make: () => Promise<unknown>): Promise<number> => {
  const kept: unknown[] = [];
  const keep = async (): Promise<void> => {
    kept.push(await make());
  };
  const found: number[] = [];
  for (let times = 0; times < 8; times++) {
    kept.length = 0;
    const before = used();
    await keep();
    if (times > 0) found.push((used() - before) / rowCount);
  }
  return median(found);
};

const report = async (engine: Engine, name: string): Promise<void> => {
  const plain = (): Promise<unknown> => engine.query(User).all();
  const tracked = async (): Promise<unknown> => {
    const session = engine.session();
    return [session, await session.query(User).all()];
  };
  const ratios: number[] = [];
  for (let round = 0; round < warmUp + counted; round++) {
    const [first, second] = round % 2 === 0 ? [plain, tracked] : [tracked, plain];
    const [one, two] = [await cpuOf(first), await cpuOf(second)];
    if (round >= warmUp) ratios.push(round % 2 === 0 ? two / one : one / two);
  }
  const bytes = (await bytesPerRow(tracked)) - (await bytesPerRow(plain));
  console.log(`${name}: ${median(ratios).toFixed(2)} × the CPU time (target 1.25), ${bytes.toFixed(0)} B for each object (target 120)`);
};

for (const driver of ["better-sqlite3", "node:sqlite"] as const) {
  await using engine = await createEngine("sqlite::memory:", { driver });
  await engine.createAll([User]);
  await engine.session().insertAll(
    User,
    Array.from({ length: rowCount }, (_, index) => ({
      name: `User Name ${index}`,
      email: `user${index}@example.com`,
      age: 18 + (index % 60),
      isActive: index % 3 !== 0,
      createdAt: new Date(Date.UTC(2024, index % 12, 1 + (index % 28), index % 24, index % 60, index % 60, index % 1000)),
    })),
  );
  await report(engine, driver);
}
