/** Bytes that stay when the garbage is gone: of a row that is kept, and of a query that is kept. */
import { openBare, openPetrel } from "./bindings.ts";
import { collectGarbage } from "./measure.ts";
import { openPeers } from "./peers.ts";
import { printLimit } from "./report.ts";
import { rowCount, selectAll, User } from "./users.ts";

const used = (): number => {
  for (let times = 0; times < 4; times++) collectGarbage("major");
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** Makes something and keeps it, in a function of its own: what an async function has awaited stays in its frame. */
const keep = async (kept: unknown[], make: () => unknown): Promise<void> => {
  kept.push(await make());
};

/** The median of five, after one that warms up. */
const bytesPer = async (count: number, make: () => unknown): Promise<number> => {
  const found: number[] = [];
  const kept: unknown[] = [];
  await keep(kept, make);
  for (let times = 0; times < 5; times++) {
    kept.length = 0;
    const before = used();
    await keep(kept, make);
    found.push((used() - before) / count);
  }
  return found.sort((a, b) => a - b)[2]!;
};

const line = (what: string, bytes: number): void => console.log(what.padEnd(52) + `${bytes.toFixed(0)} B`.padStart(11));

export const memory = async (path: string): Promise<void> => {
  const [bare, petrel, peers] = [await openBare(path), await openPetrel(path), await openPeers(path)];
  console.log("\nBytes kept per row of 6 columns, values included");
  for (const database of bare) {
    line(`${database.name} arrays`, await bytesPer(rowCount, () => database.arrays(selectAll).all()));
    line(`${database.name} objects`, await bytesPer(rowCount, () => database.objects(selectAll).all()));
  }
  for (const peer of peers) line(peer.name, await bytesPer(rowCount, () => peer.all()));
  const models: [string, number][] = [];
  for (const { name, engine } of petrel) {
    const bytes = await bytesPer(rowCount, () => engine.query(User).all());
    models.push([name, bytes]);
    line(`Petrel models, ${name}`, bytes);
    line(`Petrel lazy rows, none read, ${name}`, await bytesPer(rowCount, () => engine.query(User).lazy()));
  }
  for (const [name, bytes] of models) printLimit(`Petrel models, ${name}`, bytes, 260, "B");

  const { engine } = petrel[0]!;
  const queries = 20_000;
  const many = (make: (index: number) => unknown) => () => Array.from({ length: queries }, (_, index) => make(index));
  console.log("\nBytes kept per query");
  line(
    "query(User)",
    await bytesPer(
      queries,
      many(() => engine.query(User)),
    ),
  );
  line(
    "query(User).filter({ id })",
    await bytesPer(
      queries,
      many((id) => engine.query(User).filter({ id })),
    ),
  );
  const three = (age: number) => engine.query(User).filter({ age__gte: age }).orderBy("-createdAt").limit(10);
  line("query(User).filter({ age__gte }).orderBy().limit()", await bytesPer(queries, many(three)));

  for (const each of [...bare, ...peers]) await each.close();
  for (const each of petrel) await each.engine.close();
};
