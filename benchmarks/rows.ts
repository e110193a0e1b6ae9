/** 10,000 rows of 6 columns, each value of each row read once by everyone. */
import { measure } from "./measure.ts";
import type { Contender } from "./measure.ts";
import { openBare, openPetrel } from "./bindings.ts";
import type { BareDatabase, Petrel } from "./bindings.ts";
import { openPeers } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { printTable, printTargets } from "./report.ts";
import type { Target } from "./report.ts";
import type { Plan } from "../src/engine/plan.ts";
import type { QueryBuilder } from "../src/query/query-builder.ts";
import { allRows } from "../src/query/verbs.ts";
import { checksum, rowCount, selectAll, User } from "./users.ts";
import type { AnyRow } from "./users.ts";

interface Reading {
  readonly name: string;
  readonly fetch: () => readonly AnyRow[] | Promise<readonly AnyRow[]>;
  /** Looks at each value once; a function of its own for each kind of row, so that no contender pays for another's hidden class. */
  readonly read: (rows: readonly AnyRow[]) => number;
}

type Row<T> = readonly T[];

/** How each column's value is looked at. A timestamp is a Date with us and a text with others; `Number(date)` alone would cost us 0.7 ms. */
const looks = [
  (value: string) => value,
  (value: string) => `${value}.length`,
  (value: string) => `${value}.length`,
  (value: string) => value,
  (value: string) => `(${value} ? 1 : 0)`,
];
const time = { date: (value: string) => `${value}.getTime()`, text: (value: string) => `${value}.length` };

/** A function of its own for each contender. `keys` are ours; nothing comes from outside. */
const readingOf = (keys: readonly (string | number)[], times: "date" | "text"): Reading["read"] => {
  const reads = keys.map((key, index) => (looks[index] ?? time[times])(`row[${JSON.stringify(key)}]`));
  const source = `let sum = 0; for (const row of rows) sum += ${reads.join(" + ")}; return sum;`;
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function("rows", source) as Reading["read"];
};
const ours = ["id", "name", "email", "age", "isActive", "createdAt"];
const theirs = ["id", "name", "email", "age", "is_active", "created_at"];
const positions = [0, 1, 2, 3, 4, 5];

/** What someone writes who uses the library by hand and wants the same objects as Petrel gives. */
class HandMade {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly age: number;
  readonly isActive: boolean;
  readonly createdAt: Date;

  constructor(row: Row<never>) {
    this.id = row[0]!;
    this.name = row[1]!;
    this.email = row[2]!;
    this.age = row[3]!;
    this.isActive = row[4] === 1;
    this.createdAt = new Date(`${(row[5] as unknown as string).replace(" ", "T")}Z`);
  }
}

const bareReadings = (database: BareDatabase): readonly Reading[] => {
  const objects = database.objects(selectAll);
  const arrays = database.arrays(selectAll);
  const handMade = (): readonly AnyRow[] =>
    (arrays.all() as Row<never>[]).map((row) => new HandMade(row) as unknown as Readonly<Record<string, unknown>>);
  return [
    { name: `${database.name} arrays`, fetch: () => arrays.all() as AnyRow[], read: readingOf(positions, "text") },
    { name: `${database.name} objects`, fetch: () => objects.all() as AnyRow[], read: readingOf(theirs, "text") },
    { name: `${database.name} instances by hand`, fetch: handMade, read: readingOf(ours, "date") },
  ];
};

const rowsOf = (engine: Petrel["engine"], plan: Plan): readonly (readonly unknown[])[] => {
  const answer = engine.run(plan, []);
  if (answer instanceof Promise) throw new Error("10,000 rows have to be there at once.");
  return answer.rows;
};

const petrelReadings = ({ name, engine }: Petrel): readonly Reading[] => {
  const query = engine.query(User);
  // What `engine.query` returns is a QueryBuilder behind its public face.
  const plan = (query as unknown as QueryBuilder).plan(allRows);
  let kept: readonly (readonly unknown[])[] | null = null;
  const undecoded = (): readonly (readonly unknown[])[] => (kept ??= rowsOf(engine, plan));
  const rows = <T>(work: () => Promise<readonly T[]>) => work as () => Promise<readonly AnyRow[]>;
  return [
    { name: `Petrel models, ${name}`, fetch: rows(() => query.all()), read: readingOf(ours, "date") },
    {
      name: `Petrel tuples, ${name}`,
      fetch: rows(() => query.valuesList("id", "name", "email", "age", "isActive", "createdAt")),
      read: readingOf(positions, "date"),
    },
    { name: `Petrel lazy rows, every value read, ${name}`, fetch: rows(() => query.lazy()), read: readingOf(ours, "date") },
    { name: `Petrel lazy rows, one value read, ${name}`, fetch: rows(() => query.lazy()), read: readingOf(["id"], "date") },
    { name: `Petrel conversion alone, ${name}`, fetch: () => plan.reader.all(undecoded()) as AnyRow[], read: (rows) => rows.length },
    { name: `Petrel one column, ${name}`, fetch: rows(() => query.column("email")), read: (rows) => rows.length },
  ];
};

const peerReading = (peer: Peer): Reading => ({
  name: peer.name,
  fetch: () => peer.all(),
  read: readingOf(peer.name.startsWith("Drizzle") ? ours : theirs, "text"),
});

const contenderOf = ({ name, fetch, read }: Reading): Contender => ({
  name,
  operations: 1,
  run: () => {
    const rows = fetch();
    return rows instanceof Promise ? rows.then(read) : read(rows);
  },
});

/** Throws unless all give the same values. One column by itself has nothing to compare. */
const assertEqual = async (readings: readonly Reading[]): Promise<void> => {
  const sums = new Map<number, string>();
  for (const { name, fetch } of readings) {
    if (name.startsWith("Petrel one column")) continue;
    const rows = await fetch();
    if (rows.length !== rowCount) throw new Error(`${name} gave ${rows.length} rows`);
    sums.set(checksum(rows), name);
  }
  if (sums.size !== 1) throw new Error(`Results differ: ${[...sums.values()].join(" and ")}`);
};

const targets: readonly Target[] = [
  { contender: "Petrel models, better-sqlite3", against: "better-sqlite3 arrays", limit: 1.1 },
  { contender: "Petrel models, node:sqlite", against: "node:sqlite arrays", limit: 1.15 },
  { contender: "Petrel models, better-sqlite3", against: "Drizzle (prepared, better-sqlite3)", limit: 0.6 },
  { contender: "Petrel models, node:sqlite", against: "Drizzle (prepared, better-sqlite3)", limit: 0.6 },
];

export const rows = async (path: string): Promise<void> => {
  const [bare, petrel, peers] = [await openBare(path), await openPetrel(path), await openPeers(path)];
  const readings = [...bare.flatMap(bareReadings), ...petrel.flatMap(petrelReadings), ...peers.map(peerReading)];
  await assertEqual(readings);
  const measured = await measure(readings.map(contenderOf), { warmUp: 10, counted: 41 });
  await assertEqual(readings);
  printTable(`${rowCount} rows of 6 columns, every value read`, measured);
  printTargets(measured, targets);
  for (const each of [...bare, ...peers]) await each.close();
  for (const { engine } of petrel) await engine.close();
};
