/** One row by its primary key, ids taking turns, one after the other. */
import { openBare, openPetrel } from "./bindings.ts";
import type { BareDatabase, Petrel } from "./bindings.ts";
import { measure } from "./measure.ts";
import type { Contender } from "./measure.ts";
import { openPeers } from "./peers.ts";
import type { Peer } from "./peers.ts";
import { printTable, printTargets } from "./report.ts";
import type { Target } from "./report.ts";
import { checksum, rowCount, selectById, User } from "./users.ts";
import type { AnyRow } from "./users.ts";

const lookups = 2_000;
const idOf = (index: number): number => ((index * 7919) % rowCount) + 1;

interface Finder {
  readonly name: string;
  readonly find: (id: number) => unknown;
  readonly isLater: boolean;
}

const bareFinders = (database: BareDatabase): readonly Finder[] => {
  const objects = database.objects(selectById);
  const arrays = database.arrays(selectById);
  return [
    { name: `${database.name} get`, find: (id) => objects.get(id), isLater: false },
    { name: `${database.name} get, array`, find: (id) => arrays.get(id), isLater: false },
  ];
};

const petrelFinders = ({ name, engine }: Petrel): readonly Finder[] => {
  const session = engine.session();
  return [
    { name: `Petrel session.get, ${name}`, find: (id) => session.get(User, id), isLater: true },
    { name: `Petrel query.filter({ id }).first(), ${name}`, find: (id) => engine.query(User).filter({ id }).first(), isLater: true },
    { name: `Petrel query.filter({ id }).one(), ${name}`, find: (id) => engine.query(User).filter({ id }).one(), isLater: true },
  ];
};

const peerFinder = (peer: Peer): Finder => ({ name: peer.name, find: (id) => peer.byId(id), isLater: peer.byId(1) instanceof Promise });

/** Two loops, so that those who answer at once are not made to wait. */
const contenderOf = ({ name, find, isLater }: Finder): Contender => {
  const atOnce = (): void => {
    for (let index = 0; index < lookups; index++) if (find(idOf(index)) === null) throw new Error(`${name} did not find a row`);
  };
  const later = async (): Promise<void> => {
    for (let index = 0; index < lookups; index++) if ((await find(idOf(index))) === null) throw new Error(`${name} did not find a row`);
  };
  return { name, operations: lookups, run: isLater ? later : atOnce };
};

const assertEqual = async (finders: readonly Finder[]): Promise<void> => {
  const sums = new Set<number>();
  for (const { find } of finders) {
    const rows: AnyRow[] = [];
    for (let index = 0; index < 100; index++) rows.push((await find(idOf(index))) as AnyRow);
    sums.add(checksum(rows));
  }
  if (sums.size !== 1) throw new Error("Contenders found different rows.");
};

const targets: readonly Target[] = [
  { contender: "Petrel session.get, better-sqlite3", against: "better-sqlite3 get", limit: 1.4 },
  { contender: "Petrel session.get, node:sqlite", against: "node:sqlite get", limit: 1.4 },
  { contender: "Petrel query.filter({ id }).first(), better-sqlite3", against: "better-sqlite3 get", limit: 1.4 },
  { contender: "Petrel query.filter({ id }).first(), node:sqlite", against: "node:sqlite get", limit: 1.4 },
];

export const byId = async (path: string): Promise<void> => {
  const [bare, petrel, peers] = [await openBare(path), await openPetrel(path), await openPeers(path)];
  const finders = [...bare.flatMap(bareFinders), ...petrel.flatMap(petrelFinders), ...peers.map(peerFinder)];
  await assertEqual(finders);
  const measured = await measure(finders.map(contenderOf), { warmUp: 10, counted: 41 });
  printTable("One row by primary key", measured);
  printTargets(measured, targets);
  for (const each of [...bare, ...peers]) await each.close();
  for (const { engine } of petrel) await engine.close();
};
