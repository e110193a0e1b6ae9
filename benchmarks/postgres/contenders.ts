/** Petrel, its bare driver, and the others, each behind the same few calls and each by its fastest documented way. */
import { createEngine } from "../../src/entry/index.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { Request } from "../../src/driver/driver.ts";
import { insertMany, insertOne, selectAll, selectById, updateAge, User } from "./table.ts";
import type { AnyUser, NewUser } from "./table.ts";

export interface Client {
  query(text: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** Everyone's sessions: what a write takes is then work, and not the wait for a disk. */
export const parameters = { synchronous_commit: "off" } as const;

/** What is absent a contender cannot do, or does as another one here does it. */
export interface PostgresContender {
  readonly name: string;
  readonly byId: (id: number) => Promise<AnyUser | null | undefined>;
  readonly all?: () => Promise<readonly AnyUser[]>;
  /** Reads a user and writes another age, in one transaction. */
  readonly changeAge?: (id: number, change: (age: number) => number) => Promise<unknown>;
  /** Inserts and gives the generated id. */
  readonly insert?: (user: NewUser) => Promise<number>;
  /** Inserts all in one transaction and gives the generated ids. */
  readonly insertAll?: (users: readonly NewUser[]) => Promise<readonly number[]>;
  readonly close: () => Promise<unknown>;
}

/** `connections` 1 is for the time of one thing after another, 10 for many at once. */
export type Open = (url: string, connections: number) => Promise<readonly PostgresContender[]>;

const openPetrel: Open = async (url, connections) => {
  const engine = await createEngine(url, { maxConnections: connections, parameters });
  // A session for each: one for all would answer from memory, and hold hundreds of thousands of objects, which nobody else's does.
  const byId = (id: number): Promise<AnyUser | null> => engine.session().get(User, id) as Promise<AnyUser | null>;
  return [
    {
      name: "Petrel session.get",
      byId,
      all: () => engine.query(User).all() as unknown as Promise<readonly AnyUser[]>,
      changeAge: (id, change) =>
        engine.transaction(async (inner) => {
          const user = await inner.getOrThrow(User, id);
          user.age = change(user.age);
        }),
      insert: async (user) => (await engine.session().insert(User, user)).id,
      insertAll: async (users) => (await engine.session().insertAll(User, users)).map(({ id }) => id),
      close: () => engine.close(),
    },
    {
      name: "Petrel query.first",
      byId: (id) => engine.query(User).filter({ id }).first() as Promise<AnyUser | null>,
      close: () => Promise.resolve(),
    },
    {
      name: "Petrel session.update",
      byId,
      changeAge: (id, change) =>
        engine.transaction(async (inner) => {
          const user = await inner.getOrThrow(User, id);
          await inner.update(user, { age: change(user.age) });
        }),
      close: () => Promise.resolve(),
    },
  ];
};

const request = (text: string, values: readonly unknown[], writes = false, parameterTypes?: readonly number[]): Request => ({
  text,
  values: values as Request["values"],
  writes,
  bigints: false,
  batched: false,
  parameterTypes,
});
const int4 = 23;
const arrayTypes = [1009, 1009, 1007, 1000, 1185];

/** The same five arrays for everyone who inserts by `unnest`. */
const arraysOf = (users: readonly NewUser[]): unknown[] => [
  users.map((user) => user.name),
  users.map((user) => user.email),
  users.map((user) => user.age),
  users.map((user) => user.isActive),
  users.map((user) => user.createdAt),
];

const openDriver: Open = async (url, connections) => {
  const driver = openPostgres({ url, parameters, pool: { maxConnections: connections } });
  const toUser = (row: readonly unknown[]): AnyUser => ({
    id: row[0],
    name: row[1],
    email: row[2],
    age: row[3],
    isActive: row[4],
    createdAt: row[5],
  });
  const insert = [1043, 1043, int4, 16, 1184];
  const rowOf = async (id: number): Promise<AnyUser | undefined> => {
    const { rows } = await driver.run(request(selectById, [id], false, [int4]));
    return rows.length === 0 ? undefined : toUser(rows[0]!);
  };
  return [
    {
      name: "Petrel's driver",
      byId: rowOf,
      changeAge: async (id, change) => {
        const reserved = await driver.reserve({ write: true });
        try {
          await reserved.run(request("BEGIN", [], true));
          const { rows } = await reserved.run(request(selectById, [id], false, [int4]));
          await reserved.batch([request(updateAge, [change(rows[0]![3] as number), id], true, [int4, int4]), request("COMMIT", [], true)]);
        } finally {
          reserved.release();
        }
      },
      insert: async (user) =>
        (await driver.run(request(insertOne, [user.name, user.email, user.age, user.isActive, user.createdAt], true, insert)))
          .rows[0]![0] as number,
      insertAll: async (users) =>
        (await driver.run(request(insertMany, arraysOf(users), true, arrayTypes))).rows.map((row) => row[0] as number),
      close: () => driver.close(),
    },
  ];
};

/** Libraries that are not installed are left out, and said to be. */
const openPeer =
  (name: string): Open =>
  async (url, connections) => {
    const address: string = new URL(`../peers/${name}.mjs`, import.meta.url).href;
    try {
      const texts = { insertMany, insertOne, selectAll, selectById, updateAge };
      const module = (await import(address)) as {
        open(url: string, connections: number, texts: object, arraysOf: object): Promise<readonly PostgresContender[]>;
      };
      return await module.open(url, connections, texts, arraysOf);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
      console.log(`${name} is not installed and left out: npm install --prefix benchmarks`);
      return [];
    }
  };

const opens: readonly Open[] = [openPetrel, openDriver, openPeer("pg"), openPeer("postgres-js"), openPeer("drizzle-pg")];

export const openContenders = async (url: string, connections: number): Promise<readonly PostgresContender[]> => {
  const opened: PostgresContender[] = [];
  for (const open of opens) opened.push(...(await open(url, connections)));
  // Nobody's connections are opened in the timed part.
  for (const { byId } of opened) {
    if (connections === 1) await byId(1);
    else await Promise.all(Array.from({ length: connections * 8 }, (_, index) => byId(index + 1)));
  }
  return opened;
};

export const closeContenders = async (contenders: readonly PostgresContender[]): Promise<void> => {
  for (const { close } of contenders) await close();
};
