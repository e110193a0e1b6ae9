/**
 * What `performance: { memoryPool }` changes on PostgreSQL: CPU time of this process, and memory outside of the heap at its highest, for bursts of large
 * batches and large results on twenty connections, without spare blocks and with a thousand, in turns.
 * `node --expose-gc benchmarks/memory-pool.ts postgresql://…`
 */
import { blockPool } from "../src/driver/postgres/protocol/block-pool.ts";
import { createEngine, type Engine } from "../src/entry/index.ts";

const url = process.argv[2];
if (url === undefined || globalThis.gc === undefined) throw new Error("node --expose-gc benchmarks/memory-pool.ts postgresql://…");
const [warmUp, counted] = [3, 15];
const median = (found: readonly number[]): number => [...found].sort((a, b) => a - b)[found.length >> 1]!;

const words = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(5000, "x"));
const sql = `SELECT ${words.map((_, index) => `$${index + 1}::text AS c${index}`).join(", ")}`;
const burst = (engine: Engine): Promise<unknown> => Promise.all(Array.from({ length: 40 }, () => engine.execute(sql, words)));

interface Found {
  readonly cpuMs: number;
  readonly buffersMb: number;
}

const measured = async (work: () => Promise<unknown>): Promise<Found> => {
  globalThis.gc?.();
  const before = process.cpuUsage();
  let highest = 0;
  for (let round = 0; round < 5; round++) {
    await work();
    highest = Math.max(highest, process.memoryUsage().arrayBuffers);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, buffersMb: highest / 2 ** 20 };
};

await using engine = await createEngine(url, { maxConnections: 20 });
const found: [Found, Found][] = [];
const withPool = async (): Promise<Found> => {
  const end = blockPool.govern({ size: 1000, maxSize: 10_000 });
  try {
    return await measured(() => burst(engine));
  } finally {
    end();
  }
};
const without = (): Promise<Found> => measured(() => burst(engine));
for (let round = 0; round < warmUp + counted; round++) {
  const first = await (round % 2 === 0 ? without : withPool)();
  const second = await (round % 2 === 0 ? withPool : without)();
  if (round >= warmUp) found.push(round % 2 === 0 ? [first, second] : [second, first]);
}
const of = (pick: (pair: [Found, Found]) => number): string => median(found.map(pick)).toFixed(2);
console.log(
  `a burst: ${of(([plain]) => plain.cpuMs)} ms of CPU without, ${of(([, pool]) => pool.cpuMs)} ms with 1,000 blocks, ratio ${of(([plain, pool]) => pool.cpuMs / plain.cpuMs)}; ` +
    `buffers at most ${of(([plain]) => plain.buffersMb)} MB without, ${of(([, pool]) => pool.buffersMb)} MB with`,
);
