/** Petrel's own PostgreSQL driver without the rest of Petrel: what queries, sessions and plans add is the difference. */
import type { Request } from "../src/driver/driver.ts";
import { openPostgres } from "../src/driver/postgres/postgres-driver.ts";
import type { Contender, NewUser, Operations, User } from "./operations.ts";
import { postgresSettings } from "./target.ts";
import type { Target } from "./target.ts";

const [int4, float4, varchar] = [23, 700, 1043];
const [int4s, float4s, texts] = [1007, 1021, 1009];

const request = (text: string, values: readonly unknown[], writes = false, parameterTypes?: readonly number[]): Request => ({
  text,
  // Numbers, texts and lists of them: the driver takes what these statements are given.
  values: values as Request["values"],
  writes,
  bigints: false,
  batched: false,
  parameterTypes,
});

const byId = "SELECT id, name, email, age, score FROM bench_users WHERE id = $1";
const scoreOf = "SELECT score FROM bench_users WHERE id = $1";
const update = "UPDATE bench_users SET score = $1 WHERE id = $2";
const insert = "INSERT INTO bench_users (name, email, age, score) VALUES ($1, $2, $3, $4) RETURNING id";
const insertMany =
  "INSERT INTO bench_users (name, email, age, score) SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::real[]) RETURNING id";

// Of the columns above, in their order.
const userOf = (row: readonly unknown[]): User => ({ id: row[0], name: row[1], email: row[2], age: row[3], score: row[4] }) as User;

const listsOf = (users: readonly NewUser[]): readonly unknown[] => [
  users.map(({ name }) => name),
  users.map(({ email }) => email),
  users.map(({ age }) => age),
  users.map(({ score }) => score),
];

const open = (target: Target): Operations => {
  if (target.kind === "sqlite") throw new Error("The bare driver is PostgreSQL's; sqlite-binding.ts takes SQLite's apart.");
  const driver = openPostgres({ url: target.url, parameters: postgresSettings, pool: { maxConnections: target.connections } });
  return {
    byId: async (id) => {
      const { rows } = await driver.run(request(byId, [id], false, [int4]));
      return rows.length === 0 ? null : userOf(rows[0]!);
    },
    insertOne: async ({ name, email, age, score }) => {
      const { rows } = await driver.run(request(insert, [name, email, age, score], true, [varchar, varchar, int4, float4]));
      // RETURNING id of one row.
      return rows[0]![0] as number;
    },
    // COMMIT leaves with the write: two round trips.
    readModifyWrite: async (id, add) => {
      const reserved = await driver.reserve({ write: true });
      try {
        await reserved.run(request("BEGIN", [], true));
        const { rows } = await reserved.run(request(scoreOf, [id], false, [int4]));
        // The one column is the score.
        const score = (rows[0]![0] as number) + add;
        await reserved.batch([request(update, [score, id], true, [float4, int4]), request("COMMIT", [], true)]);
      } finally {
        reserved.release();
      }
    },
    insertMany: (users) => driver.run(request(insertMany, listsOf(users), true, [texts, texts, int4s, float4s])),
    acquire: async () => (await driver.reserve({ write: false })).release(),
    close: () => driver.close(),
  };
};

export const bareDriver: Contender = { id: "petrel-driver", name: "Petrel's bare driver", group: "petrel", open };
