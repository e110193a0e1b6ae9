/**
 * What an answer of the cache costs, and what it saves: CPU time of this process for a row by its key, kept and asked for, in turns. On PostgreSQL, where a
 * URL is given, also the time on the clock: `node benchmarks/caching.ts [postgresql://…]`
 */
import { cacheStats } from "../src/entry/cache.ts";
import { createEngine, type Engine, int, Model, text } from "../src/entry/index.ts";

class User extends Model("caching_users", { id: int().primaryKey(), name: text(), email: text(), age: int() }) {}

const rowCount = 100;
const calls = 2000;
const [warmUp, counted] = [10, 40];
const median = (found: readonly number[]): number => [...found].sort((a, b) => a - b)[found.length >> 1]!;

interface Cost {
  /** Microseconds for one call. */
  readonly cpu: number;
  readonly clock: number;
}

const costOf = async (work: (id: number) => Promise<unknown>): Promise<Cost> => {
  const [cpu, clock] = [process.cpuUsage(), performance.now()];
  for (let call = 0; call < calls; call++) await work(1 + (call % rowCount));
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / calls, clock: ((performance.now() - clock) * 1000) / calls };
};

const report = async (engine: Engine, name: string): Promise<void> => {
  const kept = (id: number): Promise<unknown> => engine.query(User).filter({ id }).first();
  const asked = (id: number): Promise<unknown> => engine.query(User).noCache().filter({ id }).first();
  const costs: [Cost, Cost][] = [];
  for (let round = 0; round < warmUp + counted; round++) {
    const first = await costOf(round % 2 === 0 ? kept : asked);
    const second = await costOf(round % 2 === 0 ? asked : kept);
    if (round >= warmUp) costs.push(round % 2 === 0 ? [first, second] : [second, first]);
  }
  const of = (pick: (cost: [Cost, Cost]) => number): number => median(costs.map(pick));
  console.log(
    `${name}: kept ${of(([hit]) => hit.cpu).toFixed(2)} µs of CPU (target 3), asked for ${of(([, miss]) => miss.cpu).toFixed(2)} µs; ` +
      `${of(([hit, miss]) => hit.cpu / miss.cpu).toFixed(2)} × the CPU time, ${of(([hit, miss]) => hit.clock / miss.clock).toFixed(3)} × the time on the clock; ` +
      `${cacheStats(engine).misses} statements for ${cacheStats(engine).hits} answers`,
  );
};

const filled = async (engine: Engine): Promise<Engine> => {
  await engine.dropAll([User]);
  await engine.createAll([User]);
  const rows = Array.from({ length: rowCount }, (_, index) => ({ name: `Name ${index}`, email: `user${index}@example.com`, age: index }));
  await engine.session().insertAll(User, rows);
  return engine;
};

const performanceOptions = { queryCache: { enabled: true } };
for (const driver of ["better-sqlite3", "node:sqlite"] as const) {
  await using engine = await filled(await createEngine("sqlite::memory:", { driver, performance: performanceOptions }));
  await report(engine, driver);
}
const url = process.argv[2];
if (url !== undefined) {
  await using engine = await filled(await createEngine(url, { performance: performanceOptions }));
  await report(engine, "PostgreSQL");
  await engine.dropAll([User]);
}
