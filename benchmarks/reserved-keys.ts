/**
 * Whether COPY with keys taken from the sequence beforehand would be a faster `insertAll` on PostgreSQL than one INSERT from lists (`unnest`) that gives
 * the keys back: both in one process, in turns, on a scratch server. `node benchmarks/reserved-keys.ts`
 */
import { createEngine, int, Model, sql, text } from "../src/entry/index.ts";
import { startScratchPostgres } from "../test/support/scratch-postgres.ts";

class Item extends Model("items", { id: int().primaryKey(), name: text(), email: text(), age: int(), score: int() }) {}

const warmUp = 2;
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `name ${index}`,
    email: `user${index}@example.com`,
    age: index % 90,
    score: index,
  }));
const median = (found: readonly number[]): number => [...found].sort((a, b) => a - b)[found.length >> 1]!;

const server = await startScratchPostgres({});
const engine = await createEngine(server.socketUrl(), { maxConnections: 1 });
await engine.createAll([Item]);

const byLists = async (count: number): Promise<void> => {
  await engine.session().insertAll(Item, rowsOf(count));
};
const byCopy = async (count: number): Promise<void> => {
  const keys = await engine.execute(sql<{ key: number }>`
    SELECT nextval(pg_get_serial_sequence('items', 'id'))::int AS key FROM generate_series(1, ${count})
  `);
  const ids = keys.column("key");
  await engine.copyFrom(
    Item,
    rowsOf(count).map((row, index) => new Item({ ...row, id: ids[index]! })),
  );
};
const timed = async (work: (count: number) => Promise<void>, count: number): Promise<number> => {
  await engine.execute("TRUNCATE items");
  const start = performance.now();
  await work(count);
  return performance.now() - start;
};

for (const [count, rounds] of [
  [10_000, 15],
  [100_000, 7],
] as const) {
  const [lists, copies]: [number[], number[]] = [[], []];
  for (let round = -warmUp; round < rounds; round++) {
    const list = await timed(byLists, count);
    const copy = await timed(byCopy, count);
    if (round < 0) continue;
    lists.push(list);
    copies.push(copy);
  }
  const [list, copy] = [median(lists), median(copies)];
  console.log(`${count} rows: lists ${list.toFixed(0)} ms, keys and COPY ${copy.toFixed(0)} ms, ${(copy / list).toFixed(2)} ×`);
}
await engine.close();
await server.stop();
