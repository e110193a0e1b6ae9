/** 1,000 rows into the table of 10,000, one statement a row, in one transaction. They are deleted again before each round. */
import { openBare, openPetrel } from "./bindings.ts";
import type { BareDatabase, Petrel } from "./bindings.ts";
import { measure } from "./measure.ts";
import type { Contender } from "./measure.ts";
import { openPeers } from "./peers.ts";
import type { Peer, PeerRow } from "./peers.ts";
import { printTable, printTargets } from "./report.ts";
import type { Target } from "./report.ts";
import { insertOne, rowCount, storedTime, User, userNumber } from "./users.ts";

const insertCount = 1_000;
const users = Array.from({ length: insertCount }, (_, index) => userNumber(rowCount + index));
const stored: readonly PeerRow[] = users.map((user) => ({ ...user, createdAt: storedTime(user.createdAt) }));

interface Inserter {
  readonly name: string;
  readonly insert: () => unknown;
}

/** The values are made into what SQLite stores within the timed loop, as everyone has to. */
const bareInserter = (database: BareDatabase): Inserter => {
  const statement = database.objects(insertOne);
  const insert = (): void => {
    database.exec("BEGIN IMMEDIATE");
    for (const { name, email, age, isActive, createdAt } of users) statement.run(name, email, age, isActive ? 1 : 0, storedTime(createdAt));
    database.exec("COMMIT");
  };
  return { name: `${database.name} loop`, insert };
};

const petrelInserters = ({ name, engine }: Petrel): readonly Inserter[] => {
  const oneByOne = (): Promise<void> =>
    engine.transaction(async (session) => {
      for (const user of users) await session.insert(User, user);
    });
  return [
    { name: `Petrel for … await insert, ${name}`, insert: oneByOne },
    { name: `Petrel insertAll, ${name}`, insert: () => engine.transaction((session) => session.insertAll(User, users)) },
  ];
};

const peerInserter = (peer: Peer): Inserter => ({ name: peer.name, insert: () => peer.insertAll(stored) });

const targets: readonly Target[] = [
  { contender: "Petrel for … await insert, better-sqlite3", against: "better-sqlite3 loop", limit: 1.3 },
  { contender: "Petrel for … await insert, node:sqlite", against: "node:sqlite loop", limit: 1.3 },
  { contender: "Petrel insertAll, better-sqlite3", against: "better-sqlite3 loop", limit: 1.3 },
  { contender: "Petrel insertAll, node:sqlite", against: "node:sqlite loop", limit: 1.3 },
];

export const inserts = async (path: string): Promise<void> => {
  const [bare, petrel, peers] = [await openBare(path), await openPetrel(path), await openPeers(path)];
  const [cleaner] = bare;
  const inserters = [...bare.map(bareInserter), ...petrel.flatMap(petrelInserters), ...peers.map(peerInserter)];
  const count = cleaner!.arrays("SELECT count(*) FROM users");
  const clean = (): void => {
    cleaner!.exec(`DELETE FROM users WHERE id > ${rowCount}; PRAGMA wal_checkpoint(TRUNCATE)`);
  };
  const contenderOf = ({ name, insert }: Inserter): Contender => ({ name, operations: insertCount, prepare: clean, run: insert });
  for (const { name, insert } of inserters) {
    clean();
    await insert();
    const found = (count.get() as readonly number[])[0];
    if (found !== rowCount + insertCount) throw new Error(`${name}: there are ${found} rows`);
  }
  const measured = await measure(inserters.map(contenderOf), { warmUp: 8, counted: 31 });
  clean();
  printTable(`${insertCount} inserts in one transaction, time per row`, measured);
  printTargets(measured, targets);
  for (const each of [...bare, ...peers]) await each.close();
  for (const { engine } of petrel) await engine.close();
};
