/** What is measured on PostgreSQL: each scenario makes one timed contender of each library, and checks first that all give the same. */
import type { Contender } from "../measure.ts";
import type { Target } from "../report.ts";
import type { Client, PostgresContender } from "./contenders.ts";
import { checkUser, checkUsers, rowCount, trimTable, userNumber } from "./table.ts";

export interface Scenario {
  readonly title: string;
  readonly connections: number;
  readonly counted: number;
  readonly contenders: (opened: readonly PostgresContender[], client: Client) => Promise<readonly Contender[]>;
  readonly targets: readonly Target[];
  /** On one core, where they are not the same. */
  readonly pinnedTargets?: readonly Target[];
}

const idOf = (index: number): number => ((index * 7919) % rowCount) + 1;

const assertSame = (found: ReadonlyMap<string, number>): void => {
  if (new Set(found.values()).size > 1) throw new Error(`Results differ: ${[...found.keys()].join(", ")}`);
};

const sumsOf = async (
  opened: readonly PostgresContender[],
  sum: (contender: PostgresContender) => Promise<number>,
): Promise<ReadonlyMap<string, number>> => {
  const sums = new Map<string, number>();
  for (const contender of opened) sums.set(contender.name, await sum(contender));
  return sums;
};

const lookups = 1000;

const lookUp = async ({ byId }: PostgresContender, times: number): Promise<number> => {
  let sum = 0;
  for (let index = 0; index < times; index++) sum = (sum + checkUser((await byId(idOf(index)))!)) | 0;
  return sum;
};

const byId: Scenario = {
  title: "One row by primary key, one after the other",
  connections: 1,
  counted: 31,
  contenders: async (opened) => {
    assertSame(await sumsOf(opened, (contender) => lookUp(contender, 200)));
    return opened.map((contender) => ({ name: contender.name, operations: lookups, run: () => lookUp(contender, lookups) }));
  },
  targets: [
    { contender: "Petrel session.get", against: "pg", limit: 0.65 },
    { contender: "Petrel session.get", against: "postgres.js", limit: 0.55 },
    { contender: "Petrel query.first", against: "pg", limit: 0.65 },
  ],
};

const rows: Scenario = {
  title: `${rowCount} rows as instances, every value read`,
  connections: 1,
  counted: 31,
  contenders: async (opened) => {
    const readers = opened.flatMap(({ name, all }) => (all === undefined ? [] : [{ name, all }]));
    const sums = new Map<string, number>();
    for (const { name, all } of readers) {
      const sorted = [...(await all())].sort((a, b) => (a["id"] as number) - (b["id"] as number));
      if (sorted.length !== rowCount) throw new Error(`${name} gave ${sorted.length} rows`);
      sums.set(name, checkUsers(sorted));
    }
    assertSame(sums);
    return readers.map(({ name, all }) => ({ name, operations: 1, run: () => all().then(checkUsers) }));
  },
  targets: [{ contender: "Petrel session.get", against: "postgres.js", limit: 0.35 }],
  pinnedTargets: [{ contender: "Petrel session.get", against: "postgres.js", limit: 0.45 }],
};

const changes = 200;

const readModifyWrite: Scenario = {
  title: "Read, modify, write in a transaction",
  connections: 1,
  counted: 31,
  contenders: async (opened) => {
    const writers = opened.flatMap(({ name, changeAge, byId: find }) => (changeAge === undefined ? [] : [{ name, changeAge, find }]));
    for (const { name, changeAge, find } of writers) {
      const before = (await find(7))!["age"] as number;
      await changeAge(7, (age) => age + 1);
      if ((await find(7))!["age"] !== before + 1) throw new Error(`${name} did not write`);
    }
    const many = async (changeAge: NonNullable<PostgresContender["changeAge"]>): Promise<void> => {
      for (let index = 0; index < changes; index++) await changeAge(idOf(index), (age) => (age + 1) % 100);
    };
    return writers.map(({ name, changeAge }) => ({ name, operations: changes, run: () => many(changeAge) }));
  },
  targets: [
    { contender: "Petrel's driver", against: "pg", limit: 0.55 },
    { contender: "Petrel session.get", against: "pg", limit: 0.55 },
  ],
};

const inserts = 300;

const insert: Scenario = {
  title: "Insert one row, its id comes back",
  connections: 1,
  counted: 31,
  contenders: (opened, client) => {
    let next = rowCount;
    const many = async (add: NonNullable<PostgresContender["insert"]>): Promise<void> => {
      for (let index = 0; index < inserts; index++) {
        const id = await add(userNumber(next++));
        if (!(id > rowCount)) throw new Error("No id came back");
      }
    };
    const contenders = opened.flatMap(({ name, insert: add }): Contender[] =>
      add === undefined ? [] : [{ name, operations: inserts, prepare: () => trimTable(client), run: () => many(add) }],
    );
    return Promise.resolve(contenders);
  },
  targets: [{ contender: "Petrel session.get", against: "pg", limit: 0.65 }],
};

const bulk: Scenario = {
  title: "Insert 10,000 rows, their ids come back",
  connections: 1,
  counted: 15,
  contenders: (opened, client) => {
    const users = Array.from({ length: 10_000 }, (_, index) => userNumber(index));
    const contenders = opened.flatMap(({ name, insertAll }): Contender[] => {
      if (insertAll === undefined) return [];
      const run = async (): Promise<void> => {
        const ids = await insertAll(users);
        if (new Set(ids).size !== users.length) throw new Error(`${name} gave other ids than it made rows`);
      };
      return [{ name, operations: 1, prepare: () => trimTable(client), run }];
    });
    return Promise.resolve(contenders);
  },
  targets: [{ contender: "Petrel session.get", against: "pg", limit: 0.55 }],
};

const atOnce = 64;

const concurrent: Scenario = {
  title: `${atOnce} queries by primary key at once, time per query`,
  connections: 10,
  counted: 31,
  contenders: async (opened) => {
    assertSame(await sumsOf(opened, (contender) => lookUp(contender, 200)));
    // Each of 64 loops asks as soon as it has its answer, as the requests of a server do.
    const many = async ({ byId: find }: PostgresContender): Promise<void> => {
      let next = 0;
      const loop = async (): Promise<void> => {
        while (next < lookups * 4) checkUser((await find(idOf(next++)))!);
      };
      await Promise.all(Array.from({ length: atOnce }, loop));
    };
    return opened.map((contender) => ({ name: contender.name, operations: lookups * 4, run: () => many(contender) }));
  },
  targets: [
    { contender: "Petrel session.get", against: "pg pool", limit: 1 / 6 },
    { contender: "Petrel session.get", against: "postgres.js pool", limit: 1 / 4.5 },
  ],
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  "by-id": byId,
  rows,
  "read-modify-write": readModifyWrite,
  insert,
  bulk,
  concurrent,
};
