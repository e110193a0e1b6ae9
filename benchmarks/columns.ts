/**
 * A million rows of 6 columns by columns, as an Arrow table and in Arrow batches, against the same rows as models: time and CPU time of this process, in turns,
 * and what is in memory while the batches pass. `node --expose-gc benchmarks/columns.ts [rows] [rounds] [postgresql://… or sqlite:…]`
 */
import { bool, createEngine, type Engine, float, int, Model, sql, text, timestamp } from "../src/entry/index.ts";
import "../src/entry/arrow.ts";
import { startScratchPostgres } from "../test/support/scratch-postgres.ts";

class User extends Model("bench_columns", {
  id: int().primaryKey(),
  name: text(),
  email: text(),
  score: float(),
  isActive: bool(),
  createdAt: timestamp(),
}) {}

const [rows = 1_000_000, rounds = 5] = process.argv.slice(2, 4).map(Number);
const given = process.argv[4];

const collect = (): void => {
  if (globalThis.gc === undefined) throw new Error("This needs the garbage collector: node --expose-gc benchmarks/columns.ts");
  globalThis.gc();
};
const median = (found: readonly number[]): number => [...found].sort((a, b) => a - b)[found.length >> 1]!;

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

const taken = async (work: () => Promise<unknown>): Promise<Taken> => {
  collect();
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
};

const fill = async (engine: Engine): Promise<void> => {
  await engine.createAll([User]);
  if ((await engine.query(User).count()) === rows) return;
  await engine.query(User).delete({ all: true });
  const isPostgres = engine.dialect.name !== "sqlite";
  const made = isPostgres
    ? sql`SELECT n, 'User Name ' || n, 'user' || n || '@example.com', n * 0.25, n % 3 <> 0, timestamptz '2024-01-01' + n * interval '1 second' FROM generate_series(1, ${rows}::int) n`
    : sql`WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${rows}) SELECT n, 'User Name ' || n, 'user' || n || '@example.com', n * 0.25, n % 3 <> 0, datetime('2024-01-01', n || ' seconds') FROM s`;
  await engine.execute(sql`INSERT INTO ${User} (id, name, email, score, is_active, created_at) ${made}`);
};

/** The most that is in memory at any batch, above what was there before. */
const heldOf = async (engine: Engine): Promise<number> => {
  collect();
  const used = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let most = 0;
  let batches = 0;
  for await (const _ of engine.query(User).toArrowBatches()) {
    if (++batches % 10 !== 0) continue;
    collect();
    most = Math.max(most, used() - before);
  }
  return most;
};

const ways: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  models: (engine) => engine.query(User).all(),
  toColumns: (engine) => engine.query(User).toColumns(),
  toArrow: (engine) => engine.query(User).toArrow(),
  toArrowBatches: async (engine) => {
    for await (const _ of engine.query(User).toArrowBatches());
  },
};

const scratch = given === undefined ? await startScratchPostgres({ settings: { shared_buffers: "256MB", ssl: "off" } }) : null;
try {
  await using engine = await createEngine(given ?? scratch!.url());
  await fill(engine);
  const found = new Map<string, Taken[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const order = Object.keys(ways);
    if (round % 2 === 1) order.reverse();
    for (const name of order) {
      const one = await taken(() => ways[name]!(engine));
      // The first round warms up.
      if (round > 0) found.get(name)!.push(one);
    }
  }
  const models = found.get("models")!;
  for (const [name, times] of found) {
    const ratio = (of: (one: Taken) => number): string => median(times.map((one, round) => of(one) / of(models[round]!))).toFixed(2);
    console.log(
      `${name}: ${ratio(({ ms }) => ms)} × the time of models, ${ratio(({ cpuMs }) => cpuMs)} × their CPU time (${median(times.map(({ ms }) => ms)).toFixed(0)} ms, ${median(times.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms)`,
    );
  }
  console.log(`toArrowBatches holds ${((await heldOf(engine)) / 1e6).toFixed(1)} MB at most`);
} finally {
  await scratch?.stop();
}
